"""Keyset paging: the last page of a million rows costs as much as the first (design section 6).

The address carries where the reader is as the sort key of a row (``?after=2024-05-14_<uuid>``), not as a page number,
so the database walks its index from there. A bad key shows the first page and says so.
"""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SIZES = (10, 20, 50, 100)
DEFAULT_SIZE = 20
DEAREST_COUNT = 1_800  # in the planner’s units: some ten milliseconds
OWN_PARAMETERS = ("after", "before", "page")


@dataclass(frozen=True)
class Keyset:
    """An order of rows: a leading field and the id, both ascending or both descending."""

    leading: str
    read: Callable[[str], Any]
    is_descending: bool = False

    def order(self, *, backwards: bool) -> list[str]:
        """Return the fields to order by, from the first row to the last or ``backwards``."""
        sign = "-" if self.is_descending != backwards else ""
        return [f"{sign}{self.leading}", f"{sign}id"]

    def beyond(self, key: tuple[Any, uuid.UUID], *, backwards: bool) -> Q:
        """Return the condition for rows after ``key`` (or before it), written so that an index can serve it."""
        leading, identifier = key
        side = "lt" if self.is_descending != backwards else "gt"
        return Q(**{f"{self.leading}__{side}e": leading}) & (
            Q(**{f"{self.leading}__{side}": leading}) | Q(**{f"id__{side}": identifier})
        )

    def key_of(self, row: Any) -> str:
        """Return the place of ``row`` in the order as it stands in addresses."""
        leading = getattr(row, self.leading)
        return f"{leading.isoformat() if isinstance(leading, date) else leading}_{row.pk}"

    def parse(self, text: str) -> tuple[Any, uuid.UUID]:
        """Return the place in the order that ``text`` names. Raises ValueError for anything else."""
        leading, separator, identifier = text.rpartition("_")
        if not separator or "\x00" in text:
            raise ValueError("A place in a list is written <sort key>_<id>.")
        return self.read(leading), uuid.UUID(identifier)


def read_moment(text: str) -> datetime:
    """Return the moment that an address names. ValueError for anything else, and for one the database cannot hold."""
    moment = datetime.fromisoformat(text.replace(" ", "+"))
    if moment.tzinfo is None or not 1 < moment.year < 9999:
        raise ValueError("A moment in an address has its time zone, and lies in a year that can be.")
    return moment.astimezone(UTC)  # PostgreSQL knows no zone sixteen hours from Greenwich


NEWEST_FIRST = Keyset("starts_on", date.fromisoformat, is_descending=True)
BY_NAME = Keyset("name", str)


@dataclass(frozen=True)
class PageSize:
    """One choice of how many rows to show."""

    number: int
    url: str
    is_chosen: bool


@dataclass
class Page:
    """The rows to show and the addresses of the pages around them; None where there is no such page."""

    rows: list[Any]
    size: int
    first_url: str | None = None
    previous_url: str | None = None
    next_url: str | None = None
    last_url: str | None = None
    sizes: list[PageSize] = field(default_factory=list)
    problem: str | Promise = ""

    @property
    def is_only(self) -> bool:
        """Whether every row is on this page."""
        return not (self.previous_url or self.next_url)


def paginate(request: HttpRequest, rows: QuerySet[Any], keyset: Keyset) -> Page:
    """Return the page of ``rows`` that the address asks for, in one query (two where it names a place beyond the end).

    ``rows`` may have any order: the key's replaces it. Filters in the address stay in the addresses of the other pages.
    """
    parameters, size = request.GET, _size(request.GET)
    text, backwards = _place(parameters)
    problem: str | Promise = ""
    key = None
    if text:
        try:
            key = keyset.parse(text)
        except ValueError:
            backwards, problem = False, _("The address of that page could not be read: this is the first page.")
    found = _fetch(rows, keyset, key, size, backwards=backwards)
    if key and not backwards and not found:
        key, backwards = None, True
        found = _fetch(rows, keyset, None, size, backwards=True)
    if key and backwards and len(found) <= size:
        key, backwards = None, False
        found = _fetch(rows, keyset, None, size, backwards=False)
    return _page(parameters, keyset, key, found, size, backwards=backwards, problem=problem)


def cheap_count(rows: QuerySet[Any], cap: int = 1_000) -> tuple[int, bool] | None:
    """Return how many ``rows`` there are, up to ``cap``, and whether there are more; None where counting takes long.

    PostgreSQL's own estimate decides: the count of a list must never cost more than the list.
    """
    counted = rows.order_by().values_list("pk", flat=True)[: cap + 1]
    if not rows.query.is_empty() and _estimated_cost(counted) > DEAREST_COUNT:
        return None
    return capped_count(rows, cap)


def _estimated_cost(rows: QuerySet[Any]) -> float:
    """Return what PostgreSQL expects ``rows`` to cost: the second figure of “(cost=0.42..8.45 rows=…”."""
    found = re.search(r"cost=[\d.]+?\.\.([\d.]+) ", rows.explain())
    return float(found[1]) if found else 0.0


def capped_count(rows: QuerySet[Any], cap: int = 10_000) -> tuple[int, bool]:
    """Return how many ``rows`` there are, counted no further than ``cap``, and whether there are more."""
    found = rows.order_by()[: cap + 1].count()
    return min(found, cap), found > cap


def _size(parameters: QueryDict) -> int:
    text = parameters.get("size", "")
    return int(text) if text in {str(size) for size in SIZES} else DEFAULT_SIZE


def _place(parameters: QueryDict) -> tuple[str, bool]:
    if after := parameters.get("after"):
        return after, False
    if before := parameters.get("before"):
        return before, True
    return "", parameters.get("page") == "last"


def _fetch(rows: QuerySet[Any], keyset: Keyset, key: Any, size: int, *, backwards: bool) -> list[Any]:
    """Find the keys first, then the rows: the first step can stay inside a covering index, whatever the rows hold."""
    if key:
        rows = rows.filter(keyset.beyond(key, backwards=backwards))
    ordered = rows.order_by(*keyset.order(backwards=backwards))
    identifiers = list(ordered.values_list("pk", flat=True)[: size + 1])
    found = {row.pk: row for row in rows.order_by().filter(pk__in=identifiers)} if identifiers else {}
    return [found[identifier] for identifier in identifiers if identifier in found]


def _page(
    parameters: QueryDict,
    keyset: Keyset,
    key: Any,
    found: list[Any],
    size: int,
    *,
    backwards: bool,
    problem: str | Promise,
) -> Page:
    has_more = len(found) > size
    shown = found[:size][::-1] if backwards else found[:size]
    earlier, later = (has_more, bool(key)) if backwards else (bool(key), has_more)
    page = Page(shown, size, problem=problem, sizes=_sizes(parameters, size))
    if earlier and shown:
        page.first_url, page.previous_url = _url(parameters), _url(parameters, before=keyset.key_of(shown[0]))
    if later and shown:
        page.next_url, page.last_url = _url(parameters, after=keyset.key_of(shown[-1])), _url(parameters, page="last")
    return page


def _sizes(parameters: QueryDict, chosen: int) -> list[PageSize]:
    return [PageSize(size, _url(parameters, size=str(size)), size == chosen) for size in SIZES]


def _url(parameters: QueryDict, **changes: str) -> str:
    """Return the query string with the place in the list replaced and everything else kept."""
    changed = parameters.copy()
    for name in (*OWN_PARAMETERS, *changes):
        changed.pop(name, None)
    changed.update(changes)
    return f"?{changed.urlencode()}"
