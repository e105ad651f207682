"""Meetings: planned, changed, cancelled, held; their agenda, who came, what was decided.

Every step locks the meeting first, so that nothing slips in while the minutes are being approved; the database
refuses it afterwards in any case.
"""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.actions.groups import ChangedMeanwhile, GroupRefused, check_keeps, locked
from members.concerns import NOTHING, Key
from members.models import AgendaItem, Attendance, Decision, GroupSeat, Meeting, MeetingEvent, User
from members.models.attendance import as_history
from npmportal import audit

Kind = MeetingEvent.Kind
WRITTEN = ("title", "starts_at", "ends_at", "where")


@transaction.atomic
def plan_meeting(*, meeting: Meeting, by: User) -> Meeting:
    """Store the new ``meeting``. Nobody is written to: who sits in the group finds it at the desk."""
    check_keeps(by, meeting.group)
    _check_day(meeting)
    meeting.save(force_insert=True)
    _note(meeting, Kind.PLANNED, by)
    _record("meeting.planned", meeting, by)
    return meeting


@transaction.atomic
def change_meeting(*, meeting: Meeting, expected_version: int, reason: str, by: User) -> Meeting:
    """Store what ``meeting`` now says and why; calendars learn of a new time or place by its SEQUENCE.

    Another time takes a reason. Of a meeting that was held it is a correction of what was recorded and has a name of
    its own in the history: who came, decisions, actions and minutes are read as those of the new day from then on.
    """
    stored = _open(meeting, by)
    if stored.version != expected_version:
        raise ChangedMeanwhile(stored)
    changed = [name for name in WRITTEN if getattr(meeting, name) != getattr(stored, name)]
    if not changed:
        return stored
    details: dict[str, Any] = {"fields": changed}
    if "starts_at" in changed or "ends_at" in changed:
        details |= {"old": _hours(stored), "new": _hours(meeting)}
        _need(reason)
        _check_day(meeting)
        if stored.is_held and meeting.starts_at > timezone.now():
            raise GroupRefused(_("The meeting was held: it cannot have begun later than now."))
    is_moved = stored.is_held and "old" in details
    before = f"{stored.title}: {stored.when}" + (f", {stored.where}" if stored.where else "")
    _store(meeting, stored, changed)
    _note(meeting, Kind.MOVED if is_moved else Kind.CHANGED, by, reason, before)
    _record("meeting.moved" if is_moved else "meeting.changed", meeting, by, **details)
    return meeting


@transaction.atomic
def cancel_meeting(*, meeting: Meeting, reason: str, by: User) -> Meeting:
    """Cancel a planned meeting; it stays, with its reason, and calendars strike it out."""
    stored = _open(meeting, by)
    if not stored.is_planned:
        raise GroupRefused(_("Only a planned meeting can be cancelled."))
    _need(reason)
    before = stored.state
    stored.state = Meeting.State.CANCELLED
    _store(stored, stored, ["state"])
    _note(stored, Kind.CANCELLED, by, reason)
    _record("meeting.cancelled", stored, by, old=before, new=stored.state)
    return stored


@transaction.atomic
def record_attendance(
    *, meeting: Meeting, rows: Iterable[Attendance], expected_version: int, by: User, reason: str = ""
) -> Meeting:
    """Store who came, which says that the meeting was held.

    What was recorded before is replaced, which takes a reason; it stays in the meeting's history. As what each came is
    read from the seats of the meeting's day; without a seat on that day the row's own word stands.
    """
    stored = _open(meeting, by)
    if stored.version != expected_version:
        raise ChangedMeanwhile(stored)
    if stored.starts_at > timezone.now():
        raise GroupRefused(_("The meeting has not begun yet."))
    recorded = stored.attendance.in_order(stored.day)
    earlier = as_history(recorded)
    if earlier:
        _need(reason)
    kept = _replace_attendance(stored, rows)
    before = stored.state
    stored.state = Meeting.State.HELD
    _store(stored, stored, ["state"] if before != stored.state else [])
    _note(stored, Kind.CORRECTED if earlier else Kind.HELD, by, reason if earlier else "", earlier)
    # Leads read what concerns their body, the names of the other bodies included: none of that is for invitees.
    # A body that is struck out is told too.
    named = {row.body_id for row in [*recorded, *kept]}
    seats = GroupSeat.objects.as_at(stored.day).filter(group=stored.group, body__in=named)
    members = seats.exclude(standing=GroupSeat.Standing.INVITEE).order_by("body").values_list("body", flat=True)
    told: dict[str, Any] = {"bodies": list(members.distinct()), "rows": len(kept)}
    _record("meeting.attendance_corrected" if earlier else "meeting.held", stored, by, **told)
    return stored


def _replace_attendance(meeting: Meeting, rows: Iterable[Attendance]) -> list[Attendance]:
    meeting.attendance.all().delete()
    kept, holders = list(rows), meeting.holders()
    for row in kept:
        row.pk, row.meeting = None, meeting
        if seat := holders.get((row.body_id, row.guest)):
            row.standing, row.in_person = seat.standing, bool(seat.person_id) and not seat.body_id
    return Attendance.objects.bulk_create(kept)


# -- The agenda -------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_point(*, point: AgendaItem, by: User) -> AgendaItem:
    """Put ``point`` at the end of its meeting's agenda."""
    meeting = _open(point.meeting, by)
    last = meeting.agenda.aggregate(last=models.Max("position"))["last"]
    point.position = 0 if last is None else last + 1
    point.save(force_insert=True)
    _record("meeting.point_added", meeting, by, for_invitees=point.for_invitees)
    return point


@transaction.atomic
def change_point(*, point: AgendaItem, expected_version: int, by: User) -> AgendaItem:
    """Store what ``point`` now says; ChangedMeanwhile where somebody was quicker."""
    meeting = _open(point.meeting, by)
    stored = locked(point, expected_version)
    point.version = stored.version + 1
    point.save(update_fields=["title", "paper", "for_invitees", "version"])
    _record("meeting.point_changed", meeting, by, for_invitees=point.for_invitees)
    return point


@transaction.atomic
def move_point(*, point: AgendaItem, by: User) -> None:
    """Move ``point`` up by one place."""
    meeting = _open(point.meeting, by)
    points = list(meeting.agenda.all())
    at = next((i for i, other in enumerate(points) if other.pk == point.pk), 0)
    if at:
        points[at - 1], points[at] = points[at], points[at - 1]
    for position, other in enumerate(points):
        other.position = position
    AgendaItem.objects.bulk_update(points, ["position"])
    _record("meeting.agenda_ordered", meeting, by)


@transaction.atomic
def remove_point(*, point: AgendaItem, reason: str, by: User) -> None:
    """Take ``point`` off the agenda; its title stays in the meeting's history, its paper does not."""
    meeting = _open(point.meeting, by)
    _need(reason)
    _note(meeting, Kind.POINT_REMOVED, by, reason, point.title)
    AgendaItem.objects.filter(pk=point.pk).delete()
    _record("meeting.point_removed", meeting, by)


# -- Decisions --------------------------------------------------------------------------------------------------------


@transaction.atomic
def record_decision(*, decision: Decision, by: User, concerned: Key = NOTHING) -> Decision:
    """Store what a meeting decided; it shows on the record it concerns, to those who know the group's inside."""
    meeting = _open(decision.meeting, by)
    if meeting.starts_at > timezone.now():
        raise GroupRefused(_("The meeting has not begun yet."))
    _check_point(decision, meeting)
    decision.concerns, decision.concerns_id = concerned
    decision.save(force_insert=True)
    _record("meeting.decided", meeting, by, concerns=decision.concerns)
    return decision


@transaction.atomic
def change_decision(*, decision: Decision, concerned: Key, expected_version: int, reason: str, by: User) -> Decision:
    """Word a decision anew before the minutes are approved; the old words stay in the meeting's history."""
    meeting = _open(decision.meeting, by)
    stored = locked(decision, expected_version)
    _need(reason)
    _check_point(decision, meeting)
    decision.concerns, decision.concerns_id = concerned
    decision.version = stored.version + 1
    decision.save(update_fields=["text", "item", "concerns", "concerns_id", "version"])
    _note(meeting, Kind.DECISION_CHANGED, by, reason, stored.text)
    _record("meeting.decision_changed", meeting, by, concerns=decision.concerns)
    return decision


@transaction.atomic
def remove_decision(*, decision: Decision, reason: str, by: User) -> None:
    """Strike out a decision recorded by mistake; its words stay in the meeting's history."""
    meeting = _open(decision.meeting, by)
    _need(reason)
    _note(meeting, Kind.DECISION_REMOVED, by, reason, decision.text)
    Decision.objects.filter(pk=decision.pk).delete()
    _record("meeting.decision_removed", meeting, by)


# -- What all steps share ---------------------------------------------------------------------------------------------


def locked_meeting(meeting: Meeting, by: User) -> Meeting:
    """Lock and return the meeting as it stands; PermissionDenied unless ``by`` keeps it."""
    check_keeps(by, meeting.group)
    meetings = Meeting.objects.select_for_update(of=("self",)).select_related("group__mechanism", "minutes")
    return meetings.get(pk=meeting.pk)


def _open(meeting: Meeting, by: User) -> Meeting:
    """Lock the meeting; GroupRefused where it is cancelled or its minutes are approved."""
    stored = locked_meeting(meeting, by)
    if stored.is_cancelled:
        raise GroupRefused(_("The meeting was cancelled."))
    if stored.is_frozen:
        raise GroupRefused(_("The minutes are approved: nothing about this meeting can be changed any more."))
    return stored


def _store(meeting: Meeting, stored: Meeting, changed: list[str]) -> None:
    """Save the changed fields and count: every change for other editors, those of time and place for calendars."""
    meeting.version = stored.version + 1
    meeting.sequence = stored.sequence + any(name in Meeting.IN_CALENDARS for name in changed)
    meeting.changed_at = timezone.now()
    meeting.save(update_fields=[*changed, "version", "sequence", "changed_at"])


def _hours(meeting: Meeting) -> str:
    """Return when it begins and ends in figures, as the record of activity keeps it in every language."""
    first, last = meeting.group.local(meeting.starts_at), meeting.group.local(meeting.ends_at)
    return f"{first:%Y-%m-%d %H:%M} – {last:%Y-%m-%d %H:%M} ({meeting.group.time_zone})"


def _check_day(meeting: Meeting) -> None:
    """Refuse a meeting on a day on which its group is closed."""
    if meeting.group.is_closed_on(meeting.day):
        raise GroupRefused(_("The group does not exist on that day."))


def _check_point(decision: Decision, meeting: Meeting) -> None:
    if decision.item_id and decision.item and decision.item.meeting_id != meeting.pk:
        raise PermissionDenied


def _need(reason: str) -> None:
    if not reason.strip():
        raise GroupRefused(_("Give a reason."))


def _note(meeting: Meeting, kind: str, by: User, reason: str = "", before: str = "") -> None:
    MeetingEvent.objects.create(meeting=meeting, kind=kind, by=by, reason=reason.strip(), before=before)


def _record(action: str, meeting: Meeting, by: User, **details: Any) -> None:
    audit.record(action, by=by, obj=meeting, mechanism=meeting.group.mechanism, **details)
