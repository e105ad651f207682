"""What all chapters need: names in the report's language, numbered tables, sections, shares and months."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from members.models import MemberBody
from members.models.bilingual import in_language
from reports.document.charts import BarChart, ColumnChart
from reports.document.tables import Cell, Row, Table

LONG_DAY = "j F Y"


@dataclass(frozen=True)
class Section:
    """A part of a chapter: a heading, what to know in words, perhaps a chart, and its table."""

    key: str
    title: str
    paragraphs: tuple[str, ...] = ()
    chart: BarChart | ColumnChart | None = None
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Chapter:
    key: str
    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    is_wide: bool = False


class Book:
    """A snapshot opened for reading in the active language."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        self.totals = content["visits"]["totals"]
        self.tables: list[Table] = []
        self._bodies = {body["slug"]: body for body in content["bodies"]}
        self.settings = {item["slug"]: self._name(item) for item in content["settings"]}
        self.jurisdictions = {item["slug"]: self._name(item) for item in content["jurisdictions"]}

    @property
    def npm(self) -> str:
        return self._name(self.content["mechanism"])

    @property
    def country(self) -> str:
        country = self.content["mechanism"]["country"]
        return in_language(country["en"], country["nl"])

    @property
    def about(self) -> list[str]:
        about = self.content["mechanism"]["about"]
        return [part.strip() for part in in_language(about["en"], about["nl"]).split("\n\n") if part.strip()]

    @property
    def year_label(self) -> str:
        return self.content["year"]["label"].replace("-", "–")

    @property
    def period(self) -> str:
        year = self.content["year"]
        return _("%(first)s to %(last)s") % {"first": day(year["first_day"]), "last": day(year["last_day"])}

    @property
    def last_day(self) -> str:
        return day(self.content["year"]["last_day"])

    @property
    def title(self) -> str:
        return _("%(npm)s: annual report %(year)s") % {"npm": self.npm, "year": self.year_label}

    @property
    def is_invented(self) -> bool:
        return bool(self.totals["invented"])

    @property
    def members(self) -> list[dict[str, Any]]:
        """The bodies that were members on the year's last day."""
        return [body for body in self.content["bodies"] if body["standing"]]

    def body(self, slug: str) -> str:
        return self._name(self._bodies[slug])

    def abbreviation(self, slug: str) -> str:
        return str(self._bodies[slug]["abbreviation"])

    def kind_of(self, slug: str) -> str:
        return str(MemberBody.Kind(self._bodies[slug]["kind"]).label)

    def table(
        self,
        key: str,
        caption: str,
        head: tuple[str, ...],
        rows: list[tuple[Cell, ...]],
        *,
        total: tuple[Cell, ...] | None = None,
        notes: tuple[str, ...] = (),
        has_words: bool = False,
    ) -> Table:
        """Return the next numbered table and remember it for the files that travel inside the PDF."""
        lines = [Row(cells) for cells in rows] + ([Row(total, is_total=True)] if total else [])
        table = Table(len(self.tables) + 1, key, caption, head, tuple(lines), notes, has_words)
        self.tables.append(table)
        return table

    @staticmethod
    def _name(item: dict[str, Any]) -> str:
        return in_language(item["name"]["en"], item["name"]["nl"])


def day(iso: str) -> str:
    """Return a day with its month in full: “31 March 2025”."""
    return date_format(date.fromisoformat(iso), LONG_DAY)


def month(iso: str) -> str:
    """Return “2024-04” as “April 2024” in the reader's language."""
    return date_format(date.fromisoformat(f"{iso}-01"), "F Y")


def short_month(iso: str) -> str:
    # Dutch writes months without a capital, which Django's “M” gives them in every language.
    return date_format(date.fromisoformat(f"{iso}-01"), pgettext("date format: short month and year", "M Y"))


def number(value: int) -> str:
    """Return a number as the reader writes it: 1,204 or 1.204."""
    return str(number_format(value, force_grouping=True))


def share(part: int, whole: int) -> str:
    """Return a whole percentage, halves rounded up as people do; “<1%” for less that is not nothing, “–” of nothing."""
    if not whole:
        return "–"
    percent = (200 * part + whole) // (2 * whole)
    if part and not percent:
        return "<1%"
    if percent == 100 and part != whole:
        return ">99%"
    return f"{percent}%"


def counted(pairs: list[list[Any]], *, by: int) -> dict[Any, int]:
    """Return the sum of the last column of ``pairs`` for each value of the column ``by``."""
    sums: dict[Any, int] = {}
    for row in pairs:
        sums[row[by]] = sums.get(row[by], 0) + row[-1]
    return sums
