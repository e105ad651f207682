"""Searching visits and places by their words."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from members.models import Mechanism
from npmportal import audit
from npmportal.access import VIEW_VISITS, grants_of
from npmportal.paging import NEWEST_FIRST, Page, cheap_count, paginate
from visits.actions import note_looks_at
from visits.forms.search import SearchForm
from visits.models import Place, Visit
from visits.models.body_names import BodyNames
from visits.searching.excerpts import are_of_texts, excerpts_of
from visits.searching.words import Search
from visits.views.rows import rows_of
from visits.views.scope import knows_of_visits

PLACES = 10
MOST_COUNTED = 1_000


@require_safe
@knows_of_visits
def search(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    context: dict[str, Any] = {"form": form, "words": words}
    if words:
        context |= _found(request, Search(request.user, mechanism, words))
    return TemplateResponse(request, "visits/search.html", context)


def _found(request: HttpRequest, search: Search) -> dict[str, Any]:
    """Return the visits and places found, and write down that there was a search."""
    names = BodyNames(search.mechanism)
    visits: Any = search.visits
    page = paginate(request, visits.for_list(), NEWEST_FIRST)
    count = (len(page.rows), False) if page.is_only else cheap_count(visits, MOST_COUNTED)
    excerpts = excerpts_of(page.rows, search)
    submitted = {visit.pk for visit in page.rows if visit.state == Visit.State.SUBMITTED}
    if read := [pk for pk in submitted if are_of_texts(excerpts.get(pk, []))]:
        note_looks_at(Visit.objects.filter(pk__in=read), search.user)
    rows = [(row, excerpts.get(row.pk, [])) for row in rows_of(page.rows, names, search.reader)]
    places = Place.objects.visible_to(search.user).filter(mechanism=search.mechanism).named(search.words)
    found = list(places.for_list().order_by("name", "id")[: PLACES + 1])
    write_down_search(search.user, search.mechanism, page, count, len(found))
    return {
        "page": page,
        "rows": rows,
        "count": count,
        "places": found[:PLACES],
        "has_more_places": len(found) > PLACES,
    }


def write_down_search(
    user: Any, mechanism: Mechanism, page: Page, count: tuple[int, bool] | None, places: int = 0
) -> None:
    """Write down that ``user`` searched by words, and how much was found; never for what (security R-53)."""
    number, has_more = count or (len(page.rows), True)
    own = grants_of(user).on(VIEW_VISITS)
    # Of how many visits a body has, drafts among them, nobody else reads.
    audit.record(
        "visits.searched_by_body" if own else "visits.searched",
        by=user,
        mechanism=mechanism,
        bodies=own,
        visits=number,
        more=has_more,
        places=places,
    )
