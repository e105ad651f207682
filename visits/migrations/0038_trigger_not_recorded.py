"""What gave rise to a visit may be unknown: it is no longer taken for the programme where nobody said so.

What is stored stays: of a visit logged before nobody can tell whether “programme” was chosen or left standing.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("visits", "0037_words_of_judgements_filled")]

    operations = [
        migrations.AlterField(
            model_name="visit",
            name="trigger",
            field=models.CharField(
                blank=True,
                choices=[
                    ("programme", "programme"),
                    ("follow_up", "follow-up"),
                    ("intelligence", "complaint or intelligence"),
                    ("incident", "death or serious incident"),
                    ("request", "request"),
                    ("joint_theme", "joint theme"),
                ],
                db_default="",
                default="",
                max_length=12,
                verbose_name="trigger",
            ),
        ),
        RemoveIndexConcurrently(model_name="visit", name="visits_visit_trigger"),
        AddIndexConcurrently(
            model_name="visit",
            index=models.Index(
                condition=models.Q(("trigger__in", ["", "programme"]), _negated=True),
                fields=["mechanism", "trigger", "-starts_on", "-id"],
                name="visits_visit_trigger",
            ),
        ),
    ]
