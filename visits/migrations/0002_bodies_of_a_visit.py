"""Keep Visit.body_ids equal to the lead body and the partners, whoever writes the rows."""

from django.db import migrations

CREATE = """
CREATE FUNCTION visits_visit_bodies_of_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.body_ids := ARRAY[NEW.lead_body_id] || COALESCE(
        (SELECT array_agg(body_id ORDER BY body_id) FROM visits_visitpartner
         WHERE visit_id = NEW.id AND body_id <> NEW.lead_body_id),
        '{}');
    RETURN NEW;
END $$;
CREATE TRIGGER visits_visit_bodies
    BEFORE INSERT OR UPDATE OF lead_body_id, body_ids ON visits_visit
    FOR EACH ROW EXECUTE FUNCTION visits_visit_bodies_of_row();

CREATE FUNCTION visits_visitpartner_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE visits_visit SET body_ids = body_ids WHERE id = OLD.visit_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE visits_visit SET body_ids = body_ids WHERE id = NEW.visit_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER visits_visitpartner_bodies
    AFTER INSERT OR UPDATE OR DELETE ON visits_visitpartner
    FOR EACH ROW EXECUTE FUNCTION visits_visitpartner_changed();
"""
DROP = """
DROP TRIGGER visits_visitpartner_bodies ON visits_visitpartner;
DROP FUNCTION visits_visitpartner_changed();
DROP TRIGGER visits_visit_bodies ON visits_visit;
DROP FUNCTION visits_visit_bodies_of_row();
"""


class Migration(migrations.Migration):
    dependencies = [("visits", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
