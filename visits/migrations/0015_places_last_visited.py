"""Answer for all places from an index alone when they were last visited, and by whom."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("visits", "0014_review_of_visits")]

    operations = [
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                condition=models.Q(("mode", "on_site"), ("state", "approved"), ("validity", "valid")),
                fields=["place", "-starts_on", "-id"],
                include=("mechanism", "state", "confidentiality", "body_ids"),
                name="visits_visit_been_to_place",
            ),
        ),
    ]
