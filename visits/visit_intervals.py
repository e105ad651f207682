"""Which rule says how often a place is to be visited, and when that makes the next visit due."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from members.models import Mechanism, MemberBody
from visits.models import VisitInterval


class IntervalRules:
    """The rules of the network, or of one ``body``, that held on the day ``on``; from one query.

    A rule of the place itself comes before one of its setting and size, that before one of its setting, that before
    one of all places; of two alike the shorter interval.
    """

    def __init__(self, mechanism: Mechanism, on: date, body: MemberBody | None = None) -> None:
        rules: Iterable[VisitInterval] = VisitInterval.objects.as_at(on).filter(mechanism=mechanism, body=body)
        self._of_place: dict[Any, VisitInterval] = {}
        self._of_kind: list[VisitInterval] = []
        for rule in rules:
            if rule.place_id:
                self._of_place[rule.place_id] = rule
            else:
                self._of_kind.append(rule)
        self._of_kind.sort(key=lambda rule: (rule.setting_id is None, -(rule.capacity_from or -1), rule.months))

    def __bool__(self) -> bool:
        return bool(self._of_place or self._of_kind)

    def rule_for(self, place: Any) -> VisitInterval | None:
        """Return the rule for ``place``, or a row with its key, setting and capacity; None where there is none."""
        own = self._of_place.get(place.pk)
        return own or next((rule for rule in self._of_kind if _is_about(rule, place)), None)


def _is_about(rule: VisitInterval, place: Any) -> bool:
    if rule.setting_id is not None and rule.setting_id != place.setting_id:
        return False
    return rule.capacity_from is None or (place.capacity is not None and place.capacity >= rule.capacity_from)


@dataclass(frozen=True)
class Due:
    """That a place is to be visited: by which rule, when it was last, and by when it is due."""

    place: Any
    rule: VisitInterval
    last_on: date | None
    due_on: date
    days_late: int

    @property
    def is_late(self) -> bool:
        return self.days_late > 0

    @property
    def order(self) -> tuple[Any, ...]:
        """High priority first; within it the longest overdue."""
        return (self.rule.priority, self.due_on, self.place.name, str(self.place.pk))


def due(place: Any, rule: VisitInterval, last_on: date | None, on: date) -> Due:
    """Return when ``rule`` makes the next visit to ``place`` due, seen on the day ``on``.

    Where no visit is known, an interval after the rule began, or after the place opened if that was later.
    """
    begins = last_on or max(rule.starts_on, place.opened_on or rule.starts_on)
    due_on = months_after(begins, rule.months)
    return Due(place, rule, last_on, due_on, (on - due_on).days)


def months_after(day: date, months: int) -> date:
    """Return the same day ``months`` later (or earlier), or the last of that month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    year = min(max(year, date.min.year), date.max.year)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
