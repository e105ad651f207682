"""Groups and who sits in them. Seats open what a group says, so each step is written down; officers are made by those
who convene alone: a secretary does not become the chair by the own hand."""

from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.models import Affiliation, Designation, GroupSeat, Mechanism, MemberBody, User, WorkingGroup
from npmportal import audit
from npmportal.access import CONVENE, can

Row = TypeVar("Row", bound=models.Model)
WRITTEN = ("name_en", "name_nl", "kind", "purpose", "time_zone", "starts_on")


class GroupRefused(Exception):
    """A step that is not possible now, with a plain sentence for the person who took it."""


class ChangedMeanwhile(Exception):
    """Somebody else has saved the row since the form was opened; ``stored`` is what stands now. Nothing was stored."""

    def __init__(self, stored: Any) -> None:
        super().__init__()
        self.stored = stored


def locked(row: Row, expected_version: int) -> Row:
    """Lock the stored ``row`` and return it; ChangedMeanwhile if it is not the version that was opened any more."""
    stored: Any = type(row)._default_manager.select_for_update(of=("self",)).filter(pk=row.pk).first()
    if stored is None:
        raise GroupRefused(_("Somebody else has removed this in the meantime."))
    if stored.version != expected_version:
        raise ChangedMeanwhile(stored)
    return stored


@transaction.atomic
def create_group(*, group: WorkingGroup, by: User) -> WorkingGroup:
    """Store the new ``group``; nobody sits in it yet."""
    _check_convenes(by, group.mechanism)
    group.save(force_insert=True)
    audit.record("group.created", by=by, obj=group, mechanism=group.mechanism, kind=group.kind)
    return group


@transaction.atomic
def change_group(*, group: WorkingGroup, expected_version: int, by: User) -> WorkingGroup:
    """Store what ``group`` now says; ChangedMeanwhile where somebody was quicker."""
    check_keeps(by, group)
    stored = locked(group, expected_version)
    changed = [name for name in WRITTEN if getattr(group, name) != getattr(stored, name)]
    group.version = stored.version + 1
    group.save(update_fields=[*changed, "version"])
    audit.record("group.changed", by=by, obj=group, mechanism=group.mechanism, fields=changed)
    return group


@transaction.atomic
def close_group(*, group: WorkingGroup, ends_on: date, reason: str, by: User) -> None:
    """Close the group from the day ``ends_on``: its seats end with it, its records stay with those who convene."""
    _check_convenes(by, group.mechanism)
    stored = WorkingGroup.objects.select_for_update(of=("self",)).get(pk=group.pk)
    if stored.ends_on is not None:
        raise GroupRefused(_("The group was closed already."))
    if ends_on <= stored.starts_on:
        raise GroupRefused(_("The group must end after the day it began."))
    _need(reason)
    WorkingGroup.objects.filter(pk=group.pk).update(
        ends_on=ends_on, closing_reason=reason.strip(), version=stored.version + 1
    )
    group.seats.filter(ends_on=None, starts_on__lte=ends_on).update(ends_on=ends_on, ending_reason=reason.strip())
    group.seats.filter(ends_on__gt=ends_on, starts_on__lte=ends_on).update(ends_on=ends_on)
    group.seats.filter(starts_on__gt=ends_on).update(ends_on=models.F("starts_on"), ending_reason=reason.strip())
    audit.record("group.closed", by=by, obj=group, mechanism=group.mechanism, ends_on=ends_on.isoformat())


@transaction.atomic
def add_seat(*, seat: GroupSeat, by: User) -> GroupSeat:
    """Give the holder named in ``seat`` a seat. A new chair takes over: the chair before ends on the same day."""
    group = _locked_group(seat.group)
    check_keeps(by, group)
    if seat.standing in GroupSeat.OFFICERS:
        _check_convenes(by, group.mechanism)
    if seat.body and seat.body.mechanism_id != group.mechanism_id:
        raise PermissionDenied
    if seat.starts_on < group.starts_on or (group.ends_on and seat.starts_on >= group.ends_on):
        raise GroupRefused(_("The group does not exist on that day."))
    if group.ends_on and seat.ends_on is None:
        seat.ends_on = group.ends_on
    if seat.standing == GroupSeat.Standing.CHAIR:
        _hand_over(group, seat, by)
    try:
        with transaction.atomic():
            seat.save(force_insert=True)
    except IntegrityError as error:
        raise GroupRefused(_("There is such a seat already for a part of that time.")) from error
    audit.record("seat.added", by=by, obj=seat, mechanism=group.mechanism, bodies=_bodies(seat), standing=seat.standing)
    return seat


def _hand_over(group: WorkingGroup, seat: GroupSeat, by: User) -> None:
    """End the seat of the chair before ``seat`` where it has no end of its own; refuse where two would sit at once."""
    chairs = group.seats.filter(standing=GroupSeat.Standing.CHAIR).for_list()
    for earlier in chairs.filter(ends_on=None, starts_on__lt=seat.starts_on):
        _end(earlier, seat.starts_on, _("The chair was handed over."), by)
    overlapping = chairs.exclude(ends_on__lte=seat.starts_on)
    if seat.ends_on:
        overlapping = overlapping.filter(starts_on__lt=seat.ends_on)
    if other := overlapping.first():
        sentence = _("{holder} is chair from {day}. End that seat first.")
        raise GroupRefused(sentence.format(holder=other.holder, day=date_format(other.starts_on)))


@transaction.atomic
def end_seat(*, seat: GroupSeat, ends_on: date, reason: str, by: User) -> None:
    """End a seat: from the day ``ends_on`` who held it sees nothing of the group any more, its past included."""
    group = _locked_group(seat.group)
    check_keeps(by, group)
    if seat.standing in GroupSeat.OFFICERS:
        _check_convenes(by, group.mechanism)
    stored = GroupSeat.objects.select_for_update(of=("self",)).get(pk=seat.pk)
    if stored.ends_on is not None and stored.ends_on <= ends_on:
        raise GroupRefused(_("This seat has ended already."))
    if ends_on < stored.starts_on:
        raise GroupRefused(_("The seat ends before it begins."))
    _need(reason)
    _end(stored, ends_on, reason.strip(), by)


def _end(seat: GroupSeat, ends_on: date, reason: str, by: User) -> None:
    GroupSeat.objects.filter(pk=seat.pk).update(ends_on=ends_on, ending_reason=reason)
    audit.record(
        "seat.ended",
        by=by,
        obj=seat,
        mechanism=seat.group.mechanism,
        bodies=_bodies(seat),
        standing=seat.standing,
        ends_on=ends_on.isoformat(),
    )


@transaction.atomic
def end_seats_left(*, person: User, mechanism: Mechanism, by: User) -> None:
    """End the seats in person that no role of ``person`` carries any more: coming back revives none (security R-10)."""
    held = Affiliation.objects.not_ended().filter(user=person)
    seats = GroupSeat.objects.filter(person=person, group__mechanism=mechanism).exclude(ends_on__lte=date.today())
    if held.filter(Q(mechanism=mechanism) | Q(body__mechanism=mechanism)).exists():
        seats = seats.exclude(body=None).exclude(body__in=held.exclude(body=None).values("body"))
    for seat in seats.select_related("group__mechanism"):
        _end(seat, max(date.today(), seat.starts_on), "", by)


@transaction.atomic
def end_seats_of_body(*, body: MemberBody, by: User) -> int:
    """End today every seat that ``body``, which has left, still holds, itself or by somebody; return how many."""
    seats = list(
        GroupSeat.objects.filter(body=body).exclude(ends_on__lte=date.today()).select_related("group__mechanism")
    )
    for seat in seats:
        _end(seat, max(date.today(), seat.starts_on), _("The body has left the mechanism."), by)
    return len(seats)


@transaction.atomic
def seat_all_who_take_part(*, group: WorkingGroup, on: date, by: User) -> list[MemberBody]:
    """Give a member's seat from ``on`` to each body that takes part in the consultations then and has none.

    Returns those bodies. Who takes part stands in the register (Designation.takes_part): the Dutch network had
    participants and non-participants. What is not recorded is no yes.
    """
    taking_part = Designation.objects.as_at(on).filter(body__mechanism=group.mechanism_id, takes_part=True)
    seated = group.seats.filter(body__isnull=False, person=None).exclude(ends_on__lte=on)
    bodies = MemberBody.objects.filter(pk__in=taking_part.values("body")).exclude(pk__in=seated.values("body"))
    found = list(bodies.with_names_as_at(on))
    for body in found:
        seat = GroupSeat(group=group, body=body, standing=GroupSeat.Standing.MEMBER, starts_on=on)
        add_seat(seat=seat, by=by)
    return found


def check_keeps(by: User, group: WorkingGroup) -> None:
    """Raise PermissionDenied unless ``by`` keeps ``group``."""
    if not WorkingGroup.objects.kept_by(by).filter(pk=group.pk).exists():
        raise PermissionDenied


def _check_convenes(by: User, mechanism: Mechanism) -> None:
    if not can(by, CONVENE, mechanism):
        raise PermissionDenied


def _locked_group(group: WorkingGroup) -> WorkingGroup:
    """Return the group, locked: two people who change its seats act one after the other."""
    return WorkingGroup.objects.select_for_update(of=("self",)).select_related("mechanism").get(pk=group.pk)


def _need(reason: str) -> None:
    if not reason.strip():
        raise GroupRefused(_("Give a reason."))


def _bodies(seat: GroupSeat) -> list[int]:
    return [seat.body_id] if seat.body_id else []
