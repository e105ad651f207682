"""The chapters on access and on the people the visitors spoke to."""

from typing import Any

from django.utils.translation import gettext as _

from reports.document.book import Book, Chapter, Section, number, share
from reports.document.tables import Cell, Table
from visits.models import Visit

SECTIONS = "reports/annual/sections.html"


def access(book: Book) -> Chapter:
    """Return the chapter on access problems (OPCAT Article 20 c): counts and minutes, never the story of one visit."""
    section = Section(
        "access",
        _("How visitors were let in"),
        (
            _(
                "OPCAT gives the mechanism access to all places of detention, their installations and facilities "
                "(Article 20 c). The tables count every attempt, refused ones included."
            ),
            _delays(book),
        ),
        tables=(_by_kind(book), _by_setting(book), _by_reason(book)),
    )
    return Chapter("access", _("Access"), SECTIONS, sections=(section,))


def interviews(book: Book) -> Chapter:
    """Return the chapter on the interview funnel, with what does not add up."""
    visits = book.content["interviews"]["visits"]
    rows: list[tuple[Cell, ...]] = []
    for name, total, recorded in book.content["interviews"]["funnel"]:
        label = _label(name).capitalize()
        rows.append((label, total if recorded else _("not recorded"), recorded, share(recorded, visits)))
    table = book.table(
        "interview-funnel",
        _("People in custody and private interviews"),
        (_("Stage"), _("People"), _("Recorded in visits"), _("Share of visits")),
        rows,
        notes=(
            _("A number that was not recorded is not nought: each sum covers only the visits named beside it."),
            _("Sums that cover different visits must not be divided by one another."),
        ),
    )
    words = [
        _(
            "OPCAT gives the mechanism private interviews with whom it chooses (Article 20 d and e). "
            "For each visit the "
            "visitors may record how many people were in custody and how far they came in speaking to them."
        )
    ]
    checks = [_check(check) for check in book.content["interviews"]["checks"]]
    section = Section("interviews", _("Whom visitors could speak to"), (*words, *checks), tables=(table,))
    return Chapter("interviews", _("Private interviews"), SECTIONS, sections=(section,))


def _label(name: str) -> str:
    """Return what the form calls the field ``name`` of a visit."""
    field: Any = Visit._meta.get_field(name)
    return str(field.verbose_name)


def _check(check: dict[str, Any]) -> str:
    """Return in words whether the parts add up to the whole where all of them were recorded."""
    names = {name: _label(name) for name in (check["whole"], *check["parts"])}
    words = {"whole": names[check["whole"]], "parts": " + ".join(names[part] for part in check["parts"])}
    found = check["found"]
    if not found["visits"]:
        return (
            _("In no visit were all of “%(whole)s” and “%(parts)s” recorded, so their sum cannot be checked.") % words
        )
    words |= {
        "visits": number(found["visits"]),
        "whole_sum": number(found["whole"]),
        "parts_sum": number(found["parts"]),
        "open": number(found["open"]),
    }
    if not found["open"]:
        return (
            _(
                "In the %(visits)s visits where all were recorded, “%(whole)s” (%(whole_sum)s) = %(parts)s: "
                "the sum closes."
            )
            % words
        )
    return (
        _(
            "In the %(visits)s visits where all were recorded, “%(whole)s” comes to %(whole_sum)s and %(parts)s to "
            "%(parts_sum)s. The sum does not close in %(open)s of these visits; the numbers are printed as recorded."
        )
        % words
    )


def _delays(book: Book) -> str:
    delays = book.content["access"]["delays"]
    if not delays["visits"]:
        return _("No delay was recorded.")
    if not delays["recorded"]:
        return _("Delayed visits: %(visits)s. How long they were delayed was not recorded.") % {
            "visits": number(delays["visits"])
        }
    return _(
        "Delayed visits: %(visits)s. Delays of which the length was recorded: %(recorded)s; half "
        "of them were of %(median)s minutes or less, the longest of %(longest)s minutes."
    ) % {key: number(delays[key]) for key in ("visits", "recorded", "median", "longest")}


def _by_kind(book: Book) -> Table:
    found = book.content["access"]["by_kind"]
    whole = sum(found.values())
    labels = [(kind.value, str(kind.label).capitalize()) for kind in Visit.Access] + [("", _("Not recorded"))]
    return book.table(
        "access-by-kind",
        _("Attempts by access"),
        (_("Access"), _("Attempts"), _("Share")),
        [(label, found.get(value, 0), share(found.get(value, 0), whole)) for value, label in labels],
        total=(_("All attempts"), whole, share(whole, whole)),
    )


def _by_setting(book: Book) -> Table:
    found = {(row[0], row[1]): row[2] for row in book.content["access"]["by_setting"]}
    return _problems(
        book, "access-problems-by-setting", _("Problems of access by setting"), _("Setting"), book.settings, found
    )


def _by_reason(book: Book) -> Table:
    found = {(row[0], row[1]): row[2] for row in book.content["access"]["by_reason"]}
    reasons = {reason.value: str(reason.label).capitalize() for reason in Visit.AccessReason} | {"": _("Not recorded")}
    return _problems(
        book, "access-problems-by-reason", _("Problems of access by the reason given"), _("Reason"), reasons, found
    )


def _problems(
    book: Book, key: str, caption: str, what: str, labels: dict[str, str], found: dict[tuple[str, str], int]
) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for value, label in labels.items():
        cells = [found.get((value, kind), 0) for kind in Visit.ACCESS_PROBLEMS]
        if sum(cells):
            rows.append((label, *cells, sum(cells)))
    columns = [
        sum(n for (_value, found_kind), n in found.items() if found_kind == kind) for kind in Visit.ACCESS_PROBLEMS
    ]
    return book.table(
        key,
        caption,
        (what, *(str(kind.label).capitalize() for kind in Visit.ACCESS_PROBLEMS), _("All")),
        rows,
        total=(_("All"), *columns, sum(columns)),
    )
