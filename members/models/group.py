import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from members.models.bilingual import BilingualName
from members.models.body import MemberBody
from members.models.mechanism import Mechanism
from members.models.person import User
from npmportal.access import CONVENE, MANAGE_BODY_PEOPLE, grants_of
from npmportal.page_memory import remembered


def time_zone_of_the_server() -> str:
    """Return the zone in which meetings take place unless a group says otherwise."""
    return settings.TIME_ZONE


class WorkingGroupQuerySet(models.QuerySet["WorkingGroup"]):
    """Who knows what of a group. Four circles, each inside the one before it.

    That a group exists is no secret inside its mechanism (networks publish the list of their subgroups): every
    colleague knows its name, and gets 403 at its door. What it is about, who sits in it and when it meets is for those
    with a seat today; what it says and decides is for those with a seat who are no invitees. A meeting of a group
    without a seat in it is not found (404), like any other record of somebody else's.
    """

    def known_to(self, user: Any) -> Self:
        """Return the groups whose names ``user`` knows: all of the mechanisms the person works in."""
        return self.filter(mechanism__in=grants_of(user).mechanism_ids)

    def visible_to(self, user: Any) -> Self:
        """Return the groups ``user`` keeps, and those in which the person or a body of the person has a seat today."""
        return self.filter(circles_of(user).seated.q())

    def known_inside_to(self, user: Any) -> Self:
        """Return the groups whose minutes, decisions and inner papers ``user`` reads: not those of a mere invitee."""
        return self.filter(circles_of(user).inside.q())

    def kept_by(self, user: Any) -> Self:
        """Return the groups whose meetings and seats ``user`` may change: those who convene, chairs, secretaries."""
        return self.filter(circles_of(user).kept.q())

    def chaired_by(self, user: Any) -> Self:
        """Return the groups whose minutes ``user`` may approve: those who convene, and chairs. A secretary writes."""
        return self.filter(circles_of(user).chaired.q())

    def open_on(self, on: date) -> Self:
        """Return the groups that exist, or will, on or after the day ``on``."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=on))


class WorkingGroup(BilingualName):
    """A steering group, a nation's subgroup, a thematic group, a consultation: bodies that meet."""

    class Kind(models.TextChoices):
        STEERING = "steering", _("steering group")
        NATION = "nation", _("subgroup of one jurisdiction")
        THEME = "theme", _("thematic group")
        CONSULTATION = "consultation", _("consultation of all members")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="groups")
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices)
    purpose = models.TextField(_("terms of reference"), blank=True)
    # One installation serves networks in several countries: ten o'clock is another moment in each.
    time_zone = models.CharField(_("time zone of its meetings"), max_length=40, default=time_zone_of_the_server)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (exclusive)"), null=True, blank=True)
    closing_reason = models.TextField(_("why it was closed"), blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = WorkingGroupQuerySet.as_manager()

    class Meta(BilingualName.Meta):
        ordering = ["mechanism", "kind", "name_en"]
        constraints = [
            *BilingualName.Meta.constraints,
            models.CheckConstraint(
                name="members_workinggroup_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
            ),
        ]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def local(self, moment: datetime) -> datetime:
        """Return ``moment`` as the clock on the group's wall shows it."""
        return moment.astimezone(self.zone)

    def is_closed_on(self, on: date) -> bool:
        """Tell whether the group has ended by the day ``on``."""
        return self.ends_on is not None and self.ends_on <= on


@dataclass(frozen=True)
class Circle:
    """Groups in which somebody knows or may do one thing: all of the mechanisms the person convenes, and these ids."""

    convened: frozenset[int]
    ids: frozenset[uuid.UUID]

    def q(self, group: str = "") -> Q:
        """Return the condition that a group, or the one that the lookup ``group`` leads to, is in the circle."""
        path = f"{group}__" if group else ""
        there = Q(**{f"{group or 'pk'}__in": self.ids})
        return Q(**{f"{path}mechanism__in": self.convened}) | there if self.convened else there

    def __bool__(self) -> bool:
        return bool(self.convened or self.ids)


@dataclass(frozen=True)
class Circles:
    """What a person knows of groups today, each circle inside the one before it."""

    seated: Circle
    inside: Circle
    kept: Circle
    chaired: Circle


def circles_of(user: Any) -> Circles:
    """Return the circles of ``user``: one query; none while a page is read that has asked already."""
    circles: Circles = remembered(user, "circles", lambda: _circles(user))
    return circles


def _circles(user: Any) -> Circles:
    grants = grants_of(user)
    held = GroupSeat.objects.as_at(date.today()).of(user).filter(group__mechanism__in=grants.mechanism_ids)
    seats = set(held.order_by().values_list("group", "standing", "person", "body")) if grants.mechanism_ids else set()
    led, standing = grants.on(MANAGE_BODY_PEOPLE), GroupSeat.Standing
    # A chair held by a body without a name is its lead's: a reader of that body "changes nothing" here either.
    acting = {(group, s) for group, s, person, body in seats if person == user.pk or person is None and body in led}
    found = (
        {group for group, *_rest in seats},
        {group for group, s, *_rest in seats if s != standing.INVITEE},
        {group for group, s in acting if s in GroupSeat.OFFICERS},
        {group for group, s in acting if s == standing.CHAIR},
    )
    return Circles(*(Circle(grants.on(CONVENE), frozenset(ids)) for ids in found))


class GroupSeatQuerySet(models.QuerySet["GroupSeat"]):
    def as_at(self, on: date) -> Self:
        """Return the seats that are held on the day ``on``."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on)

    def of(self, user: Any) -> Self:
        """Return the seats of ``user``, in person or through a body the person works for.

        Who sits for a body loses the seat with the role there, although the row still names the person.
        """
        grants = grants_of(user)
        still_there = Q(body=None) | Q(body__in=grants.body_ids)
        in_person = Q(person=user.pk, group__mechanism__in=grants.mechanism_ids) & still_there
        return self.filter(in_person | Q(person=None, body__in=grants.body_ids))

    def for_list(self) -> Self:
        """Load who holds each seat, with the body's name of today."""
        bodies = MemberBody.objects.with_names_as_at(date.today())
        return self.select_related("person").prefetch_related(models.Prefetch("body", bodies))


def _one_at_a_time(name: str, *same: Any, condition: Q) -> ExclusionConstraint:
    """Return the constraint that two seats of a group that agree in ``same`` never hold on one day.

    Hashes stand in for btree_gist, which the embedded server lacks (ADR 0002).
    """
    group = Func(F("group"), Value(0), function="uuid_hash_extended")
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((Func(e, e, Value("[]"), function="int8range"), RangeOperators.OVERLAPS) for e in (group, *same)),
            (Func(F("starts_on"), F("ends_on"), function="daterange"), RangeOperators.OVERLAPS),
        ],
        condition=condition,
    )


def _standing() -> Func:
    return Func(F("standing"), Value(0), function="hashtextextended")


class GroupSeat(models.Model):
    """A body's (or a person's) seat in a group from one day to another. An invitee is no member and sees less.

    A chair that rotates is a row of chair seats, one after the other, beside the body's seat as a member.
    """

    class Standing(models.TextChoices):
        CHAIR = "chair", _("chair")
        SECRETARY = "secretary", _("secretary")
        MEMBER = "member", _("member")
        INVITEE = "invitee", _("invitee")

    OFFICERS = (Standing.CHAIR, Standing.SECRETARY)

    group = models.ForeignKey(WorkingGroup, on_delete=models.CASCADE, related_name="seats")
    body = models.ForeignKey(MemberBody, on_delete=models.PROTECT, null=True, blank=True, related_name="seats")
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="seats")
    # Somebody without an account, such as an outside chair or an invited organisation. Sees nothing here.
    guest = models.CharField(_("guest"), max_length=200, blank=True)
    standing = models.CharField(_("standing"), max_length=10, choices=Standing.choices)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (exclusive)"), null=True, blank=True)
    ending_reason = models.TextField(_("why it ended"), blank=True)

    objects = GroupSeatQuerySet.as_manager()

    class Meta:
        ordering = ["group", "standing", "starts_on"]
        constraints = [
            models.CheckConstraint(
                name="members_groupseat_somebody_holds_it",
                condition=~Q(body=None) | ~Q(person=None) | ~Q(guest=""),
            ),
            models.CheckConstraint(
                name="members_groupseat_ends_no_earlier_than_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            _one_at_a_time("members_groupseat_one_chair_at_a_time", condition=Q(standing="chair")),
            _one_at_a_time(
                "members_groupseat_one_seat_of_a_body_in_a_standing",
                F("body"),
                _standing(),
                condition=Q(body__isnull=False, person__isnull=True),
            ),
            _one_at_a_time(
                "members_groupseat_one_seat_of_a_person_in_a_standing",
                F("person"),
                _standing(),
                condition=Q(person__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} – {self.get_standing_display()}"

    @property
    def holder(self) -> str:
        """Who holds the seat, in words."""
        if self.person_id and self.body_id:
            return f"{self.person} ({self.body.abbreviation if self.body else ''})"
        return str(self.person or self.body or self.guest)
