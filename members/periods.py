"""Say days and periods as exactly as they are known: “12 January 2017”, “July 2017”, “2011”."""

from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from npmportal.models.dated import Precision


def day_in_words(day: date, precision: str = Precision.DAY) -> str:
    """Return ``day`` in the reader's language, no more exact than ``precision``."""
    if precision == Precision.YEAR:
        return date_format(day, "Y")
    if precision == Precision.MONTH:
        return date_format(day, "YEAR_MONTH_FORMAT")
    return date_format(day, "DATE_FORMAT")


def period_in_words(fact: Any) -> str:
    """Return since when and until when ``fact`` (a dated fact or a Period of the matrix) held.

    The end is stored as the first day after; people write the last day. A month or a year stays as it is.
    """
    first = day_in_words(fact.starts_on, fact.starts_precision)
    if fact.ends_on is None:
        return _("since {day}").format(day=first)
    last = fact.ends_on - timedelta(days=1) if fact.ends_precision == Precision.DAY else fact.ends_on
    return _("{first} to {last}").format(first=first, last=day_in_words(last, fact.ends_precision))


def precise(day: date | None, precision: str) -> str:
    """Return ``day`` for data: 2017-01-12, 2017-07 or 2011, as in the packaged registers; empty for no day."""
    if day is None:
        return ""
    return day.isoformat()[: {Precision.YEAR: 4, Precision.MONTH: 7}.get(Precision(precision), 10)]
