"""The list of places visited: by jurisdiction and setting, in tables that readers and WeasyPrint can bear."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from reports.document.book import Book, Chapter, number, short_month
from reports.document.tables import Table

ROWS_IN_A_TABLE = 500


@dataclass(frozen=True)
class Part:
    """The places of one jurisdiction: a heading and a table (or several) for each setting."""

    key: str
    title: str
    tables: tuple[Table, ...]


def places(book: Book) -> Chapter:
    """Return the chapter with the list. Restricted visits are counted in words and their places are not named."""
    found = book.content["places"]
    parts = tuple(
        Part(f"places-{slug}", book.jurisdictions[slug], tuple(_tables(book, slug, list(rows))))
        for slug, rows in groupby(found["listed"], key=lambda place: place["jurisdiction"])
    )
    words = [
        _(
            "Places listed: %(places)s. Visits to them: %(visits)s. The last column gives the months "
            "of the first and the last visit."
        )
        % {"places": number(len(found["listed"])), "visits": number(found["visits_listed"])},
        _("A place whose setting changed during the year stands under both settings."),
    ]
    if found["visits_not_listed"]:
        words.append(
            _(
                "Restricted visits: %(visits)s. They count in the figures of this report; their places are "
                "not named here."
            )
            % {"visits": number(found["visits_not_listed"])}
        )
    return Chapter("places", _("Places visited"), "reports/annual/places.html", {"parts": parts, "words": words})


def _tables(book: Book, jurisdiction: str, rows: list[dict[str, Any]]) -> list[Table]:
    tables = []
    for setting, group in groupby(rows, key=lambda place: place["setting"]):
        places = list(group)
        for start in range(0, len(places), ROWS_IN_A_TABLE):
            piece = places[start : start + ROWS_IN_A_TABLE]
            tables.append(_table(book, jurisdiction, setting, piece, start, len(places)))
    return tables


def _table(book: Book, jurisdiction: str, setting: str, places: list[dict[str, Any]], start: int, whole: int) -> Table:
    caption = f"{book.jurisdictions[jurisdiction]}: {book.settings[setting]}"
    key = f"places-{jurisdiction}-{setting}"
    if whole > ROWS_IN_A_TABLE:
        caption += f" ({number(start + 1)}–{number(start + len(places))})"
        key += f"-{start // ROWS_IN_A_TABLE + 1}"
    return book.table(
        key,
        caption,
        (_("Place"), _("Visits"), _("Visited by"), _("Months")),
        [(_name(p), p["visits"], ", ".join(book.abbreviation(b) for b in p["bodies"]), _months(p)) for p in places],
        has_words=True,
    )


def _name(place: dict[str, Any]) -> str:
    return f"{place['part_of']}: {place['name']}" if place["part_of"] else str(place["name"])


def _months(place: dict[str, Any]) -> str:
    first, last = short_month(place["first"]), short_month(place["last"])
    return first if first == last else f"{first} – {last}"
