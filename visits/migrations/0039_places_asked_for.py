"""Let a body ask for a place that is not in the register. A request holds no fact of the register (its model says why)."""

import uuid

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0021_holiday_calendars"),
        ("visits", "0038_trigger_not_recorded"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PlaceRequest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("form_key", models.UUIDField(editable=False)),
                ("name", models.CharField(max_length=200, verbose_name="name of the place")),
                ("town", models.CharField(blank=True, max_length=100, verbose_name="town")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="address")),
                (
                    "own_code",
                    models.CharField(
                        blank=True,
                        help_text="What the place is called in your own system.",
                        max_length=60,
                        verbose_name="your body’s own code",
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True,
                        help_text="Say nothing here of a visit that is planned or of anybody who is held there.",
                        max_length=1000,
                        verbose_name="note",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waits for an answer"),
                            ("added", "added to the register"),
                            ("known", "is in the register"),
                            ("declined", "not added"),
                            ("withdrawn", "taken back"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "body",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.memberbody",
                        verbose_name="body",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.jurisdiction",
                        verbose_name="jurisdiction",
                    ),
                ),
                (
                    "mechanism",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.mechanism"
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="requests",
                        to="visits.place",
                    ),
                ),
                (
                    "setting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.detentionsetting",
                        verbose_name="setting",
                    ),
                ),
            ],
            options={
                "ordering": ["asked_at", "pk"],
                "indexes": [
                    models.Index(fields=["mechanism", "state", "asked_at", "id"], name="visits_placerequest_by_state"),
                    models.Index(fields=["asked_by", "state", "decided_at"], name="visits_placerequest_of_asker"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="visits_placerequest_has_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("state", "waiting")),
                            models.Q(
                                models.Q(("state", "waiting"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="visits_placerequest_is_decided_by_somebody_or_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_at", None), ("decided_at__gte", models.F("asked_at")), _connector="OR"
                        ),
                        name="visits_placerequest_is_decided_after_it_was_asked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("place", None), ("state__in", ("added", "known")), _connector="OR"),
                        name="visits_placerequest_only_two_answers_name_a_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "declined"), models.Q(("reason", ""), _negated=True)),
                            models.Q(models.Q(("state", "declined"), _negated=True), ("reason", "")),
                            _connector="OR",
                        ),
                        name="visits_placerequest_is_declined_with_a_reason",
                    ),
                    models.UniqueConstraint(
                        models.F("body"),
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("state", "waiting")),
                        name="visits_placerequest_waits_once",
                    ),
                    models.UniqueConstraint(
                        fields=("asked_by", "form_key"), name="visits_placerequest_one_per_form_sent"
                    ),
                ],
            },
        ),
    ]
