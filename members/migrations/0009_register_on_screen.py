"""What keeping the register on screen needs: whose source it is, dated forms, days of successions known in part."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Coalesce

import npmportal.models.dated

PRECISION = [("day", "day"), ("month", "month"), ("year", "year")]
PROFILES = [
    ("network", "network of bodies with a coordinator"),
    ("single_body", "single body"),
    ("coordinating_centre", "bodies with a coordinating centre that does not visit"),
    ("federal", "federal, with mechanisms of its parts"),
]


def say_whose_sources_they_are(apps, schema_editor):
    """Packaged sources are named after their register: uk-…, nl-…."""
    Source = apps.get_model("members", "Source")
    for mechanism in apps.get_model("members", "Mechanism").objects.all():
        Source.objects.filter(slug__startswith=f"{mechanism.slug}-").update(mechanism=mechanism)


class Migration(migrations.Migration):
    dependencies = [("members", "0008_remits_that_contradict_are_refused")]

    operations = [
        migrations.AddField(
            model_name="source",
            name="mechanism",
            field=models.ForeignKey(
                blank=True,
                help_text="The register that quotes it; empty where several do.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sources",
                to="members.mechanism",
                verbose_name="mechanism",
            ),
        ),
        migrations.RunPython(say_whose_sources_they_are, migrations.RunPython.noop),
        migrations.AddField(
            model_name="succession",
            name="happened_precision",
            field=models.CharField(choices=PRECISION, default="day", max_length=5),
        ),
        migrations.AlterField(
            model_name="registerchange",
            name="body",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="register_changes",
                to="members.memberbody",
            ),
        ),
        migrations.RemoveConstraint(model_name="workforce", name="members_workforce_parts_within_the_whole"),
        migrations.AddConstraint(
            model_name="workforce",
            constraint=models.CheckConstraint(
                name="members_workforce_parts_within_the_whole",
                condition=models.Q(people=None)
                | models.Q(
                    people__gte=Coalesce(models.F("women"), 0)
                    + Coalesce(models.F("men"), 0)
                    + Coalesce(models.F("other"), 0)
                ),
            ),
        ),
        migrations.CreateModel(
            name="MechanismProfile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="until (exclusive)")),
                ("starts_precision", models.CharField(choices=PRECISION, default="day", max_length=5)),
                ("ends_precision", models.CharField(choices=PRECISION, default="day", max_length=5)),
                (
                    "is_used",
                    models.BooleanField(
                        default=True,
                        help_text="Where sources disagree, one is used and the others are kept beside it.",
                        verbose_name="used",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("profile", models.CharField(choices=PROFILES, max_length=20, verbose_name="form")),
                (
                    "mechanism",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="profiles",
                        to="members.mechanism",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.source",
                        verbose_name="source",
                    ),
                ),
            ],
            options={
                "ordering": ["mechanism", "starts_on"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        name="members_mechanismprofile_ends_after_it_starts",
                        condition=models.Q(ends_on=None) | models.Q(ends_on__gt=models.F("starts_on")),
                    ),
                    npmportal.models.dated.never_two_at_once(
                        "members_mechanismprofile_one_form_at_a_time", "mechanism"
                    ),
                ],
            },
        ),
    ]
