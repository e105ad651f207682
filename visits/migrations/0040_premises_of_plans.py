"""The whole place a plan is for, kept with the plan (ADR 0028): of those saved before, as the register stands now."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

FILL = """
UPDATE visits_plan SET premises = COALESCE(place.parent_id, place.id)
FROM visits_place place WHERE place.id = visits_plan.place_id AND visits_plan.premises IS NULL
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("visits", "0039_places_asked_for")]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="premises",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="plan",
            index=models.Index(fields=["premises", "fortnight_first"], name="visits_plan_at_premises"),
        ),
    ]
