"""The ratings and answers of a visit, as its page and its feed print them."""

from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.models.bilingual import in_language
from visits.models import Answer, Visit, VisitRating

Printed = tuple[str, Any, str]  # label, value, note
FIELDS = ("ratings", "answers")


def ratings_of(visit: Visit) -> list[Printed]:
    """Return the ratings, each scale under its own name and version: grades of two scales are never one figure.

    One query.
    """
    found: list[Printed] = []
    last = None
    for row in stored_ratings(visit):
        version = row.standard.version
        if version.pk != last:
            last = version.pk
            since = (
                _("in the version of %(day)s") % {"day": date_format(version.starts_on)} if version.starts_on else ""
            )
            found.append((_("Rated by"), version.scale.name, since))
        found.append((row.standard.name, str(row.grade) if row.grade else row.note, row.note if row.grade else ""))
    return found


def answers_of(visit: Visit) -> list[Printed]:
    """Return the answers to the body's questions, each with the common theme it belongs to. One query."""
    rows = visit.answers.select_related("question__theme").order_by(
        "question__version", "question__position", "question"
    )
    return [(row.question.text, row.stated, row.question.theme.name if row.question.theme else "") for row in rows]


def stored_ratings(visit: Visit) -> Any:
    """Return the ratings of ``visit`` in the order of the scales."""
    rows = VisitRating.objects.filter(visit=visit).select_related("standard__version__scale", "grade")
    return rows.order_by("standard__version__scale", "standard__version", "standard__position", "standard")


def label_of_told(value: Any) -> str:
    """Return what a standard or question is called, from what the feed kept of it (visits.actions.record)."""
    return str(capfirst(in_language(*value[0]))) if value else ""


def told_in_words(field: str, value: Any) -> str:
    """Return in words what the feed kept of one rating or answer."""
    if field == "ratings":
        _standard, grade, note = value
        return ": ".join(filter(None, [in_language(*grade) if grade else "", note]))
    _question, availability, shown = value
    if availability != Answer.Availability.RECORDED:
        return str(Answer.Availability(availability).label)
    if isinstance(shown, bool):
        return _("Yes") if shown else _("No")
    return in_language(*shown) if isinstance(shown, list) else str(shown)
