from django.db import models
from django.db.models import Q

from npmportal.models.audit_event import AuditEvent

# What the first link follows upon.
GENESIS = "0" * 64


class AuditLink(models.Model):
    """One link of the chain of events: its hash covers the whole event and the link before (ADR 0013).

    The database writes it when the event's transaction commits and refuses UPDATE, DELETE and TRUNCATE. Nothing in
    Python writes here.
    """

    sequence = models.BigIntegerField(primary_key=True)
    # No constraint to the event: the chain must outlive what it is about, to say which event is gone.
    event = models.OneToOneField(AuditEvent, on_delete=models.DO_NOTHING, db_constraint=False, related_name="link")
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.sequence}: {self.hash}"


class AuditHead(models.Model):
    """The last link, in one row. Its lock lets one transaction at a time add to the chain; it also shows a cut tail."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=GENESIS)

    class Meta:
        constraints = [models.CheckConstraint(name="npmportal_audithead_is_the_only_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.sequence} {self.hash}"
