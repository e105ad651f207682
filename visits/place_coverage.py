"""How many places were visited in the last years, per setting and jurisdiction, of those the register knows.

Counted over what the reader may know of (ADR 0024): the coordinator sees every approved visit, other members do not
see restricted visits of others, and their figures may therefore be lower.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from members.models import Mechanism
from visits.models import Place
from visits.place_visits import with_last_visit
from visits.visit_intervals import months_after

YEARS = (1, 3, 5)


@dataclass(frozen=True)
class Visited:
    """How many of the places were visited in a period, and what part that is; no rate of no places."""

    count: int
    rate: float | None


@dataclass(frozen=True)
class CoverageRow:
    """One setting in one jurisdiction, or a total: its open places, and those visited in each period of YEARS."""

    setting: str
    jurisdiction: str
    places: int
    visited: tuple[Visited, ...]
    never: int
    setting_id: int | None = None
    jurisdiction_id: int | None = None


@dataclass(frozen=True)
class Period:
    """One period that the figures are counted in, both days included."""

    years: int
    first: date
    last: date


def periods_to(on: date) -> list[Period]:
    """Return the periods of YEARS that end on the day ``on``."""
    return [Period(years, months_after(on, -12 * years) + timedelta(days=1), on) for years in YEARS]


def coverage(mechanism: Mechanism, user: Any, on: date) -> tuple[list[CoverageRow], CoverageRow]:
    """Return a row per setting and jurisdiction with open places on the day ``on``, and the total. Three queries."""
    places = Place.objects.visible_to(user).filter(mechanism=mechanism).open_on(on).order_by()
    found: dict[tuple[int, int], list[date | None]] = defaultdict(list)
    columns = ("setting_id", "jurisdiction_id", "last_visit_on")
    for setting, jurisdiction, last in with_last_visit(places, user, on).values_list(*columns):
        found[setting, jurisdiction].append(last)
    periods = periods_to(on)
    settings, jurisdictions = list(mechanism.settings.all()), list(mechanism.jurisdictions.all())
    rows = [
        _row(setting.name, jurisdiction.name, found[setting.pk, jurisdiction.pk], periods, setting.pk, jurisdiction.pk)
        for setting in settings
        for jurisdiction in jurisdictions
        if (setting.pk, jurisdiction.pk) in found
    ]
    return rows, _row("", "", [last for lasts in found.values() for last in lasts], periods)


def _row(
    setting: str, jurisdiction: str, lasts: Iterable[date | None], periods: list[Period], *ids: int | None
) -> CoverageRow:
    lasts = list(lasts)
    known = [last for last in lasts if last is not None]
    visited = []
    for period in periods:
        count = sum(last >= period.first for last in known)
        visited.append(Visited(count, round(100 * count / len(lasts), 1) if lasts else None))
    return CoverageRow(setting, jurisdiction, len(lasts), tuple(visited), len(lasts) - len(known), *ids)
