"""What lists of visits print besides the visit itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from members.models import BodyName, Mechanism
from npmportal.access import LOG_VISITS, grants_of
from visits.models import Place, Visit
from visits.models.body_names import BodyNames

RECENT_VISITS, RECENT_PLACES, MOST_MATCHES = 60, 8, 20


PRINTED = ("kind", "notice", "validity", "access", "state")


@dataclass(frozen=True)
class VisitRow:
    """A visit with the names its bodies bore on its first day, its choices in words, and whether it may be opened."""

    visit: Visit
    bodies: list[BodyName]
    words: dict[str, str]
    is_readable: bool = True


def rows_of(visits: Iterable[Visit], names: BodyNames, readable: set[Any] | None = None) -> list[VisitRow]:
    """Return a row per visit; ``readable`` holds the ids the reader may open (None: all of them)."""
    words = words_of(PRINTED)
    return [
        VisitRow(
            visit,
            bodies_of(visit, names),
            {name: words[name].get(getattr(visit, name), "") for name in PRINTED},
            is_readable=readable is None or visit.pk in readable,
        )
        for visit in visits
    ]


def words_of(fields: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the choices of ``fields`` in the reader's language, each put into words once for many rows."""
    found: dict[str, Any] = {name: Visit._meta.get_field(name) for name in fields}
    return {name: {key: str(label) for key, label in field.choices} for name, field in found.items()}


def bodies_of(visit: Visit, names: BodyNames) -> list[BodyName]:
    """Return the names of lead body and partners as they were on the visit's first day."""
    found = (names.on(body_id, visit.starts_on) for body_id in visit.body_ids)
    return [name for name in found if name]


def place_options(
    places: Any, user: Any, mechanism: Mechanism, *, words: str, chosen: Place | None
) -> tuple[list[Place], bool]:
    """Return the places to choose from and whether more match: those found by ``words``, else those visited lately."""
    if words:
        found = list(places.named(words).order_by("name", "id")[: MOST_MATCHES + 1])
    else:
        found = _visited_lately(places, user, mechanism)
    options = [place for place in found[:MOST_MATCHES] if place != chosen]
    return ([chosen] if chosen else []) + options, len(found) > MOST_MATCHES


def _visited_lately(places: Any, user: Any, mechanism: Mechanism) -> list[Place]:
    bodies = sorted(grants_of(user).on(LOG_VISITS))
    own = Visit.objects.filter(mechanism=mechanism, body_ids__overlap=bodies).newest_first()
    recent = list(dict.fromkeys(own.values_list("place_id", flat=True)[:RECENT_VISITS]))[:RECENT_PLACES]
    by_id = places.in_bulk(recent)
    return [by_id[pk] for pk in recent if pk in by_id]
