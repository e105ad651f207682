"""The day a page is asked for: `?on=2014-01-01`."""

from datetime import date
from typing import NamedTuple

from django.http import HttpRequest
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _


class AskedDay(NamedTuple):
    """The day to show, and a sentence for the reader where what was typed is not a day."""

    on: date
    error: str
    typed: str


def asked_day(request: HttpRequest, name: str = "on") -> AskedDay:
    """Return the day that ``name`` gives in the address, today where there is none or (with an error) it is no day."""
    typed = request.GET.get(name, "").strip()
    today = date.today()
    if not typed:
        return AskedDay(today, "", "")
    try:
        day = parse_date(typed)
    except ValueError:
        day = None
    if day is None:
        sentence = _("“{typed}” is not a day of the calendar. Write it like 2014-01-31.")
        return AskedDay(today, sentence.format(typed=typed[:40]), typed[:40])
    return AskedDay(day, "", typed)
