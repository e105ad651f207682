"""The annual report as a document: from a snapshot to HTML by chapters. The same snapshot gives the same text."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format

from reports.document import about, circumstances, places, visits
from reports.document.book import LONG_DAY, Book, Chapter
from reports.document.tables import Table

STYLESHEET = "report.css"

# In the order of the report. Each takes the book and returns its chapter.
CHAPTERS: tuple[Callable[[Book], Chapter], ...] = (
    visits.year_in_figures,
    about.about,
    about.members,
    about.coverage,
    visits.by_body,
    visits.by_setting,
    visits.through_the_year,
    circumstances.access,
    circumstances.interviews,
    places.places,
    about.method,
    about.abbreviations,
)


@dataclass(frozen=True)
class Composed:
    """The whole report as HTML, and its tables, which travel inside the PDF as CSV."""

    html: str
    title: str
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Imprint:
    """What the cover says beside the snapshot: which edition, which language, frozen when, which fingerprint."""

    edition: int
    language: str
    frozen_at: datetime
    sha256: str


def compose(content: dict[str, Any], imprint: Imprint) -> Iterator[str | Composed]:
    """Yield the title of each chapter when it is about to be written, and at last the Composed report."""
    with translation.override(imprint.language):
        book = Book(content)
        context = {"book": book, "imprint": imprint, "frozen_on": date_format(_day(imprint.frozen_at), LONG_DAY)}
    chapters = []
    for number, make in enumerate(CHAPTERS, start=1):
        # Whoever takes the title goes on in their own language, so the report's is left before each is handed out.
        with translation.override(imprint.language):
            chapter = make(book)
        yield chapter.title
        with translation.override(imprint.language):
            html = render_to_string(
                chapter.template, context | chapter.context | {"chapter": chapter, "number": number}
            )
        chapters.append({"chapter": chapter, "number": number, "html": html})
    with translation.override(imprint.language):
        html = render_to_string("reports/annual/report.html", context | {"chapters": chapters})
        whole = Composed(html, book.title, tuple(book.tables))
    yield whole


def _day(moment: datetime) -> datetime:
    return timezone.localtime(moment)
