"""Keep a snapshot once and let the database itself refuse to change or delete it (security R-39)."""

from django.db import migrations, models

REFUSE = """
CREATE FUNCTION reports_snapshot_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'snapshots are frozen: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER reports_snapshot_is_frozen
    BEFORE UPDATE OR DELETE ON reports_snapshot
    FOR EACH ROW EXECUTE FUNCTION reports_snapshot_refuse();
"""
ALLOW = """
DROP TRIGGER reports_snapshot_is_frozen ON reports_snapshot;
DROP FUNCTION reports_snapshot_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]

    operations = [
        migrations.AddConstraint(
            model_name="snapshot",
            constraint=models.UniqueConstraint(fields=("year", "sha256"), name="reports_snapshot_kept_once"),
        ),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
