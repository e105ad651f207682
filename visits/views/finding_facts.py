"""What a visit found and asks for, as its page, its feed, a file and the page of the place print it."""

from typing import Any

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.models.bilingual import in_language
from visits.models import Finding, Visit

Printed = tuple[str, Any, str]  # label, value, note


def findings_of(visit: Visit) -> list[Printed]:
    """Return what the visit found, in the body's order: in its own word, the text, and what is said of it."""
    rows = visit.findings.select_related("theme").order_by("position", "pk")
    return [(str(capfirst(row.called)), row.text, details_of(row)) for row in rows]


def details_of(row: Finding) -> str:
    """Return in one line what is recorded of a finding beside its text."""
    return str(capfirst(_in_one_line(row.told)))


def told_in_words(told: dict[str, Any]) -> str:
    """Return in words what the feed kept of one finding."""
    name = told.get("own_kind") or str(capfirst(str(Finding.Kind(told["kind"]).label)))
    details = _in_one_line(told)
    return f"{name}: {told['text']}" + (f" ({details})" if details else "")


def _in_one_line(told: dict[str, Any]) -> str:
    parts = [
        str(Finding.Kind(told["kind"]).label) if told.get("own_kind") else "",
        in_language(*told["theme"]) if told.get("theme") else "",
        _of("basis", ", ".join(str(Finding.Basis(each).label) for each in told.get("basis", ()))),
        _of("norm", told.get("norm", "")),
        _repeated(told.get("is_repeated")),
        _of("priority", str(Finding.Priority(told["priority"]).label) if told.get("priority") else ""),
        _of("level", str(Finding.Level(told["level"]).label) if told.get("level") else ""),
        _of("addressees", ", ".join(str(Finding.Addressee(each).label) for each in told.get("addressees", ()))),
        told.get("addressed_to"),
        _of("answer_due_on", _day(told.get("answer_due_on"))),
    ]
    return "; ".join(part for part in parts if part)


def _repeated(is_repeated: bool | None) -> str:
    if is_repeated is None:
        return ""
    return _("found before at this place") if is_repeated else _("not found before at this place")


def _of(field: str, said: str) -> str:
    label: Any = Finding._meta.get_field(field)
    return f"{label.verbose_name}: {said}" if said else ""


def _day(text: str | None) -> str:
    day = parse_date(text) if text else None
    return date_format(day) if day else ""
