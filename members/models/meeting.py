"""Meetings of groups: agenda, papers, what was decided, and what happened to the meeting."""

import uuid
from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext_lazy as _

from members.models.body import MemberBody
from members.models.group import GroupSeat, WorkingGroup, circles_of
from members.models.person import User


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: Any) -> Self:
        """Return the meetings of the groups ``user`` sees."""
        return self.filter(circles_of(user).seated.q("group"))

    def known_inside_to(self, user: Any) -> Self:
        """Return the meetings whose minutes, decisions and inner papers ``user`` reads."""
        return self.filter(circles_of(user).inside.q("group"))

    def kept_by(self, user: Any) -> Self:
        """Return the meetings ``user`` may change."""
        return self.filter(circles_of(user).kept.q("group"))

    def not_over(self, now: datetime) -> Self:
        """Return the meetings that are not over at ``now``, the next one first; cancelled ones too, until their day."""
        return self.filter(ends_at__gte=now).order_by("starts_at", "id")

    def coming(self, now: datetime) -> Self:
        """Return the meetings that are not over at ``now`` and take place, the next one first."""
        return self.not_over(now).exclude(state=Meeting.State.CANCELLED)

    def called_off(self, now: datetime) -> Self:
        """Return the cancelled meetings whose hour has not passed at ``now``: people may still reckon with them."""
        return self.not_over(now).filter(state=Meeting.State.CANCELLED)

    def past(self, now: datetime) -> Self:
        """Return the meetings that are over at ``now``, cancelled ones too."""
        return self.filter(ends_at__lt=now)

    def for_list(self) -> Self:
        """Load the group each meeting belongs to."""
        return self.select_related("group")

    def for_detail(self) -> Self:
        """Load what the page of one meeting prints beside its rows."""
        return self.select_related("group__mechanism", "minutes")


class Meeting(models.Model):
    """One meeting of a group."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        HELD = "held", _("held")
        CANCELLED = "cancelled", _("cancelled")

    # What a calendar shows of a meeting: a change of these is a new edition of the calendar's entry.
    IN_CALENDARS = ("starts_at", "ends_at", "where", "state")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(WorkingGroup, on_delete=models.CASCADE, related_name="meetings")
    title = models.CharField(_("title"), max_length=200)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    where = models.CharField(_("where"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    # Counts every change that calendars must learn of (RFC 5545, SEQUENCE).
    sequence = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)
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

    @property
    def when(self) -> str:
        """Day and hours on the group's clock, with its zone: “3 June 2025, 10:00–12:30 (Europe/London)”."""
        first, last = self.group.local(self.starts_at), self.group.local(self.ends_at)
        begin, end = time_format(first, "H:i"), time_format(last, "H:i")
        if last.date() != first.date():
            end = f"{date_format(last)}, {end}"
        return f"{date_format(first)}, {begin}–{end} ({self.group.time_zone})"

    @property
    def day(self) -> date:
        """The day on which it begins, on the group's clock."""
        return self.group.local(self.starts_at).date()

    def holders(self) -> dict[tuple[int | None, str], GroupSeat]:
        """Return who has a seat on the meeting's day, as attendance names them: (key of the body, name without one).

        Who has two seats, such as the body that is the chair for a while, is there with the first of them.
        """
        found: dict[tuple[int | None, str], GroupSeat] = {}
        standings = GroupSeat.Standing.values
        bodies = models.Prefetch("body", MemberBody.objects.with_names_as_at(self.day))
        seats = self.group.seats.as_at(self.day).select_related("person").prefetch_related(bodies)
        for seat in sorted(seats, key=lambda seat: (standings.index(seat.standing), seat.pk)):
            found.setdefault((seat.body_id, "" if seat.body_id else seat.holder), seat)
        return found

    @property
    def is_planned(self) -> bool:
        return self.state == self.State.PLANNED

    @property
    def is_held(self) -> bool:
        return self.state == self.State.HELD

    @property
    def is_cancelled(self) -> bool:
        return self.state == self.State.CANCELLED

    @property
    def is_frozen(self) -> bool:
        """Whether approved minutes hold the meeting as it was; the database then refuses every change."""
        minutes = getattr(self, "minutes", None)
        return minutes is not None and minutes.state == "approved"


class AgendaItemQuerySet(models.QuerySet["AgendaItem"]):
    def readable_by(self, user: Any) -> Self:
        """Return the points ``user`` reads, with their papers: of an invitee's meetings only those marked so."""
        circles = circles_of(user)
        return self.filter(
            circles.inside.q("meeting__group") | circles.seated.q("meeting__group") & Q(for_invitees=True)
        )


class AgendaItem(models.Model):
    """A point of the agenda, with the paper that goes with it."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    title = models.CharField(_("point"), max_length=200)
    paper = models.TextField(_("paper"), blank=True)
    for_invitees = models.BooleanField(
        _("invitees may read it"), default=False, help_text=_("Without this only members see the point and its paper.")
    )
    version = models.PositiveIntegerField(default=1)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "position", "pk"]

    def __str__(self) -> str:
        return self.title


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, user: Any) -> Self:
        """Return the decisions of the groups whose inside ``user`` knows."""
        return self.filter(circles_of(user).inside.q("meeting__group"))


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
    version = models.PositiveIntegerField(default=1)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "decided_at"]
        indexes = [models.Index(fields=["concerns", "concerns_id"])]

    def __str__(self) -> str:
        return self.text[:80]


class MeetingEvent(models.Model):
    """One thing done to a meeting, by whom, and why where it takes something back. Members read it, invitees do not."""

    class Kind(models.TextChoices):
        PLANNED = "planned", _("Planned")
        CHANGED = "changed", _("Time, place or title changed")
        MOVED = "moved", _("Day or time changed after attendance was recorded")
        CANCELLED = "cancelled", _("Cancelled")
        HELD = "held", _("Attendance recorded")
        CORRECTED = "corrected", _("Attendance corrected")
        POINT_REMOVED = "point_removed", _("Point taken off the agenda")
        DECISION_CHANGED = "decision_changed", _("Decision worded anew")
        DECISION_REMOVED = "decision_removed", _("Decision struck out")
        APPROVED = "approved", _("Minutes approved")
        ADDED_TO = "added_to", _("Addition to the approved minutes")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    reason = models.TextField(_("reason"), blank=True)
    before = models.TextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["meeting", "-at", "-pk"]

    def __str__(self) -> str:
        return self.get_kind_display()
