"""Who acted, as one reader may read it.

Who works for another body is a matter of their safety (domain.md 1.4): pages say of how many people it consists, never
of whom. Whoever changes a record that bodies share is named to all of them. Whoever only reads it, or takes something
along, is named to colleagues and to who manages people; others read of which body it was.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from members.activity import ACTIONS
from members.models import Affiliation, Mechanism
from npmportal.access import MANAGE_PEOPLE, grants_of
from npmportal.models import AuditEvent


def unnamed_actors(events: Iterable[AuditEvent], reader: Any) -> dict[int, list[int]]:
    """Return the ids of ``events`` whose actor ``reader`` may not read by name, each with the ids of that one's bodies.

    As on the day of the event, in its mechanism; where it concerns some of these bodies, those. One query, or none.
    """
    grants = grants_of(reader)
    managed = grants.on(MANAGE_PEOPLE)
    asked = [
        event
        for event in events
        if _is_reading(event) and event.actor_id not in (None, reader.pk) and event.mechanism_id not in managed
    ]
    roles = _roles_of({event.actor_id for event in asked if event.actor_id})
    found = {}
    for event in asked:
        day = timezone.localdate(event.at)
        held = [role for role in roles[event.actor_id] if _holds_on(role, day)]
        is_staff = any(role.mechanism_id == event.mechanism_id for role in held if role.mechanism_id)
        if not is_staff and grants.body_ids.isdisjoint(role.body_id for role in held):
            found[event.pk] = _bodies_told(event, held)
    return found


def named_to(events: Any, reader: Any, mechanism: Mechanism) -> Any:
    """Return those of ``events`` of ``mechanism`` whose actor ``reader`` reads by name: `unnamed_actors` turned round.

    Who asks for a person's acts finds these alone; else a name that is not told could be tried.
    """
    grants = grants_of(reader)
    if mechanism.pk in grants.on(MANAGE_PEOPLE):
        return events
    known = Q(mechanism=mechanism) | Q(body__in=sorted(grants.body_ids))
    then = Q(starts_on__lte=OuterRef("day")) & (Q(ends_on=None) | Q(ends_on__gte=OuterRef("day")))
    roles = Affiliation.objects.filter(known, then, user=OuterRef("actor"))
    readings = sorted(name for name, action in ACTIONS.items() if action.is_reading)
    is_named = ~Q(action__in=readings) | Q(actor=reader.pk) | Q(Exists(roles))
    return events.alias(day=TruncDate("at")).filter(is_named)


def _is_reading(event: AuditEvent) -> bool:
    action = ACTIONS.get(event.action)
    return action is not None and action.is_reading


def _roles_of(people: set[int]) -> dict[int | None, list[Affiliation]]:
    found: dict[int | None, list[Affiliation]] = defaultdict(list)
    if people:
        for role in Affiliation.objects.filter(user__in=people).select_related("body").order_by("pk"):
            found[role.user_id].append(role)
    return found


def _holds_on(role: Affiliation, day: date) -> bool:
    """Tell whether it was held on ``day``, the day on which it ended included: what was read that morning counts."""
    return role.starts_on <= day and (role.ends_on is None or role.ends_on >= day)


def _bodies_told(event: AuditEvent, held: list[Affiliation]) -> list[int]:
    """Several bodies of one person together could say who it is: those the event concerns say enough."""
    bodies = dict.fromkeys(role.body.pk for role in held if role.body and role.body.mechanism_id == event.mechanism_id)
    return [pk for pk in bodies if pk in event.body_ids] or list(bodies)
