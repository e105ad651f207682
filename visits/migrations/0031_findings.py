"""What visits found and what they ask for: concerns, good practice, observations, recommendations."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0030_conversations_by_group"),
    ]

    operations = [
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("concern", "concern"),
                            ("recommendation", "recommendation"),
                            ("good_practice", "good practice"),
                            ("observation", "observation"),
                        ],
                        max_length=14,
                        verbose_name="kind",
                    ),
                ),
                ("own_kind", models.CharField(blank=True, max_length=80, verbose_name="the body’s own word")),
                ("text", models.TextField(verbose_name="finding, without naming anybody")),
                (
                    "basis",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("interview", "talks with detained people"),
                                ("staff", "talks with staff"),
                                ("records", "documents and registers"),
                                ("seen", "seen by the team"),
                            ],
                            max_length=10,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="it rests on",
                    ),
                ),
                ("norm", models.CharField(blank=True, max_length=200, verbose_name="norm cited")),
                ("is_repeated", models.BooleanField(blank=True, null=True, verbose_name="found before at this place")),
                (
                    "priority",
                    models.CharField(
                        blank=True,
                        choices=[("immediate", "immediate"), ("high", "high"), ("normal", "normal")],
                        max_length=10,
                        verbose_name="priority",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        blank=True,
                        choices=[("operational", "practice"), ("policy", "policy"), ("law", "the law")],
                        max_length=12,
                        verbose_name="asks to change",
                    ),
                ),
                (
                    "addressees",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("director", "head of the place"),
                                ("agency", "regional or national agency"),
                                ("contractor", "contractor"),
                                ("health", "health authority"),
                                ("ministry", "minister or ministry"),
                                ("legislator", "legislator"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="addressed to",
                    ),
                ),
                ("addressed_to", models.CharField(blank=True, max_length=200, verbose_name="addressees in words")),
                ("answer_due_on", models.DateField(blank=True, null=True, verbose_name="answer asked for by")),
                (
                    "theme",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="visits.theme",
                        verbose_name="theme",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="findings", to="visits.visit"
                    ),
                ),
            ],
            options={
                "ordering": ["visit", "position", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("visit", "position"), name="visits_finding_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="visits_finding_says_something"
                    ),
                ],
            },
        ),
    ]
