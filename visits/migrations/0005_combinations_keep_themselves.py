"""Note each combination that occurs when visits are stored, a million by COPY as well as one by a form."""

from django.db import migrations

COLUMNS = "mechanism_id, body_ids, setting_id, jurisdiction_id, kind, mode"

CREATE = f"""
CREATE FUNCTION visits_note_combinations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO visits_visitcombination ({COLUMNS})
    SELECT DISTINCT {COLUMNS} FROM stored
    WHERE NOT EXISTS (
        SELECT FROM visits_visitcombination c
        WHERE (c.mechanism_id, c.body_ids, c.setting_id, c.jurisdiction_id, c.kind, c.mode)
            = (stored.mechanism_id, stored.body_ids, stored.setting_id, stored.jurisdiction_id, stored.kind, stored.mode))
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER visits_visit_combinations_of_new
    AFTER INSERT ON visits_visit REFERENCING NEW TABLE AS stored
    FOR EACH STATEMENT EXECUTE FUNCTION visits_note_combinations();
CREATE TRIGGER visits_visit_combinations_of_changed
    AFTER UPDATE ON visits_visit REFERENCING NEW TABLE AS stored
    FOR EACH STATEMENT EXECUTE FUNCTION visits_note_combinations();
INSERT INTO visits_visitcombination ({COLUMNS}) SELECT DISTINCT {COLUMNS} FROM visits_visit;
"""
DROP = """
DROP TRIGGER visits_visit_combinations_of_changed ON visits_visit;
DROP TRIGGER visits_visit_combinations_of_new ON visits_visit;
DROP FUNCTION visits_note_combinations();
"""


class Migration(migrations.Migration):
    dependencies = [("visits", "0004_indexes_and_combinations")]

    operations = [migrations.RunSQL(CREATE, DROP)]
