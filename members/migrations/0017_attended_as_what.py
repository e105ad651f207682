"""Keep with attendance as what each sat there, and with minutes the actions that were agreed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0016_in_full_order"),
    ]

    operations = [
        migrations.AddField(
            model_name="attendance",
            name="in_person",
            field=models.BooleanField(default=False, verbose_name="a person of the portal"),
        ),
        migrations.AddField(
            model_name="attendance",
            name="standing",
            field=models.CharField(
                blank=True,
                choices=[("chair", "chair"), ("secretary", "secretary"), ("member", "member"), ("invitee", "invitee")],
                max_length=10,
                verbose_name="standing",
            ),
        ),
        migrations.AddField(
            model_name="minutes",
            name="agreed",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AlterField(
            model_name="meetingevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("planned", "Planned"),
                    ("changed", "Time, place or title changed"),
                    ("moved", "Day or time changed after attendance was recorded"),
                    ("cancelled", "Cancelled"),
                    ("held", "Attendance recorded"),
                    ("corrected", "Attendance corrected"),
                    ("point_removed", "Point taken off the agenda"),
                    ("decision_changed", "Decision worded anew"),
                    ("decision_removed", "Decision struck out"),
                    ("approved", "Minutes approved"),
                    ("added_to", "Addition to the approved minutes"),
                ],
                max_length=20,
            ),
        ),
    ]
