"""What lists of visits print besides the visit itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from members.models import BodyName
from visits.field_table import Reader
from visits.models import Visit
from visits.models.body_names import BodyNames

PRINTED = ("kind", "notice", "validity", "access", "state")
BODIES = ("lead_body", "partners")
# The fields that hold one of several fixed answers, printed in words.
CHOSEN = tuple(field.name for field in Visit._meta.concrete_fields if field.choices)


@dataclass(frozen=True)
class VisitRow:
    """What a list prints of one visit: of each field in the field table that the reader sees; of others, nothing."""

    pk: Any
    place: str
    reference: str
    setting: str
    jurisdiction: str
    starts_on: date | None
    ends_on: date | None
    bodies: list[BodyName]
    state: str
    words: dict[str, str]
    has_access_problem: bool
    is_readable: bool = True  # whether the visit may be opened


def rows_of(
    visits: Iterable[Visit], names: BodyNames, reader: Reader, readable: set[Any] | None = None
) -> list[VisitRow]:
    """Return a row per visit for ``reader``; ``readable`` holds the ids that may be opened (None: all of them)."""
    words = words_of(PRINTED)
    return [_row(visit, names, words, reader.sees(visit), readable) for visit in visits]


def _row(
    visit: Visit, names: BodyNames, words: dict[str, dict[str, str]], sees: frozenset[str], readable: set[Any] | None
) -> VisitRow:
    bodies = bodies_of(visit, names) if sees.intersection(BODIES) else []
    return VisitRow(
        pk=visit.pk,
        place=visit.place.name if "place" in sees else "",
        reference=visit.reference if "reference" in sees else "",
        setting=visit.setting.name if "setting" in sees else "",
        jurisdiction=visit.jurisdiction.name if "jurisdiction" in sees else "",
        starts_on=visit.starts_on if "starts_on" in sees else None,
        ends_on=visit.ends_on if "ends_on" in sees else None,
        bodies=bodies[0 if "lead_body" in sees else 1 : None if "partners" in sees else 1],
        state=visit.state if "state" in sees else "",
        words={name: words[name].get(getattr(visit, name), "") if name in sees else "" for name in PRINTED},
        has_access_problem=visit.has_access_problem and "access" in sees,
        is_readable=readable is None or visit.pk in readable,
    )


def words_of(fields: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the choices of ``fields`` in the reader's language, each put into words once for many rows."""
    found: dict[str, Any] = {name: Visit._meta.get_field(name) for name in fields}
    return {name: {key: str(label) for key, label in field.choices} for name, field in found.items()}


def bodies_of(visit: Visit, names: BodyNames) -> list[BodyName]:
    """Return the names of lead body and partners as they were on the visit's first day."""
    found = (names.on(body_id, visit.starts_on) for body_id in visit.body_ids)
    return [name for name in found if name]
