"""Changing the parts of a visit's record that stand in tables of their own: team, situation, needs, findings.

All of them go the way of the visit's own fields: the field table says who may, the version guards against lost
updates, what stood before is kept, and a change after approval puts the visit back into review (ADR 0020).
"""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from members.models import User
from npmportal import audit
from visits.actions.form_drafts import throw_draft_away
from visits.actions.transitions import tidy, write_down
from visits.actions.visits import locked_for_change, put_back_into_review
from visits.field_table import reader_of
from visits.models import (
    TRANSITIONS,
    Answer,
    Finding,
    NeedExamined,
    TeamMember,
    Visit,
    VisitChange,
    VisitFigure,
    VisitRating,
)

Told = dict[str, Any]  # as VisitChange keeps it and the feed prints it


@dataclass(frozen=True)
class Part:
    """One part of the record: its rows, the lines of the field table it takes to change it, and how it is told."""

    rows: type[models.Model]
    fields: tuple[str, ...]
    told: Callable[[list[Any]], dict[str, Told]]  # for each field its content
    beside: tuple[str, ...] = ()  # what is loaded with the rows to tell of them


def _figures(rows: list[VisitFigure]) -> dict[str, Told]:
    return {"figures": {row.measure: row.availability if row.value is None else row.value for row in rows}}


def _needs(rows: list[NeedExamined]) -> dict[str, Told]:
    return {"needs": {row.group: [row.answer, row.note] for row in rows}}


def _team(rows: list[TeamMember]) -> dict[str, Told]:
    """Tell composition and names apart: others than the bodies involved read the one and not the other."""
    composition, names = {}, {}
    for number, row in enumerate(rows, start=1):
        known = {name: getattr(row, name) for name in ("role", "standing", "profession", "sex", "languages")}
        composition[str(number)] = {"body_id": row.body_id} | {name: value for name, value in known.items() if value}
        name = row.name or (row.user.name if row.user else "")
        names[str(number)] = [name, row.has_conflict_of_interest]
    return {"team": composition, "team_names": names}


def _findings(rows: list[Finding]) -> dict[str, Told]:
    """Tell each finding with the words of its theme; what says nothing is left out."""
    return {"findings": {str(number): row.told for number, row in enumerate(rows, start=1)}}


def _ratings(rows: list[VisitRating]) -> dict[str, Told]:
    """Tell each rating with the words of its scale, which stay as they were published."""
    told = {}
    for row in rows:
        grade = (
            [
                f"{name} ({row.grade.number})" if name and row.grade.number is not None else name
                for name in _both(row.grade)
            ]
            if row.grade
            else None
        )
        told[str(row.standard_id)] = [_both(row.standard), grade, row.note]
    return {"ratings": told}


def _answers(rows: list[Answer]) -> dict[str, Told]:
    return {
        "answers": {
            str(row.question_id): [[row.question.text_en, row.question.text_nl], row.availability, row.told]
            for row in rows
        }
    }


def _both(named: Any) -> list[str]:
    return [named.name_en, named.name_nl]


PARTS: dict[str, Part] = {
    "team": Part(TeamMember, ("team", "team_names"), _team, ("user",)),
    "situation": Part(VisitFigure, ("figures",), _figures),
    "needs": Part(NeedExamined, ("needs",), _needs),
    "findings": Part(Finding, ("findings",), _findings, ("theme",)),
    "ratings": Part(VisitRating, ("ratings",), _ratings, ("standard", "grade")),
    "answers": Part(Answer, ("answers",), _answers, ("question",)),
}


@transaction.atomic
def change_record(
    *,
    visit: Visit,
    part: str,
    rows: Iterable[Any],
    expected_version: int,
    by: User,
    reason: str = "",
    form_key: uuid.UUID | None = None,
) -> Visit:
    """Make ``rows`` (unsaved, of the part's model) the whole of the ``part`` of the record, in their order.

    Nothing is stored where they say what stands there already. What was kept of the form with ``form_key`` ends.
    Raises what `change_visit` raises: PermissionDenied, VisitChangedMeanwhile, and StepRefused where an approved visit
    is changed without a reason.
    """
    kind = PARTS[part]
    stored = locked_for_change(visit, expected_version, by)
    if not reader_of(by, stored.mechanism).changes(stored).issuperset(kind.fields):
        raise PermissionDenied
    wanted = list(rows)
    before, after = content_of(stored, part), kind.told(wanted)
    changed = [name for name in kind.fields if before[name] != after[name]]
    throw_draft_away(by=by, form_key=form_key)
    if not changed:
        return stored
    _replace(kind, stored, wanted)
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


def rows_of_part(visit: Visit, part: str) -> list[Any]:
    """Return what is stored of the ``part`` of the record of ``visit``, in its order. One query."""
    rows = PARTS[part].rows._default_manager.filter(visit=visit).order_by("pk")
    return list(rows.select_related(*PARTS[part].beside) if PARTS[part].beside else rows)


def content_of(visit: Visit, part: str) -> dict[str, Told]:
    """Return what is stored of the ``part`` of the record as it is told: for each of its fields its content."""
    return PARTS[part].told(rows_of_part(visit, part))


def _replace(kind: Part, visit: Visit, rows: list[Any]) -> None:
    for row in rows:
        row.pk, row.visit = None, visit
    kind.rows._default_manager.filter(visit=visit).delete()
    kind.rows._default_manager.bulk_create(rows)
