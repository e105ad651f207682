from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """One thing somebody did or looked at. Rows are added and never changed: the database refuses UPDATE and DELETE."""

    class Result(models.TextChoices):
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=60, help_text="noun.verb, for instance visit.submitted")
    result = models.CharField(max_length=8, choices=Result.choices, default=Result.DONE)
    mechanism = models.ForeignKey("members.Mechanism", on_delete=models.PROTECT, null=True, related_name="+")
    # The member bodies it concerns: a joint visit has several. Their leads may read of it.
    body_ids = ArrayField(models.BigIntegerField(), default=list)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    # Names of fields, states, counts: never narrative, names of persons, or places (security R-55).
    details = models.JSONField(default=dict)
    request_id = models.CharField(max_length=12, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["mechanism", "-id"]),
            models.Index(fields=["object_type", "object_id", "-id"]),
            models.Index(fields=["actor", "-id"]),
            GinIndex(fields=["body_ids"], name="npmportal_audit_of_bodies"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id} ({self.result})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)
