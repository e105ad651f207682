"""The words of visits for full-text search, kept by triggers; the visits that are there already follow in 0020."""

import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

# What of a visit is searched; visits.finding.words names the same fields, and a test compares them.
FIELDS = (
    "reference", "own_kind", "summary", "access_note", "areas_seen", "staff_spoken_to", "documents_checked",
    "isolation_note", "interpreting_note", "outside_remit_reason",
)  # fmt: skip
CHANGED = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in (*FIELDS, "place_id"))

FUNCTIONS = f"""
CREATE FUNCTION visits_words(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- A vector holds a megabyte at most: what lies beyond the hundred thousandth letter is not found by its words.
    SELECT to_tsvector('pg_catalog.english'::regconfig, left(said, 100000))
        || to_tsvector('pg_catalog.dutch'::regconfig, left(said, 100000))
$$;
CREATE FUNCTION visits_names_of_place(place uuid) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ', p.name, p.town,
        (SELECT string_agg(n.name, ' ') FROM visits_placename n
         WHERE n.place_id = p.id AND n.is_used AND n.name <> p.name))
    FROM visits_place p WHERE p.id = place
$$;
CREATE FUNCTION visits_words_of(v visits_visit) RETURNS tsvector LANGUAGE sql STABLE AS $$
    SELECT visits_words(concat_ws(' ', {", ".join(f"v.{name}" for name in FIELDS)}, visits_names_of_place(v.place_id)))
$$;

CREATE FUNCTION visits_keep_words_of_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO visits_visittext (visit_id, part, words)
    SELECT v.id, 'record', visits_words(concat_ws(' ', {", ".join(f"v.{name}" for name in FIELDS)}, p.names))
    FROM stored v
    JOIN (SELECT place_id, visits_names_of_place(place_id) AS names
          FROM (SELECT DISTINCT place_id FROM stored) places) p ON p.place_id = v.place_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE FUNCTION visits_keep_words_of_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE visits_visittext SET words = visits_words_of(NEW) WHERE visit_id = NEW.id AND part = 'record';
    RETURN NULL;
END $$;
CREATE FUNCTION visits_keep_words_of_place() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found uuid;
BEGIN
    IF TG_TABLE_NAME = 'visits_place' THEN found := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN found := OLD.place_id;
    ELSE found := NEW.place_id;
    END IF;
    UPDATE visits_visittext t SET words = visits_words_of(v)
    FROM visits_visit v WHERE v.place_id = found AND t.visit_id = v.id AND t.part = 'record';
    RETURN NULL;
END $$;
CREATE FUNCTION visits_keep_words_of_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM visits_visittext WHERE note_id = NEW.id;
    INSERT INTO visits_visittext (visit_id, part, note_id, words)
    VALUES (NEW.visit_id, CASE WHEN NEW.is_shared THEN 'shared' ELSE NEW.side END, NEW.id, visits_words(NEW.text));
    RETURN NULL;
END $$;
CREATE FUNCTION visits_keep_words_of_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM visits_visittext WHERE attachment_id = NEW.id;
    -- Of a file that was refused or removed only the record is left.
    IF NEW.state IN ('quarantined', 'available') THEN
        INSERT INTO visits_visittext (visit_id, part, attachment_id, words)
        VALUES (NEW.visit_id, 'file', NEW.id, visits_words(concat_ws(' ', NEW.title, NEW.name,
            regexp_replace(NEW.name, '[._-]+', ' ', 'g'), NEW.note)));
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION visits_forget_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DELETE FROM visits_visittext t USING gone WHERE t.%I = gone.id', TG_ARGV[0]);
    RETURN NULL;
END $$;
"""
TRIGGERS = f"""
CREATE TRIGGER visits_visit_words_of_new AFTER INSERT ON visits_visit REFERENCING NEW TABLE AS stored
    FOR EACH STATEMENT EXECUTE FUNCTION visits_keep_words_of_new();
CREATE TRIGGER visits_visit_words_of_changed AFTER UPDATE ON visits_visit
    FOR EACH ROW WHEN ({CHANGED}) EXECUTE FUNCTION visits_keep_words_of_changed();
CREATE TRIGGER visits_place_words AFTER UPDATE OF name, town ON visits_place
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name OR OLD.town IS DISTINCT FROM NEW.town)
    EXECUTE FUNCTION visits_keep_words_of_place();
CREATE TRIGGER visits_placename_words AFTER INSERT OR DELETE OR UPDATE OF name, is_used, place_id ON visits_placename
    FOR EACH ROW EXECUTE FUNCTION visits_keep_words_of_place();
CREATE TRIGGER visits_visitnote_words AFTER INSERT OR UPDATE OF text, side, is_shared ON visits_visitnote
    FOR EACH ROW EXECUTE FUNCTION visits_keep_words_of_note();
CREATE TRIGGER visits_attachment_words AFTER INSERT OR UPDATE OF name, title, note, state ON visits_attachment
    FOR EACH ROW EXECUTE FUNCTION visits_keep_words_of_file();
CREATE TRIGGER visits_visit_words_gone AFTER DELETE ON visits_visit REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION visits_forget_words('visit_id');
CREATE TRIGGER visits_visitnote_words_gone AFTER DELETE ON visits_visitnote REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION visits_forget_words('note_id');
CREATE TRIGGER visits_attachment_words_gone AFTER DELETE ON visits_attachment REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION visits_forget_words('attachment_id');
"""
DROP = """
DROP TRIGGER visits_attachment_words_gone ON visits_attachment;
DROP TRIGGER visits_visitnote_words_gone ON visits_visitnote;
DROP TRIGGER visits_visit_words_gone ON visits_visit;
DROP TRIGGER visits_attachment_words ON visits_attachment;
DROP TRIGGER visits_visitnote_words ON visits_visitnote;
DROP TRIGGER visits_placename_words ON visits_placename;
DROP TRIGGER visits_place_words ON visits_place;
DROP TRIGGER visits_visit_words_of_changed ON visits_visit;
DROP TRIGGER visits_visit_words_of_new ON visits_visit;
DROP FUNCTION visits_forget_words();
DROP FUNCTION visits_keep_words_of_file();
DROP FUNCTION visits_keep_words_of_note();
DROP FUNCTION visits_keep_words_of_place();
DROP FUNCTION visits_keep_words_of_changed();
DROP FUNCTION visits_keep_words_of_new();
DROP FUNCTION visits_words_of(visits_visit);
DROP FUNCTION visits_names_of_place(uuid);
DROP FUNCTION visits_words(text);
"""
PARTS = ("record", "shared", "bodies", "coordinator", "file")


class Migration(migrations.Migration):
    dependencies = [("visits", "0018_ratings_and_questions")]

    operations = [
        migrations.CreateModel(
            name="VisitText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "part",
                    models.CharField(choices=[(part, part.capitalize()) for part in PARTS], max_length=12),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                (
                    "attachment",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="visits.attachment",
                    ),
                ),
                (
                    "note",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="visits.visitnote",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="texts", to="visits.visit"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(part="record"), fields=("visit",), name="visits_visittext_one_record_of_a_visit"
                    ),
                    models.CheckConstraint(
                        name="visits_visittext_of_its_part",
                        condition=Q(part="record", note=None, attachment=None)
                        | Q(part="file", note=None, attachment__isnull=False)
                        | Q(part__in=["shared", "bodies", "coordinator"], note__isnull=False, attachment=None),
                    ),
                ],
            },
        ),
        migrations.RunSQL(FUNCTIONS + TRIGGERS, DROP),
    ]
