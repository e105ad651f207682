"""Fortnights of the calendar, counted from one fixed Monday: the finest grain in which members learn of each other's
plans (ADR 0028).

They never slide: whatever day somebody asks about, the answer is about the same fourteen days.
"""

from datetime import date, timedelta

FIRST_MONDAY = date(2001, 1, 1)
DAYS = 14


def monday_of(day: date) -> date:
    """Return the Monday of the (ISO) week that holds ``day``."""
    return day - timedelta(days=day.weekday())


def number_of(day: date) -> int:
    """Return the number of the fortnight that holds ``day``."""
    return (day - FIRST_MONDAY).days // DAYS


def days_of(number: int) -> tuple[date, date]:
    """Return the first and the last day of the fortnight ``number``."""
    first = FIRST_MONDAY + timedelta(days=DAYS * number)
    return first, first + timedelta(days=DAYS - 1)
