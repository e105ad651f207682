"""The page of everything that visits to a place found and asked for, as far as the reader may see."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from members.models import Mechanism
from npmportal.paging import NEWEST_FIRST, paginate
from visits.actions import note_looks
from visits.field_table import Reader, reader_of
from visits.forms.finding_filter import FindingFilter
from visits.models import Finding, Place, Visit
from visits.models.body_names import BodyNames
from visits.place_findings import is_open_at_place, newest_findings, visits_with_findings
from visits.views.finding_facts import details_of
from visits.views.rows import bodies_of
from visits.views.scope import fetch_place, knows_of_visits


@require_safe
@knows_of_visits
def place_findings(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    place = fetch_place(request, mechanism, pk)
    filters, reader = FindingFilter(request.GET, mechanism=mechanism), reader_of(request.user, mechanism)
    visits = visits_with_findings(place, request.user, reader, filters.asked())
    visits = visits.select_related("place", "lead_body", "mechanism")
    page, names = paginate(request, visits, NEWEST_FIRST), BodyNames(mechanism)
    note_looks(filter(is_open_at_place, page.rows), request.user)
    context = {
        "place": place,
        "page": page,
        "rows": [(visit, bodies_of(visit, names), _shown(visit)) for visit in page.rows],
        "filters": filters,
        "active": len(list(filters.active(request.GET))),
    }
    return TemplateResponse(request, "visits/place_findings.html", context)


def _shown(visit: Visit) -> list[dict[str, Any]]:
    return [_printed(row) for row in visit.findings.all()] if is_open_at_place(visit) else []


def newest_in_words(place: Place, user: Any, reader: Reader) -> list[dict[str, Any]]:
    """Return the newest findings of ``place`` the reader may see, for the page of the place. One query, or none.

    A reviewer who reads them there has looked at their visits.
    """
    rows = newest_findings(place, user, reader)
    note_looks({row.visit for row in rows}, user)
    return [_printed(row) | {"visit": row.visit} for row in rows]


def _printed(row: Finding) -> dict[str, Any]:
    return {"kind": row.kind, "called": capfirst(row.called), "text": row.text, "details": details_of(row)}
