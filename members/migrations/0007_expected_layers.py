"""Say which layers of monitoring a setting is meant to have: an empty cell of them is a gap or wants a word."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

LAYERS = [("inspection", "inspection"), ("lay", "lay monitoring"), ("commissioner", "commissioner")]
PRECISION = [("day", "day"), ("month", "month"), ("year", "year")]


def once_at_a_time(layer):
    overlaps = django.contrib.postgres.fields.ranges.RangeOperators.OVERLAPS
    return django.contrib.postgres.constraints.ExclusionConstraint(
        name=f"members_expectedlayer_{layer}_once_at_a_time",
        expressions=[
            (models.Func("setting", "setting", models.Value("[]"), function="int8range"), overlaps),
            (models.Func("starts_on", "ends_on", function="daterange"), overlaps),
        ],
        condition=models.Q(("is_used", True), ("layer", layer)),
    )


class Migration(migrations.Migration):
    dependencies = [("members", "0006_steps_of_a_task")]

    operations = [
        migrations.CreateModel(
            name="ExpectedLayer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="until (exclusive)")),
                ("starts_precision", models.CharField(choices=PRECISION, default="day", max_length=5)),
                ("ends_precision", models.CharField(choices=PRECISION, default="day", max_length=5)),
                (
                    "is_used",
                    models.BooleanField(
                        default=True,
                        help_text="Where sources disagree, one is used and the others are kept beside it.",
                        verbose_name="used",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("layer", models.CharField(choices=LAYERS, max_length=20, verbose_name="layer")),
                (
                    "setting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="expected_layers",
                        to="members.detentionsetting",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.source",
                        verbose_name="source",
                    ),
                ),
            ],
            options={
                "ordering": ["setting", "layer", "starts_on"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gt", models.F("starts_on")), _connector="OR"),
                        name="members_expectedlayer_ends_after_it_starts",
                    ),
                    *(once_at_a_time(layer) for layer, _label in LAYERS),
                ],
            },
        ),
    ]
