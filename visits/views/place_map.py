"""The places on a grid, beside the list of them: the same filters, the same pages."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal.paging import BY_NAME, paginate
from visits.forms.filters import PlaceFilter
from visits.models import Place
from visits.place_map import MOST_POINTS, draw


@require_safe
@desk_page()
def place_map(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    filters = PlaceFilter(request.GET, mechanism=mechanism)
    places = filters.apply(Place.objects.visible_to(request.user).filter(mechanism=mechanism))
    with_position = places.filter(latitude__isnull=False)
    page = paginate(request, with_position.for_list(), BY_NAME)
    columns = ("pk", "latitude", "longitude", "name", "closed_on")
    rows = with_position.order_by("name", "id").values_list(*columns)[: MOST_POINTS + 1]
    positions = [(pk, float(north), float(east), name, closed is not None) for pk, north, east, name, closed in rows]
    context = {
        "page": page,
        "picture": draw(positions, [place.pk for place in page.rows]),
        "filters": filters,
        "has_errors": bool(filters.errors),
        "active": list(filters.active(request.GET)),
        "count": with_position.count(),
        "without": places.filter(latitude=None).count(),
    }
    return TemplateResponse(request, "visits/place_map.html", context)
