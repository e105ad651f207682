"""Look the names of places up once for all visits that are stored together, not once for each of them."""

from django.db import migrations

FIELDS = (
    "reference", "own_kind", "summary", "access_note", "areas_seen", "staff_spoken_to", "documents_checked",
    "isolation_note", "interpreting_note", "outside_remit_reason",
)  # fmt: skip
REPLACE = f"""
CREATE OR REPLACE FUNCTION visits_keep_words_of_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH places AS MATERIALIZED (
        SELECT place_id, visits_names_of_place(place_id) AS names FROM stored GROUP BY place_id)
    INSERT INTO visits_visittext (visit_id, part, words)
    SELECT v.id, 'record', visits_words(concat_ws(' ', {", ".join(f"v.{name}" for name in FIELDS)}, p.names))
    FROM stored v JOIN places p ON p.place_id = v.place_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("visits", "0024_trigger_of_visits")]

    operations = [migrations.RunSQL(REPLACE, migrations.RunSQL.noop)]
