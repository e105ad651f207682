"""What follows from the record of a visit and is therefore never asked for: when it was, how long, how full the place.

Each answers for what is recorded; None is “not available”, because a part is missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from members.public_holidays import Holidays, holidays_between
from visits.models.figure import VisitFigure
from visits.models.visit import Visit

NIGHT_BEGINS, NIGHT_ENDS = time(22), time(6)
SATURDAY = 5
Measure = VisitFigure.Measure


def days_of(visit: Visit) -> int:
    """Return on how many days the visit took place, the first and the last included."""
    return (visit.ends_on - visit.starts_on).days + 1


def stay_of(visit: Visit) -> timedelta | None:
    """Return how long a visit of one day, or over one midnight, lasted; None without both times, or on more days.

    Who went in at 23:30 and left at 00:40 left on the next day, whether or not that was entered as the last day.
    """
    if visit.time_in is None or visit.time_out is None:
        return None
    stay = datetime.combine(visit.ends_on, visit.time_out) - datetime.combine(visit.starts_on, visit.time_in)
    if visit.ends_on == visit.starts_on and stay < timedelta():
        stay += timedelta(days=1)
    return stay if timedelta() <= stay < timedelta(days=1) else None


def is_at_night(visit: Visit) -> bool | None:
    """Tell whether the visitors came, or were still there, between 22:00 and 6:00; None without the time they came."""
    if visit.time_in is None:
        return None
    if _is_night(visit.time_in):
        return True
    stay = stay_of(visit)
    if stay is None:
        return False
    came = datetime.combine(visit.starts_on, visit.time_in)
    return came + stay > datetime.combine(visit.starts_on, NIGHT_BEGINS)


def _is_night(moment: time) -> bool:
    return moment >= NIGHT_BEGINS or moment < NIGHT_ENDS


def weekend_days_of(visit: Visit) -> int:
    """Return how many days of the visit were a Saturday or a Sunday."""
    days = (visit.starts_on + timedelta(days=n) for n in range(min(days_of(visit), 7)))
    whole_weeks, rest = divmod(days_of(visit), 7)
    first_days = [day.weekday() >= SATURDAY for day in days]
    return whole_weeks * 2 + sum(first_days[:rest])


def holidays_of(visit: Visit, language: str) -> Holidays | None:
    """Return the public holidays the visit was on, named in ``language`` where they can be.

    None where its jurisdiction has no calendar of public holidays, or one that does not know these years.
    """
    return holidays_between(visit.jurisdiction.holiday_calendar, visit.starts_on, visit.ends_on, language)


@dataclass(frozen=True)
class Occupancy:
    """How full the place was: people held of the capacity it had, which is operational or else official."""

    held: int
    capacity: int
    of: Measure

    @property
    def percentage(self) -> int:
        """The rate, rounded half up."""
        return (200 * self.held + self.capacity) // (2 * self.capacity)


def occupancy_of(rows: Iterable[VisitFigure]) -> Occupancy | None:
    """Return how full the place was; None where the people held or every capacity is missing, or the capacity is 0."""
    values = {row.measure: row.value for row in rows}
    held = values.get(Measure.HELD)
    for measure in (Measure.CAPACITY_OPERATIONAL, Measure.CAPACITY_OFFICIAL):
        if capacity := values.get(measure):
            return None if held is None else Occupancy(held, capacity, measure)
    return None
