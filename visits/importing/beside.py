"""What a row brings besides the visit itself: figures, needs, ratings, answers, each in a table of its own.

The same four things are done with all of them: comparing with what stands there, storing, telling the feed, undoing.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models

from visits.actions.record import PARTS
from visits.importing.copying import NewRows
from visits.models import Answer, NeedExamined, Visit, VisitFigure, VisitRating

Row = Any  # of one of the models, not stored yet, or as it is stored


@dataclass(frozen=True)
class Table:
    """One of the tables: what a row is about, what it says, and its part of the record (visits.actions.record)."""

    model: type[models.Model]
    key: str
    said: tuple[str, ...]
    part: str

    def key_of(self, row: Row) -> Any:
        return getattr(row, self.key)

    def said_in(self, row: Row) -> list[Any]:
        return [getattr(row, name) for name in self.said]


TABLES: dict[str, Table] = {
    "figures": Table(VisitFigure, "measure", ("availability", "value"), "situation"),
    "needs": Table(NeedExamined, "group", ("answer", "note"), "needs"),
    "ratings": Table(VisitRating, "standard_id", ("grade_id", "note"), "ratings"),
    "answers": Table(Answer, "question_id", ("availability", "number", "text"), "answers"),
}


@dataclass(slots=True)
class Brought:
    """What one cell brings: the row, and the column it stands in."""

    column: str
    row: Row

    def __str__(self) -> str:
        if isinstance(self.row, VisitRating):
            return ": ".join(filter(None, [str(self.row.grade) if self.row.grade else "", self.row.note]))
        return str(self.row.answer if isinstance(self.row, NeedExamined) else self.row.stated)


Bringing = dict[str, dict[Any, Brought]]  # by line of the field table and key
Stored = dict[str, dict[Any, Row]]


def stored_of(visits: Iterable[Any], fields: Iterable[str]) -> dict[Any, Stored]:
    """Return what stands in ``fields`` of ``visits``, by visit. One query a field."""
    found: dict[Any, Stored] = defaultdict(lambda: defaultdict(dict))
    ids = list(visits)
    for field in fields:
        table = TABLES[field]
        rows = table.model._default_manager.filter(visit__in=ids).order_by("pk")
        for row in rows.select_related(*PARTS[table.part].beside) if PARTS[table.part].beside else rows:
            found[row.visit_id][field][table.key_of(row)] = row  # type: ignore[attr-defined]
    return found


def differing(brought: Bringing, stored: Stored) -> Bringing:
    """Return what of ``brought`` differs from ``stored``. A cell that says nothing takes nothing away: a grade without
    grounds leaves the grounds that stand there, and grounds leave the grade."""
    found: Bringing = {}
    for field, several in brought.items():
        table = TABLES[field]
        for key, one in several.items():
            present = stored.get(field, {}).get(key)
            if present is not None and field == "ratings":
                one.row.grade = one.row.grade or present.grade
                one.row.note = one.row.note or present.note
            elif present is not None and field == "needs":
                one.row.note = present.note  # which stands in no column
            if present is None or table.said_in(one.row) != table.said_in(present):
                found.setdefault(field, {})[key] = one
    return found


def before(changed: Bringing, stored: Stored) -> dict[str, Any]:
    """Return what stood where something is changed, as an import keeps it for taking it back."""
    found: dict[str, Any] = {}
    for field, several in changed.items():
        present = {key: stored.get(field, {}).get(key) for key in several}
        found[field] = {str(key): TABLES[field].said_in(row) if row else [] for key, row in present.items()}
    return found


def told(changed: Bringing, stored: Stored) -> dict[str, list[Any]]:
    """Return, for the feed beside the visit, the content of each changed field before and after."""
    found = {}
    for field, several in changed.items():
        now = dict(stored.get(field, {}))
        after = now | {key: one.row for key, one in several.items()}
        tell = PARTS[TABLES[field].part].told
        found[field] = [tell(list(rows.values()))[field] for rows in (now, after)]
    return found


class NewBeside:
    """Rows for visits that are new, stored after them."""

    def __init__(self) -> None:
        self._rows: dict[str, NewRows] = {}

    def add(self, visit: Any, brought: Bringing) -> None:
        """Add what a row brings for the new visit with the id ``visit``."""
        for field, several in brought.items():
            table = TABLES[field]
            rows = self._rows.get(field) or self._rows.setdefault(field, NewRows(table.model))
            for key, one in several.items():
                said = {name: getattr(one.row, name) for name in table.said}
                rows.add(visit_id=visit, **{table.key: key}, **said)

    def store(self) -> None:
        for rows in self._rows.values():
            rows.store()


def store_changes(changed: Iterable[tuple[Visit, Bringing]]) -> None:
    """Store what rows bring for visits that were there: new where nothing stood, else in place of it."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for visit, brought in changed:
        for field, several in brought.items():
            for one in several.values():
                one.row.visit = visit
                rows[field].append(one.row)
    for field, several_rows in rows.items():
        table = TABLES[field]
        table.model._default_manager.bulk_create(
            several_rows,
            batch_size=2000,
            update_conflicts=True,
            unique_fields=["visit", table.key.removesuffix("_id")],
            update_fields=[name.removesuffix("_id") for name in table.said],
        )


def put_back(visit: Visit, field: str, stood: dict[str, list[Any]]) -> list[Any]:
    """Put back what stood in ``field`` before an import; return what is told of it: its content before and after."""
    table = TABLES[field]
    columns: list[Any] = [table.model._meta.get_field(name.removesuffix("_id")) for name in table.said]
    now = _content(visit, field)
    manager = table.model._default_manager
    manager.filter(visit=visit, **{f"{table.key}__in": list(stood)}).delete()
    for key, said in stood.items():
        if said:
            pairs = zip(columns, said, strict=True)
            values = {one.attname: value if one.is_relation else one.to_python(value) for one, value in pairs}
            manager.create(visit=visit, **{table.key: key}, **values)
    return [now, _content(visit, field)]


def _content(visit: Visit, field: str) -> Any:
    return PARTS[TABLES[field].part].told(list(stored_of([visit.pk], [field])[visit.pk][field].values()))[field]
