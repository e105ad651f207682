from django.db import migrations

CREATE = """
CREATE TRIGGER members_mechanism_changes_register AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON members_mechanism
    FOR EACH STATEMENT EXECUTE FUNCTION members_register_changed();
"""
DROP = "DROP TRIGGER members_mechanism_changes_register ON members_mechanism;"


class Migration(migrations.Migration):
    dependencies = [("members", "0019_register_version")]

    operations = [migrations.RunSQL(CREATE, DROP)]
