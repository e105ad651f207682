"""Who can see a record now, and through what: the rules of ``visible_to`` turned round.

A ground is one reason for which people see a record. The grounds of a model stand in `seeing.py` of its app and say
what the model's ``visible_to`` says; a property test compares the two for every person (tests/*/test_who*.py).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import GroupSeat, Mechanism, MemberBody, Task, WorkingGroup
from npmportal.access import (
    CONVENE,
    MANAGE_BODY_PEOPLE,
    MANAGE_MEMBERS,
    MANAGE_PEOPLE,
    ROLES,
    Holding,
    grants_of,
    holdings,
)

BODY, MECHANISM = "members.MemberBody", "members.Mechanism"
Words = str | Promise


@dataclass(frozen=True)
class Ground:
    """One reason: a permission (none named: any) on a body or the mechanism (None: on either), or being a person."""

    why: Words
    permission: str = ""
    scope: str = ""
    scope_id: int = 0
    person: int | None = None

    def holds_for(self, holding: Holding) -> bool:
        """Tell whether somebody with this role sees the record for this reason."""
        if self.person is not None and self.person != holding.user_id:
            return False
        if self.scope and (self.scope, self.scope_id) != (holding.scope, holding.scope_id):
            return False
        return not self.permission or self.permission in holding.permissions


def on_body(why: Words, body_id: int, permission: str = "") -> Ground:
    """Return the ground of those who hold ``permission`` (or any) on the body."""
    return Ground(why, permission, BODY, body_id)


def on_mechanism(why: Words, mechanism_id: int, permission: str) -> Ground:
    """Return the ground of those who hold ``permission`` on the mechanism."""
    return Ground(why, permission, MECHANISM, mechanism_id)


@dataclass(frozen=True)
class Line:
    """One line of the answer: a named person, or so many people of a body, with their roles and the reason."""

    who: str
    roles: str
    why: str


def seers(
    mechanism: Mechanism, grounds: Iterable[Ground], bodies: Iterable[int] = (), *, once: bool = False
) -> list[tuple[Holding, Ground]]:
    """Return everybody for whom one of ``grounds`` holds, with the role it holds through. Two queries.

    ``bodies`` are those the grounds speak of: one of another mechanism would be overlooked without. ``once``: each
    person with the first ground that holds alone, where the first says more than those after it.
    """
    held = holdings(mechanism, bodies)
    found: dict[tuple[Any, ...], tuple[Holding, Ground]] = {}
    for ground in grounds:
        for holding in held:
            if ground.holds_for(holding):
                through = ground.person or (holding.scope, holding.scope_id, holding.role)
                key = (holding.user_id,) if once else (str(ground.why), holding.user_id, through)
                found.setdefault(key, (holding, ground))
    return list(found.values())


def lines(reader: Any, mechanism: Mechanism, found: list[tuple[Holding, Ground]]) -> list[Line]:
    """Return the answer as ``reader`` may read it.

    Who works for another body is a matter of their safety (domain.md 1.4): those are counted, not named. Named are the
    own body's people, the staff of the mechanism, who stands by name on the record, and all to whoever manages people.
    """
    grants = grants_of(reader)
    names = {body.pk: body for body in mechanism.bodies.with_names_as_at(date.today())}
    names_all = mechanism.pk in grants.on(MANAGE_PEOPLE)
    named: list[tuple[Any, Line]] = []
    counted: dict[tuple[Any, str, str], dict[int, str]] = {}
    for holding, ground in found:
        is_own = holding.scope == MECHANISM or holding.scope_id in grants.body_ids
        where = _scope_name(holding, mechanism, names)
        if names_all or is_own or ground.person is not None:
            named.append((_order(holding, names), Line(holding.name, _role(holding, where), str(ground.why))))
        else:
            key = (_order(holding, names)[:2], where, str(ground.why))
            counted.setdefault(key, {})[holding.user_id] = holding.role
    of_bodies = [((*order, ""), _counted(where, why, roles)) for (order, where, why), roles in counted.items()]
    return [line for _order_of_line, line in sorted([*named, *of_bodies], key=lambda entry: entry[0])]


def _order(holding: Holding, names: dict[int, MemberBody]) -> tuple[int, int, str]:
    """Put bodies in the order of the network, the mechanism's own staff after them, people by name."""
    if holding.scope == MECHANISM:
        return 1, 0, holding.name
    return 0, list(names).index(holding.scope_id) if holding.scope_id in names else len(names), holding.name


def _scope_name(holding: Holding, mechanism: Mechanism, names: dict[int, MemberBody]) -> str:
    if holding.scope == MECHANISM:
        return mechanism.name
    return names[holding.scope_id].name if holding.scope_id in names else _("a body of another mechanism")


def _role(holding: Holding, where: str) -> str:
    role = ROLES.get(holding.role)
    return f"{role.label if role else holding.role}, {where}"


def _counted(where: str, why: str, roles: dict[int, str]) -> Line:
    number = ngettext("%(number)s person of %(body)s", "%(number)s people of %(body)s", len(roles))
    each = Counter(roles.values())
    words = [f"{count} × {ROLES[role].label}" for role, count in sorted(each.items()) if role in ROLES]
    return Line(number % {"number": len(roles), "body": where}, ", ".join(words), why)


# -- The grounds of this app's records --------------------------------------------------------------------------------


def grounds_of_register(mechanism: Mechanism) -> list[Ground]:
    """Those who keep the register; everybody reads it (`public_page`)."""
    return [on_mechanism(_("keeps the register"), mechanism.pk, MANAGE_MEMBERS)]


def grounds_of_people(mechanism: Mechanism, bodies: Iterable[int]) -> list[Ground]:
    """Those who see people and invitations: `ScopedQuerySet.manageable_by`."""
    own = _("manages the people of this body; sees those of no other body")
    return [
        *(on_body(own, body, MANAGE_BODY_PEOPLE) for body in bodies),
        on_mechanism(_("manages the people of the whole mechanism"), mechanism.pk, MANAGE_PEOPLE),
    ]


def grounds_of_group(group: WorkingGroup) -> list[Ground]:
    """Those who see a group and its meetings: `WorkingGroupQuerySet.visible_to`."""
    grounds = [on_mechanism(_("keeps the groups and meetings"), group.mechanism_id, CONVENE)]
    for seat in GroupSeat.objects.as_at(date.today()).filter(group=group):
        why = _("has a seat: %(standing)s") % {"standing": seat.get_standing_display()}
        if seat.person_id is not None or seat.body_id is not None:
            grounds.append(_holding_seat(seat, why))
    return grounds


def _holding_seat(seat: GroupSeat, why: Words, permission: str = "") -> Ground:
    """Return the ground of who holds the seat: a person while the role in the body lasts, or all of a body."""
    if seat.person_id is not None:
        return Ground(why, scope=BODY if seat.body_id else "", scope_id=seat.body_id or 0, person=seat.person_id)
    return on_body(why, seat.body_id or 0, permission)


def grounds_of_task(task: Task) -> list[Ground]:
    """Those who see a task: `TaskQuerySet.visible_to`."""
    here = (BODY, task.body_id, "") if task.body_id is not None else (MECHANISM, task.mechanism_id, MANAGE_MEMBERS)
    grounds = [on_mechanism(_("keeps the tasks of the mechanism"), task.mechanism_id, CONVENE)]
    if task.body_id is not None:
        grounds.append(on_body(_("leads the body that owes it"), task.body_id, MANAGE_BODY_PEOPLE))
    for person, why in ((task.owner_id, _("the task is theirs")), (task.created_by_id, _("gave the task"))):
        if person is not None:
            scope, scope_id, permission = here
            grounds.append(Ground(why, permission, scope, scope_id, person))
    return grounds + _agreed_in_a_meeting(task)


def _agreed_in_a_meeting(task: Task) -> list[Ground]:
    """Who gave a task in a meeting sees it for as long as the person keeps that group's meetings."""
    if task.meeting_id is None:
        return []
    seats = GroupSeat.objects.as_at(date.today()).filter(
        standing__in=GroupSeat.OFFICERS, group__meetings=task.meeting_id
    )
    held = [
        _holding_seat(seat, _("gave the task in a meeting"), MANAGE_BODY_PEOPLE)
        for seat in seats
        if seat.person_id or seat.body_id
    ]
    return [
        replace(ground, person=task.created_by_id) for ground in held if ground.person in (None, task.created_by_id)
    ]
