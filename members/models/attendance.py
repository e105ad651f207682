"""Who came to a meeting, and as what: chair, secretary, member, invitee or guest."""

import json
from collections.abc import Iterable
from datetime import date

from django.db import models
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from members.models.bilingual import in_language
from members.models.body import MemberBody
from members.models.group import GroupSeat
from members.models.meeting import Meeting, MeetingEvent


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def in_order(self, on: date) -> "list[Attendance]":
        """Return the rows as they are read out: chair, secretary, members, invitees, guests, each by name.

        Bodies are named as they were called on the day ``on``.
        """
        rows = self.prefetch_related(Prefetch("body", MemberBody.objects.with_names_as_at(on)))
        return sorted(rows, key=lambda row: row.rank)


class Attendance(models.Model):
    """Whether a body, or somebody without one, came to a meeting, and as what."""

    class Presence(models.TextChoices):
        PRESENT = "present", _("present")
        APOLOGIES = "apologies", _("sent apologies")
        ABSENT = "absent", _("absent")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendance")
    body = models.ForeignKey(MemberBody, on_delete=models.PROTECT, null=True, blank=True, related_name="attendance")
    guest = models.CharField(_("guest"), max_length=200, blank=True)
    presence = models.CharField(_("presence"), max_length=10, choices=Presence.choices)
    # As what, on the day of the meeting; empty without a seat. Stored: seats change, what minutes print does not.
    standing = models.CharField(_("standing"), max_length=10, choices=GroupSeat.Standing.choices, blank=True)
    # A person with an account, who is not named on paper (security R-18).
    in_person = models.BooleanField(_("a person of the portal"), default=False)

    # What the body is called on approved minutes (members/documents/minutes_contents.py); empty elsewhere.
    printed_name = ""

    objects = AttendanceQuerySet.as_manager()

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
        return f"{self.name}: {self.get_presence_display()}"

    @property
    def name(self) -> str:
        return self.printed_name or (self.body.name if self.body else self.guest)

    @property
    def rank(self) -> tuple[int, str, str]:
        """Where it is read out: chair, secretary, members, invitees, then guests, each by name."""
        standings = GroupSeat.Standing.values
        place = standings.index(self.standing) if self.standing else len(standings)
        return place, self.name.casefold(), self.name

    @property
    def as_what(self) -> str:
        """As what the holder sat there, in words: “chair”, “invitee”, “guest”."""
        if self.standing:
            return self.get_standing_display()
        return str(_("without a seat") if self.body_id else _("guest"))


def as_history(rows: Iterable[Attendance]) -> str:
    """Return ``rows`` as `MeetingEvent.before` keeps them: names in both languages and codes; "" of none."""
    kept = [[*_names(row), row.body_id, row.standing, row.presence] for row in rows]
    return json.dumps(kept, ensure_ascii=False) if kept else ""


def history_in_words(event: MeetingEvent) -> str:
    """Return what stood there before ``event``, in the reader's language.

    Attendance corrected in earlier versions of the portal was kept in words, in the language of who corrected it.
    """
    if event.kind != MeetingEvent.Kind.CORRECTED or not event.before.startswith('[["'):
        return event.before
    lines = []
    for english, dutch, body, standing, presence in json.loads(event.before):
        row = Attendance(body_id=body, standing=standing, presence=presence)
        lines.append(f"{in_language(english, dutch)}, {row.as_what}: {row.get_presence_display()}")
    return "\n".join(lines)


def _names(row: Attendance) -> tuple[str, str]:
    found = row.body.current_name if row.body else None
    return (found.name_en, found.name_nl) if found else (row.name, row.name)
