"""Let the database itself refuse to change or delete what was done to the register."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION members_registerchange_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'changes of the register are append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER members_registerchange_append_only
    BEFORE UPDATE OR DELETE ON members_registerchange
    FOR EACH ROW EXECUTE FUNCTION members_registerchange_refuse();
"""
ALLOW = """
DROP TRIGGER members_registerchange_append_only ON members_registerchange;
DROP FUNCTION members_registerchange_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0004_letter_of_a_reminder")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
