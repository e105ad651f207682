"""Meetings of groups: agenda, papers, who attended, what was decided, and the minutes."""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.body import MemberBody
from members.models.group import WorkingGroup
from members.models.person import User


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: Any) -> Self:
        """Return the meetings of the groups ``user`` sees."""
        return self.filter(group__in=WorkingGroup.objects.visible_to(user))

    def kept_by(self, user: Any) -> Self:
        """Return the meetings ``user`` may change."""
        return self.filter(group__in=WorkingGroup.objects.kept_by(user))


class Meeting(models.Model):
    """One meeting of a group."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        HELD = "held", _("held")
        CANCELLED = "cancelled", _("cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(WorkingGroup, on_delete=models.CASCADE, related_name="meetings")
    title = models.CharField(_("title"), max_length=200)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    where = models.CharField(_("where"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    # Counts every change that calendars must learn of (RFC 5545, SEQUENCE).
    sequence = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        indexes = [models.Index(fields=["group", "-starts_at"])]
        constraints = [
            models.CheckConstraint(
                name="members_meeting_ends_after_it_begins", condition=Q(ends_at__gt=F("starts_at"))
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AgendaItem(models.Model):
    """A point of the agenda, with the paper that goes with it."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    title = models.CharField(_("point"), max_length=200)
    paper = models.TextField(_("paper"), blank=True)
    for_invitees = models.BooleanField(
        _("invitees may read it"), default=False, help_text=_("Without this only members see the point and its paper.")
    )

    class Meta:
        ordering = ["meeting", "position", "pk"]

    def __str__(self) -> str:
        return self.title


class Attendance(models.Model):
    """Whether a body came to a meeting."""

    class Presence(models.TextChoices):
        PRESENT = "present", _("present")
        APOLOGIES = "apologies", _("sent apologies")
        ABSENT = "absent", _("absent")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendance")
    body = models.ForeignKey(MemberBody, on_delete=models.PROTECT, null=True, blank=True, related_name="attendance")
    guest = models.CharField(_("guest"), max_length=200, blank=True)
    presence = models.CharField(_("presence"), max_length=10, choices=Presence.choices)

    class Meta:
        ordering = ["meeting", "presence", "body"]
        verbose_name_plural = "attendance"
        constraints = [
            models.UniqueConstraint(
                name="members_attendance_once_a_meeting", fields=["meeting", "body"], condition=Q(body__isnull=False)
            ),
            models.CheckConstraint(name="members_attendance_a_body_or_a_guest", condition=~Q(body=None) | ~Q(guest="")),
        ]

    def __str__(self) -> str:
        return f"{self.body or self.guest}: {self.get_presence_display()}"


class Decision(models.Model):
    """What a meeting decided; it shows on the record it concerns to those who read the group's decisions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="decisions")
    item = models.ForeignKey(AgendaItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="decisions")
    text = models.TextField(_("decision"))
    # Which record it concerns: "members.coveragegap" and its key (members/concerns.py).
    concerns = models.CharField(_("concerns"), max_length=60, blank=True)
    concerns_id = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["meeting", "decided_at"]
        indexes = [models.Index(fields=["concerns", "concerns_id"])]

    def __str__(self) -> str:
        return self.text[:80]


class Minutes(models.Model):
    """What was said, in words: a draft until approved, then frozen and printed."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        APPROVED = "approved", _("approved")

    meeting = models.OneToOneField(Meeting, on_delete=models.CASCADE, related_name="minutes")
    text = models.TextField(_("minutes"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    pdf = models.CharField(max_length=200, blank=True)
    job = models.ForeignKey("npmportal.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "minutes"
        constraints = [
            models.CheckConstraint(
                name="members_minutes_approved_by_somebody",
                condition=Q(state="draft", approved_by=None, approved_at=None)
                | Q(state="approved", approved_by__isnull=False, approved_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting}: {self.get_state_display()}"
