"""The log of the register in words: what stood there, what stands there now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dates import MONTHS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import RegisterChange
from members.periods import day_in_words
from members.public_holidays import calendar_name
from members.register_kinds import KINDS
from npmportal.models.dated import Precision

_KIND_OF = {kind.model._meta.label_lower: kind for kind in KINDS.values()}
# Said of an entry only where nothing else changed: the days show how exact they are.
_SILENT = {"position", "mechanism", "key", "gap_id", "starts_precision", "ends_precision"}

# What codes mean that are no choices of their field.
_CODES: dict[str, dict[Any, Any]] = {"languages": dict(settings.LANGUAGES), "reporting_year_starts_month": MONTHS}
# What is kept on the pages of the coverage; the other entries are named by their kind.
_OF_COVERAGE = {
    "members.remit": gettext_lazy("remit"),
    "members.coveragegap": gettext_lazy("gap"),
    "members.gapinquiry": gettext_lazy("question about a gap"),
    "members.coveragenote": gettext_lazy("explanation of a cell"),
    "members.expectedlayer": gettext_lazy("layer that a setting should have"),
}


@dataclass(frozen=True)
class Line:
    """One field of an entry: its name, what it said and what it says."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class LogRow:
    """One act on the register."""

    change: RegisterChange
    record: str
    lines: list[Line]


def log_rows(changes: Iterable[RegisterChange]) -> list[LogRow]:
    """Return ``changes`` with the names of records, fields and choices in the reader's language."""
    return [LogRow(change, _record(change.record), lines_of(change)) for change in changes]


def lines_of(change: RegisterChange) -> list[Line]:
    """Return what ``change`` changed, field by field, in the reader's language."""
    return list(_lines(change))


def _record(label: str) -> str:
    kind, model = _KIND_OF.get(label), _model(label)
    if words := kind.one if kind else _OF_COVERAGE.get(label):
        return capfirst(str(words))
    return capfirst(str(model._meta.verbose_name)) if model else label


def _lines(change: RegisterChange) -> Iterable[Line]:
    model = _model(change.record)
    for name in {**change.before, **change.after}:
        if name in _SILENT and len({**change.before, **change.after}) > 1:
            continue
        before, after = (_said(model, name, values) for values in (change.before, change.after))
        if before or after:
            yield Line(_field(model, name), before, after)


def _model(label: str) -> Any:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _field(model: Any, name: str) -> str:
    if name == "ends_on":
        return _("No longer from")  # the words of the forms; the model's are for those who read the data
    try:
        return capfirst(str(model._meta.get_field(name).verbose_name))
    except (FieldDoesNotExist, AttributeError):
        return capfirst(name.replace("_", " "))


def _said(model: Any, name: str, values: dict[str, Any]) -> str:
    """Return a stored value as a reader says it; empty for one that was not there or not recorded."""
    value = values.get(name)
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(_CODES.get(name, {}).get(entry, entry)) for entry in value)
    try:
        field = model._meta.get_field(name)
    except (FieldDoesNotExist, AttributeError):
        return str(value)
    if name == "holiday_calendar":
        return calendar_name(value)
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        return _day(value, values.get(name.removesuffix("_on") + "_precision") or Precision.DAY)
    codes: dict[Any, Any] = _CODES.get(name) or dict(field.flatchoices)
    return str(codes.get(value, value))


def _day(text: str, precision: str) -> str:
    """Return a stored day in words, as exactly as it was known; as it stands where it is none."""
    try:
        return day_in_words(date.fromisoformat(text), precision)
    except ValueError:
        return text
