"""Ratings on the members' own scales, question sets with their answers, and themes; in versions that stay."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# What was published stays as it was, whoever writes: last year's ratings and answers are read with last year's words.
STAYS = (
    """
CREATE FUNCTION visits_published_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.starts_on IS NULL THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - 'ends_on' = to_jsonb(OLD) - 'ends_on' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'A published version stays as it was.' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION visits_content_of_published_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_published boolean := false;
    owner bigint;
BEGIN
    FOR owner IN SELECT unnest(ARRAY[
        CASE WHEN TG_OP <> 'INSERT' THEN OLD.version_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.version_id END])
    LOOP
        IF TG_TABLE_NAME = 'visits_question' THEN
            SELECT starts_on IS NOT NULL INTO is_published FROM visits_questionversion WHERE id = owner FOR SHARE;
        ELSE
            SELECT starts_on IS NOT NULL INTO is_published FROM visits_scaleversion WHERE id = owner FOR SHARE;
        END IF;
        IF is_published THEN
            RAISE EXCEPTION 'A published version stays as it was.' USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""
    + "".join(
        f"""
CREATE TRIGGER visits_{table}_stays BEFORE UPDATE OR DELETE ON visits_{table}
    FOR EACH ROW EXECUTE FUNCTION visits_published_stays();"""
        for table in ("scaleversion", "questionversion")
    )
    + "".join(
        f"""
CREATE TRIGGER visits_{table}_stays BEFORE INSERT OR UPDATE OR DELETE ON visits_{table}
    FOR EACH ROW EXECUTE FUNCTION visits_content_of_published_stays();"""
        for table in ("standard", "grade", "question")
    )
)
GOES = (
    "".join(
        f"DROP TRIGGER visits_{table}_stays ON visits_{table};"
        for table in ("scaleversion", "questionversion", "standard", "grade", "question")
    )
    + "DROP FUNCTION visits_published_stays; DROP FUNCTION visits_content_of_published_stays;"
)


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0015_approving_visits"),
        ("visits", "0017_form_drafts"),
    ]

    operations = [
        migrations.CreateModel(
            name="QuestionSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "body",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="question_sets",
                        to="members.memberbody",
                        verbose_name="whose it is",
                    ),
                ),
                (
                    "mechanism",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="question_sets",
                        to="members.mechanism",
                    ),
                ),
                (
                    "setting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.detentionsetting",
                        verbose_name="setting",
                    ),
                ),
            ],
            options={
                "ordering": ["mechanism", "body", "setting"],
            },
        ),
        migrations.CreateModel(
            name="QuestionVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="in force from")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="until (exclusive)")),
                (
                    "note",
                    models.CharField(blank=True, max_length=500, verbose_name="what is new, or where it was read"),
                ),
                (
                    "question_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="visits.questionset"
                    ),
                ),
            ],
            options={
                "ordering": ["question_set", "-starts_on", "-pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RatingScale",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_en", models.CharField(blank=True, max_length=200, verbose_name="name in English")),
                ("name_nl", models.CharField(blank=True, max_length=200, verbose_name="name in Dutch")),
                ("slug", models.SlugField(editable=False, max_length=80, verbose_name="short name")),
                (
                    "body",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rating_scales",
                        to="members.memberbody",
                        verbose_name="whose it is",
                    ),
                ),
                (
                    "mechanism",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rating_scales",
                        to="members.mechanism",
                    ),
                ),
                (
                    "settings",
                    models.ManyToManyField(
                        blank=True,
                        help_text="None ticked: every setting.",
                        related_name="+",
                        to="members.detentionsetting",
                        verbose_name="settings",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.source",
                    ),
                ),
            ],
            options={
                "ordering": ["mechanism", "body", "slug"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ScaleVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="in force from")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="until (exclusive)")),
                (
                    "note",
                    models.CharField(blank=True, max_length=500, verbose_name="what is new, or where it was read"),
                ),
                (
                    "scale",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="visits.ratingscale"
                    ),
                ),
            ],
            options={
                "ordering": ["scale", "-starts_on", "-pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Grade",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_en", models.CharField(blank=True, max_length=200, verbose_name="name in English")),
                ("name_nl", models.CharField(blank=True, max_length=200, verbose_name="name in Dutch")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                (
                    "number",
                    models.SmallIntegerField(
                        blank=True,
                        help_text="As the body prints it: “Good (4)”. It is never calculated with.",
                        null=True,
                        verbose_name="number",
                    ),
                ),
                ("is_not_applicable", models.BooleanField(default=False, verbose_name="means “not applicable”")),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="grades", to="visits.scaleversion"
                    ),
                ),
            ],
            options={
                "ordering": ["version", "is_not_applicable", "position", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Theme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_en", models.CharField(blank=True, max_length=200, verbose_name="name in English")),
                ("name_nl", models.CharField(blank=True, max_length=200, verbose_name="name in Dutch")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                (
                    "is_retired",
                    models.BooleanField(
                        default=False,
                        help_text="It stays with what was mapped to it, and is not offered anew.",
                        verbose_name="no longer used",
                    ),
                ),
                (
                    "mechanism",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="themes", to="members.mechanism"
                    ),
                ),
            ],
            options={
                "ordering": ["mechanism", "position", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Standard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_en", models.CharField(blank=True, max_length=200, verbose_name="name in English")),
                ("name_nl", models.CharField(blank=True, max_length=200, verbose_name="name in Dutch")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="standards", to="visits.scaleversion"
                    ),
                ),
                (
                    "theme",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standards",
                        to="visits.theme",
                        verbose_name="theme",
                    ),
                ),
            ],
            options={
                "ordering": ["version", "position", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("text_en", models.CharField(blank=True, max_length=300, verbose_name="question in English")),
                ("text_nl", models.CharField(blank=True, max_length=300, verbose_name="question in Dutch")),
                ("help_en", models.CharField(blank=True, max_length=300, verbose_name="help in English")),
                ("help_nl", models.CharField(blank=True, max_length=300, verbose_name="help in Dutch")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("yes_no", "yes or no"),
                            ("number", "a number"),
                            ("choice", "a choice"),
                            ("text", "text"),
                        ],
                        default="yes_no",
                        max_length=6,
                        verbose_name="kind of answer",
                    ),
                ),
                (
                    "choices_en",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="choices in English",
                    ),
                ),
                (
                    "choices_nl",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="choices in Dutch",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questions",
                        to="visits.questionversion",
                    ),
                ),
                (
                    "theme",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="visits.theme",
                        verbose_name="theme",
                    ),
                ),
            ],
            options={
                "ordering": ["version", "position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="VisitRating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("note", models.TextField(blank=True, verbose_name="grounds, without naming anybody")),
                (
                    "grade",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="visits.grade",
                        verbose_name="grade",
                    ),
                ),
                (
                    "standard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="visits.standard",
                        verbose_name="standard",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ratings", to="visits.visit"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "availability",
                    models.CharField(
                        choices=[
                            ("recorded", "recorded"),
                            ("not_recorded", "not recorded"),
                            ("not_asked", "not asked"),
                            ("refused", "refused"),
                        ],
                        default="recorded",
                        max_length=12,
                        verbose_name="availability",
                    ),
                ),
                (
                    "number",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="number"),
                ),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="visits.visit"
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="visits.question",
                        verbose_name="question",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("visit", "question"), name="visits_answer_once_in_a_visit"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("availability", "recorded"), ("number__isnull", False), ("text", "")),
                            models.Q(
                                ("availability", "recorded"),
                                ("number__isnull", True),
                                models.Q(("text", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("availability", "recorded"), _negated=True),
                                ("number__isnull", True),
                                ("text", ""),
                            ),
                            _connector="OR",
                        ),
                        name="visits_answer_value_or_why_not",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="questionset",
            constraint=models.UniqueConstraint(
                fields=("body", "setting"), name="visits_questionset_one_of_body_and_setting"
            ),
        ),
        migrations.AddConstraint(
            model_name="questionversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on", None),
                    models.Q(("ends_on__gt", models.F("starts_on")), ("starts_on__isnull", False)),
                    _connector="OR",
                ),
                name="visits_questionversion_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="questionversion",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("starts_on", None), _negated=True),
                expressions=[
                    (
                        models.Func(
                            models.F("question_set"), models.F("question_set"), models.Value("[]"), function="int8range"
                        ),
                        "&&",
                    ),
                    (models.Func(models.F("starts_on"), models.F("ends_on"), function="daterange"), "&&"),
                ],
                name="visits_questionversion_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="questionversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("starts_on", None)),
                fields=("question_set",),
                name="visits_questionversion_one_draft",
            ),
        ),
        migrations.AddConstraint(
            model_name="ratingscale",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name_en", ""), _negated=True), models.Q(("name_nl", ""), _negated=True), _connector="OR"
                ),
                name="visits_ratingscale_has_a_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="ratingscale",
            constraint=models.UniqueConstraint(fields=("mechanism", "slug"), name="visits_ratingscale_one_per_slug"),
        ),
        migrations.AddConstraint(
            model_name="scaleversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on", None),
                    models.Q(("ends_on__gt", models.F("starts_on")), ("starts_on__isnull", False)),
                    _connector="OR",
                ),
                name="visits_scaleversion_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="scaleversion",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("starts_on", None), _negated=True),
                expressions=[
                    (models.Func(models.F("scale"), models.F("scale"), models.Value("[]"), function="int8range"), "&&"),
                    (models.Func(models.F("starts_on"), models.F("ends_on"), function="daterange"), "&&"),
                ],
                name="visits_scaleversion_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="scaleversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("starts_on", None)), fields=("scale",), name="visits_scaleversion_one_draft"
            ),
        ),
        migrations.AddConstraint(
            model_name="grade",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name_en", ""), _negated=True), models.Q(("name_nl", ""), _negated=True), _connector="OR"
                ),
                name="visits_grade_has_a_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="theme",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name_en", ""), _negated=True), models.Q(("name_nl", ""), _negated=True), _connector="OR"
                ),
                name="visits_theme_has_a_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="theme",
            constraint=models.UniqueConstraint(
                condition=models.Q(("name_en", ""), _negated=True),
                fields=("mechanism", "name_en"),
                name="visits_theme_once_in_english",
            ),
        ),
        migrations.AddConstraint(
            model_name="theme",
            constraint=models.UniqueConstraint(
                condition=models.Q(("name_nl", ""), _negated=True),
                fields=("mechanism", "name_nl"),
                name="visits_theme_once_in_dutch",
            ),
        ),
        migrations.AddConstraint(
            model_name="standard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name_en", ""), _negated=True), models.Q(("name_nl", ""), _negated=True), _connector="OR"
                ),
                name="visits_standard_has_a_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("text_en", ""), _negated=True), models.Q(("text_nl", ""), _negated=True), _connector="OR"
                ),
                name="visits_question_is_asked_in_a_language",
            ),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "choice"),
                        models.Q(("choices_en__len__gte", 2), ("choices_nl__len__gte", 2), _connector="OR"),
                    ),
                    models.Q(models.Q(("kind", "choice"), _negated=True), ("choices_en", []), ("choices_nl", [])),
                    _connector="OR",
                ),
                name="visits_question_choices_where_chosen",
            ),
        ),
        migrations.AddConstraint(
            model_name="visitrating",
            constraint=models.UniqueConstraint(fields=("visit", "standard"), name="visits_visitrating_once_in_a_visit"),
        ),
        migrations.AddConstraint(
            model_name="visitrating",
            constraint=models.CheckConstraint(
                condition=models.Q(("grade__isnull", False), models.Q(("note", ""), _negated=True), _connector="OR"),
                name="visits_visitrating_says_something",
            ),
        ),
        migrations.RunSQL(STAYS, GOES),
    ]
