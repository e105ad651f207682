"""What the pages of the register and of the coverage share."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse


def sources_of(sources: Iterable[Any]) -> list[Any]:
    """Return each source once, by title."""
    return sorted({source.title: source for source in sources}.values(), key=lambda source: source.title.casefold())


def earliest_day(*facts: Any) -> Any:
    """Return the first day of which something is recorded; the page says it where a day has nothing."""
    firsts = [queryset.in_use().order_by("starts_on").values_list("starts_on", flat=True).first() for queryset in facts]
    return min((first for first in firsts if first), default=None)


def bad_day(sentence: str) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=400, content_type="text/plain; charset=utf-8")
