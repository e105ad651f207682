"""Let the database itself refuse to change or delete what was written down (security R-54)."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION npmportal_auditevent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER npmportal_auditevent_append_only
    BEFORE UPDATE OR DELETE ON npmportal_auditevent
    FOR EACH ROW EXECUTE FUNCTION npmportal_auditevent_refuse();
"""
ALLOW = """
DROP TRIGGER npmportal_auditevent_append_only ON npmportal_auditevent;
DROP FUNCTION npmportal_auditevent_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("npmportal", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
