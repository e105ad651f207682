"""What a body's programme has come to, for one reader: plans counted are those the reader may know of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from members.models import MemberBody
from visits.models import Plan, ProgrammeTarget, Visit


@dataclass(frozen=True)
class Line:
    """One line of the programme with its figures."""

    target: ProgrammeTarget
    planned: int
    done: int

    @property
    def missing(self) -> int:
        """What is neither done nor planned."""
        return max(0, self.target.target - self.planned - self.done)


def figures_of(body: MemberBody, start: date, reader: Any) -> list[Line]:
    """Return the lines of ``body``'s programme of the year that begins on ``start``.

    Done are approved visits that took place, joint ones too. A plan counts by its Monday: were it counted by its day,
    the figures of the years would tell on which side of New Year a visit lies.
    """
    end = start.replace(year=start.year + 1)
    targets = ProgrammeTarget.objects.visible_to(reader).filter(body=body, year_starts_on=start)
    ordered = targets.select_related("setting", "jurisdiction").order_by(
        "setting__position", "jurisdiction__position", "unit"
    )
    lines = list(ordered)
    if not lines:
        return []
    plans = Plan.objects.visible_to(reader).filter(body=body, state=Plan.State.PLANNED, week__gte=start, week__lt=end)
    visits = Visit.objects.counted().filter(
        body_ids__contains=[body.pk], validity=Visit.Validity.VALID, starts_on__gte=start, starts_on__lt=end
    )
    planned = list(plans.values_list("place__setting", "place__jurisdiction", "place"))
    done = list(visits.order_by().values_list("setting", "jurisdiction", "place"))
    return [_line(target, planned, done) for target in lines]


def _line(target: ProgrammeTarget, planned: Iterable[Any], done: Iterable[Any]) -> Line:
    visited, meant = _places(target, done), _places(target, planned)
    if target.unit == ProgrammeTarget.Unit.PLACES:
        seen = set(visited)
        return Line(target, planned=len(set(meant) - seen), done=len(seen))
    return Line(target, planned=len(meant), done=len(visited))


def _places(target: ProgrammeTarget, rows: Iterable[Any]) -> list[Any]:
    """Return the places of those of ``rows`` (setting, jurisdiction, place) the line is about."""
    return [
        place
        for setting, jurisdiction, place in rows
        if target.setting_id in (None, setting) and target.jurisdiction_id in (None, jurisdiction)
    ]
