import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import visits.models.attachment


class Migration(migrations.Migration):
    dependencies = [
        ("npmportal", "0008_who_does_what"),
        ("visits", "0012_imports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=255, verbose_name="name of the file")),
                ("extension", models.CharField(max_length=10)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("photograph", "photograph"),
                            ("document", "document"),
                            ("letter", "letter"),
                            ("figures", "figures"),
                            ("drawing", "plan or drawing"),
                            ("notes", "notes of the visitors"),
                            ("other", "something else"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=200, verbose_name="title")),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("is_evidence", models.BooleanField(default=False, verbose_name="kept as evidence")),
                ("evidence_reason", models.CharField(blank=True, max_length=500, verbose_name="why it is evidence")),
                (
                    "file",
                    models.FileField(blank=True, max_length=200, upload_to=visits.models.attachment.attachment_path),
                ),
                ("size", models.PositiveBigIntegerField(verbose_name="size")),
                ("sha256", models.CharField(max_length=64, verbose_name="checksum (SHA-256)")),
                ("received_size", models.PositiveBigIntegerField()),
                ("received_sha256", models.CharField(max_length=64)),
                ("width", models.PositiveIntegerField(null=True)),
                ("height", models.PositiveIntegerField(null=True)),
                ("has_position", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("quarantined", "being checked"),
                            ("available", "available"),
                            ("refused", "refused"),
                            ("removed", "removed"),
                        ],
                        default="quarantined",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("refused_because", models.CharField(blank=True, max_length=20)),
                ("held", models.CharField(blank=True, help_text="one of Held", max_length=14)),
                (
                    "scan",
                    models.CharField(
                        blank=True,
                        choices=[("clean", "no malware found"), ("not_scanned", "not scanned")],
                        max_length=12,
                    ),
                ),
                ("scanner_said", models.CharField(blank=True, max_length=120)),
                ("uploaded_at", models.DateTimeField(auto_now_add=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("verified_at", models.DateTimeField(null=True)),
                ("altered_at", models.DateTimeField(null=True)),
                ("taken_back_at", models.DateTimeField(null=True)),
                ("taken_back_reason", models.TextField(blank=True)),
                (
                    "job",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="npmportal.job"
                    ),
                ),
                (
                    "taken_back_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="attachments", to="visits.visit"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["visit", "uploaded_at"], name="visits_attachment_of_visit"),
                    models.Index(fields=["uploaded_by", "uploaded_at"], name="visits_attachment_of_person"),
                    models.Index(
                        condition=models.Q(("state", "quarantined"), models.Q(("held", ""), _negated=True)),
                        fields=["held"],
                        name="visits_attachment_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("state", "available")),
                        fields=["verified_at"],
                        name="visits_attachment_verified",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_evidence", False), models.Q(("evidence_reason", ""), _negated=True), _connector="OR"
                        ),
                        name="visits_attachment_evidence_has_its_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), models.Q(("refused_because", ""), _negated=True)),
                            models.Q(models.Q(("state", "refused"), _negated=True), ("refused_because", "")),
                            _connector="OR",
                        ),
                        name="visits_attachment_refused_has_its_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "available"), _negated=True),
                            models.Q(
                                ("checked_at__isnull", False),
                                ("verified_at__isnull", False),
                                models.Q(("scan", ""), _negated=True),
                                models.Q(("file", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="visits_attachment_available_was_checked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_back_at", None), ("taken_back_by", None), ("taken_back_reason", "")),
                            models.Q(
                                ("taken_back_at__isnull", False),
                                ("taken_back_by__isnull", False),
                                models.Q(("taken_back_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="visits_attachment_taken_back_by_somebody_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "removed"), _negated=True),
                            models.Q(("file", ""), ("taken_back_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="visits_attachment_removed_was_taken_back",
                    ),
                ],
            },
        ),
    ]
