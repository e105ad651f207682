from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("visits", "0023_downloads_and_saved_views")]

    operations = [
        AddIndexConcurrently(
            model_name="visit",
            index=models.Index(
                condition=models.Q(("trigger", "programme"), _negated=True),
                fields=["mechanism", "trigger", "-starts_on", "-id"],
                name="visits_visit_trigger",
            ),
        ),
    ]
