"""The dated facts of places in an import: what the file says holds from today on; what was so before is kept.

Each goes through the acts of the register (visits.actions.place_facts), which leave their trace in its log.
"""

from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from members.models import Mechanism, User
from visits.actions.place_facts import correct_place_fact, enter_place_fact, remove_place_fact
from visits.models import OperatorPeriod, Place
from visits.place_fact_kinds import KINDS, PlaceFactKind

OPERATOR = OperatorPeriod.Role.OPERATOR
# Field of a row: the kind of fact, the attribute that holds it, and what else the fact says.
FACTS: dict[str, tuple[PlaceFactKind, str, dict[str, Any]]] = {
    "name": (KINDS["names"], "name", {}),
    "authority": (KINDS["operators"], "authority_id", {"role": OPERATOR}),
    "capacity": (KINDS["capacities"], "official", {}),
    "code": (KINDS["codes"], "code", {"body": None}),
}


def _now(place: Place, field: str) -> Any:
    """Return the fact that holds today, or None."""
    kind, _attribute, same = FACTS[field]
    facts = kind.model.objects.filter(place=place, **same)
    return facts.as_at(date.today()).first() if kind.is_dated else facts.first()


def settled_ahead(mechanism: Mechanism) -> dict[str, set[Any]]:
    """Return by field the places of which `put_fact` would be refused: an entry begins or ends on a later day."""
    today, found = date.today(), {}
    for field, (kind, _attribute, same) in FACTS.items():
        if kind.is_dated:
            facts = kind.model.objects.in_use().filter(place__mechanism=mechanism, **same)
            ahead = facts.filter(Q(starts_on__gt=today) | Q(ends_on__gt=today))
            corrected = facts.filter(starts_on=today).values("place")
            found[field] = set(ahead.exclude(place__in=corrected).values_list("place_id", flat=True))
    return found


def put_fact(place: Place, field: str, value: Any, by: User) -> None:
    """Enter that ``field`` of ``place`` is ``value`` from today on. What was entered today already is corrected.

    What else the present entry says goes on: a cell that says nothing takes nothing away. Raises PlaceFactRefused where
    another entry stands in the way.
    """
    kind, attribute, same = FACTS[field]
    present = _now(place, field)
    if present is not None and (not kind.is_dated or present.starts_on == date.today()):
        reason = _("Imported from a file.")
        correct_place_fact(place=place, kind=kind, row=present, values={attribute: value}, reason=reason, by=by)
    else:
        since = date.today() if kind.is_dated else None
        columns = [kind.model._meta.get_field(name).attname for name in kind.fields]
        kept = {name: getattr(present, name) for name in columns} if present is not None else {}
        enter_place_fact(place=place, kind=kind, values={**kept, **same, attribute: value}, starts_on=since, by=by)


def take_back_fact(place: Place, field: str, before: Any, on: date, by: User) -> None:
    """Undo `put_fact` of the day ``on``, before which the field was ``before`` (None or "": there was no such fact)."""
    kind, attribute, same = FACTS[field]
    present = _now(place, field)
    reason = _("The import of a file was undone.")
    if present is None:
        return
    earlier = None
    if kind.is_dated and present.starts_on == on:
        ended = kind.model.objects.in_use().filter(Q(ends_on=on), place=place, **same)
        said = [row for row in ended if str(getattr(row, "present", getattr(row, attribute))) == str(before)]
        earlier = said[0] if said and before not in (None, "") else None
    if before in (None, "") or earlier is not None:
        remove_place_fact(place=place, kind=kind, row=present, reason=reason, by=by)
    if earlier is not None:
        correct_place_fact(place=place, kind=kind, row=earlier, values={"ends_on": None}, reason=reason, by=by)
    elif before not in (None, ""):
        correct_place_fact(place=place, kind=kind, row=present, values={attribute: before}, reason=reason, by=by)
