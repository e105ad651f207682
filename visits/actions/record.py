"""Changing the parts of a visit's record that stand in tables of their own: team, situation, needs.

All of them go the way of the visit's own fields: the field table says who may, the version guards against lost
updates, what stood before is kept, and a change after approval puts the visit back into review (ADR 0020).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from members.models import User
from npmportal import audit
from visits.actions.transitions import tidy, write_down
from visits.actions.visits import locked_for_change, put_back_into_review
from visits.field_table import reader_of
from visits.models import TRANSITIONS, NeedExamined, TeamMember, Visit, VisitChange, VisitFigure

Told = dict[str, Any]  # as VisitChange keeps it and the feed prints it


@dataclass(frozen=True)
class Part:
    """One part of the record: its rows, the lines of the field table it takes to change it, and how it is told."""

    rows: type[models.Model]
    fields: tuple[str, ...]
    told: Callable[[list[Any]], dict[str, Told]]  # for each field its content


def _figures(rows: list[VisitFigure]) -> dict[str, Told]:
    return {"figures": {row.measure: row.availability if row.value is None else row.value for row in rows}}


def _needs(rows: list[NeedExamined]) -> dict[str, Told]:
    return {"needs": {row.group: [row.answer, row.note] for row in rows}}


def _team(rows: list[TeamMember]) -> dict[str, Told]:
    """Tell composition and names apart: others than the bodies involved read the one and not the other."""
    composition, names = {}, {}
    for number, row in enumerate(rows, start=1):
        known = [row.role, row.standing, row.profession, row.sex, *row.languages]
        composition[str(number)] = [row.body_id, *(word for word in known if word)]
        names[str(number)] = row.name or (row.user.name if row.user else "")
    return {"team": composition, "team_names": names}


PARTS: dict[str, Part] = {
    "team": Part(TeamMember, ("team", "team_names"), _team),
    "situation": Part(VisitFigure, ("figures",), _figures),
    "needs": Part(NeedExamined, ("needs",), _needs),
}


@transaction.atomic
def change_record(
    *, visit: Visit, part: str, rows: Iterable[Any], expected_version: int, by: User, reason: str = ""
) -> Visit:
    """Make ``rows`` (unsaved, of the part's model) the whole of the ``part`` of the record, in their order.

    Nothing is stored where they say what stands there already. Raises what `change_visit` raises: PermissionDenied,
    VisitChangedMeanwhile, and StepRefused where an approved visit is changed without a reason.
    """
    kind = PARTS[part]
    stored = locked_for_change(visit, expected_version, by)
    if not reader_of(by, stored.mechanism).changes(stored).issuperset(kind.fields):
        raise PermissionDenied
    before = kind.told(_stored_rows(kind, stored))
    _replace(kind, stored, rows)
    after = kind.told(_stored_rows(kind, stored))
    changed = [name for name in kind.fields if before[name] != after[name]]
    if not changed:
        return stored
    came_from = stored.state
    moved = put_back_into_review(stored, came_from, by, reason)
    stored.version += 1
    stored.save(update_fields=[*moved, "version", "updated_at"])
    both = {name: [before[name], after[name]] for name in changed}
    VisitChange.objects.create(visit=stored, state=came_from, by=by, fields=both)
    audit.record("visit.changed", by=by, obj=stored, mechanism=stored.mechanism, bodies=stored.body_ids, fields=changed)
    if moved:
        write_down(TRANSITIONS["amend"], stored, came_from, by, tidy(reason))
    return stored


def _stored_rows(kind: Part, visit: Visit) -> list[Any]:
    rows = kind.rows._default_manager.filter(visit=visit).order_by("pk")
    return list(rows.select_related("user") if kind.rows is TeamMember else rows)


def _replace(kind: Part, visit: Visit, rows: Iterable[Any]) -> None:
    kept = list(rows)
    for row in kept:
        row.pk, row.visit = None, visit
    kind.rows._default_manager.filter(visit=visit).delete()
    kind.rows._default_manager.bulk_create(kept)
