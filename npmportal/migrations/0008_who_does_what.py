"""Tell PostgreSQL which people do what: an administrator never approves a visit, and a list of such acts is empty."""

from django.db import migrations, models

# Without them it takes actor and action for independent, expects thousands of rows, and walks a million to find none.
KNOW = (
    "CREATE STATISTICS npmportal_audit_who_does_what (mcv, dependencies) ON actor_id, action FROM npmportal_auditevent"
)
FORGET = "DROP STATISTICS npmportal_audit_who_does_what"


class Migration(migrations.Migration):
    dependencies = [("npmportal", "0007_indexes_of_activity")]

    operations = [
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["actor", "action", "-at", "-id"], name="npmportal_audit_of_own_action"),
        ),
        migrations.RunSQL(KNOW, FORGET),
    ]
