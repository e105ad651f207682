"""A day as exactly as it is known, typed into one box: 2017-07-12, or 2017-07, or 2017."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.periods import precise
from members.reference.fields import Day
from npmportal.models.dated import Precision

HINT = _("Like 2017-07-12. Where only the month or the year is known: 2017-07 or 2017.")

_WRITINGS = (
    # year first as in files; day first as it is written in Britain and the Netherlands
    re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?"),
    re.compile(r"(?:(?:(?P<day>\d{1,2})[-/.])?(?P<month>\d{1,2})[-/.])(?P<year>\d{4})"),
)


class KnownDayField(forms.Field):
    """Returns a `Day` (the day and how exactly it is known), or None where nothing was typed."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "off", "inputmode": "text", "size": 12, "maxlength": 10}
        given: dict[str, Any] = {"help_text": HINT, "widget": forms.TextInput(attrs=attrs)}
        super().__init__(**given | kwargs)

    def prepare_value(self, value: Any) -> Any:
        return precise(value.day, value.precision) if isinstance(value, Day) else value

    def to_python(self, value: Any) -> Any:
        typed = str(value or "").strip()
        if not typed:
            return None
        found = next((match for writing in _WRITINGS if (match := writing.fullmatch(typed))), None)
        if found is None:
            raise ValidationError(_("Write a day like 2017-07-12, a month like 2017-07, or a year like 2017."))
        return _day(found)


def _day(found: re.Match[str]) -> Day:
    year, month, day = (found[name] for name in ("year", "month", "day"))
    precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
    if not 1900 <= int(year) <= 2200:
        raise ValidationError(_("The year must be from 1900 to 2200."))
    try:
        return Day(date(int(year), int(month or 1), int(day or 1)), precision)
    except ValueError as error:
        raise ValidationError(_("There is no such day in the calendar.")) from error


def day_of(fact: Any, which: str = "starts") -> Day | None:
    """Return the first day of a stored fact (or, with ``which`` "ends", its end) as it is typed; None: still so."""
    day = getattr(fact, f"{which}_on")
    return Day(day, getattr(fact, f"{which}_precision")) if day else None


def day_fields(which: str, day: Day | None) -> dict[str, Any]:
    """Return what ``day`` says as two fields of a dated fact: `starts_on` and `starts_precision`."""
    return {f"{which}_on": day.day if day else None, f"{which}_precision": day.precision if day else Precision.DAY}
