from collections.abc import Collection
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from npmportal import audiences
from npmportal.access import MANAGE_BODY_PEOPLE, grants_of


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """The one place that says who reads of which acts."""

    def visible_to(self, user: Any, *, only: Collection[str] | None = None) -> Self:
        """Return the events ``user`` may read of, and count; ``only`` those of some actions where they are named.

        To name them here rather than in a filter of its own lets PostgreSQL see how few may be left.

        Everybody reads of their own acts; a body's lead of what concerns the own body; whoever holds the permission
        that an action names (npmportal.audiences) of what happened in that mechanism.
        """
        if not getattr(user, "is_active", False) or not user.is_authenticated:
            return self.none()
        grants = grants_of(user)
        seen = Q(actor=user.pk)
        if bodies := grants.on(MANAGE_BODY_PEOPLE):
            seen |= Q(body_ids__overlap=sorted(bodies))
        opened: dict[int, list[str]] = {}
        for permission, actions in audiences.actions_by_permission().items():
            for mechanism in grants.on(permission):
                opened.setdefault(mechanism, []).extend(a for a in actions if only is None or a in only)
        for mechanism, actions in sorted(opened.items()):
            seen |= Q(mechanism=mechanism, action__in=sorted(actions))
        return self.filter(seen) if only is None else self.filter(seen, action__in=sorted(only))

    def about(self, record: models.Model) -> Self:
        """Return the events whose object is ``record``."""
        return self.filter(object_type=record._meta.label_lower, object_id=str(record.pk))

    def newest_first(self) -> Self:
        """Order by time, newest first; the id makes the order complete, as keyset paging needs."""
        return self.order_by("-at", "-id")


class AuditEvent(models.Model):
    """One thing somebody did or looked at. Rows are added and never changed: the database refuses UPDATE and DELETE."""

    class Result(models.TextChoices):
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    action = models.CharField(max_length=60, help_text="noun.verb, for instance visit.submitted")
    result = models.CharField(max_length=8, choices=Result.choices, default=Result.DONE)
    mechanism = models.ForeignKey(
        "members.Mechanism", on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    # The member bodies it concerns: a joint visit has several. Their leads may read of it.
    body_ids = ArrayField(models.BigIntegerField(), default=list)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    # Names of fields, states, counts: never narrative, names of persons, or places (security R-55).
    details = models.JSONField(default=dict)
    request_id = models.CharField(max_length=12, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        # Chosen with EXPLAIN on a million events (benchmarks/README.md); all end in the order of the activity page.
        indexes = [
            models.Index(fields=["mechanism", "-at", "-id"], name="npmportal_audit_of_mechanism"),
            models.Index(fields=["mechanism", "action", "-at", "-id"], name="npmportal_audit_of_action"),
            models.Index(fields=["object_type", "object_id", "-at", "-id"], name="npmportal_audit_of_object"),
            models.Index(fields=["actor", "-at", "-id"], name="npmportal_audit_of_actor"),
            # With the statistics of migration 0008, which tell PostgreSQL that some people never do some things.
            models.Index(fields=["actor", "action", "-at", "-id"], name="npmportal_audit_of_own_action"),
            GinIndex(fields=["body_ids"], name="npmportal_audit_of_bodies"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id} ({self.result})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)
