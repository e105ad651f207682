"""What the pages of the register and of the coverage share."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse

from members.coverage import Matrix


def sources_of(sources: Iterable[Any]) -> list[Any]:
    """Return each source once, by title."""
    return sorted({source.title: source for source in sources}.values(), key=lambda source: source.title.casefold())


def sources_of_matrix(matrix: Matrix) -> list[Any]:
    """Return the sources of the remits and the gaps of a matrix."""
    return sources_of([entry.source for _setting, entry in matrix.entries] + [gap.source for gap in matrix.gaps])


def earliest_day(*facts: Any) -> Any:
    """Return the first day of which something is recorded; the page says it where a day has nothing."""
    firsts = [queryset.in_use().order_by("starts_on").values_list("starts_on", flat=True).first() for queryset in facts]
    return min((first for first in firsts if first), default=None)


def bad_day(sentence: str) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=400, content_type="text/plain; charset=utf-8")
