from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal import audit
from npmportal.access import LOG_VISITS, VIEW_SUBMITTED_VISITS, VIEW_VISITS
from npmportal.paging import NEWEST_FIRST, cheap_count, paginate
from visits.forms.filters import VisitFilter
from visits.models import Visit
from visits.models.body_names import BodyNames
from visits.views import csv_of_visits
from visits.views.rows import rows_of


@desk_page(needs=VIEW_SUBMITTED_VISITS, on_a_body=VIEW_VISITS)
def visit_list(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    names = BodyNames(mechanism)
    filters = VisitFilter(request.GET, user=request.user, mechanism=mechanism, names=names)
    visits = filters.apply(Visit.objects.visible_to(request.user).filter(mechanism=mechanism))
    page = paginate(request, visits.for_list(), NEWEST_FIRST)
    context = {
        "page": page,
        "rows": rows_of(page.rows, names),
        "filters": filters,
        "has_errors": bool(filters.errors),
        "active": list(filters.active(request.GET)),
        "count": cheap_count(visits),
        "may_log": mechanism.bodies.filter(pk__in=request.grants.on(LOG_VISITS)).exists(),  # type: ignore[attr-defined]
        "query": request.GET.urlencode(),
    }
    return TemplateResponse(request, "visits/visit_list.html", context)


@desk_page(needs=VIEW_SUBMITTED_VISITS, on_a_body=VIEW_VISITS)
def visits_csv(request: HttpRequest, mechanism: Mechanism) -> HttpResponseBase:
    names = BodyNames(mechanism)
    filters = VisitFilter(request.GET, user=request.user, mechanism=mechanism, names=names)
    visits = filters.apply(Visit.objects.visible_to(request.user).filter(mechanism=mechanism))
    audit.record(
        "visits.exported",
        by=request.user,
        mechanism=mechanism,
        records=visits.order_by().count(),
        filters=sorted(name for name in filters.fields if filters.cleaned_data.get(name)),
    )
    return csv_of_visits.response(visits, names)
