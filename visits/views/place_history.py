"""The page of what a place was: its names, operators and capacities, its codes, and what it came from and became."""

from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal.access import LOG_VISITS, grants_of
from visits import actions
from visits.models import Place, PlaceMerge, PlaceSuccession
from visits.models.body_names import BodyNames
from visits.views.scope import fetch_place


@require_safe
@desk_page()
def place_history(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    place = fetch_place(request, mechanism, pk)
    links = PlaceSuccession.objects.filter(Q(predecessor=place) | Q(successor=place))
    context = {
        "place": place,
        "may_keep": actions.may_keep_places(request.user, mechanism),
        "may_log": mechanism.pk in grants_of(request.user).mechanisms(LOG_VISITS),
        "names": list(place.names.select_related("source").latest_first()),
        "operators": list(place.operators.select_related("source", "authority").latest_first()),
        "capacities": list(place.capacities.select_related("source").latest_first()),
        "codes": _codes(place, mechanism),
        "successions": list(links.select_related("predecessor", "successor", "source")),
        "merges": list(PlaceMerge.objects.filter(kept=place, undone_at=None).select_related("duplicate", "by")),
    }
    return TemplateResponse(request, "visits/place_history.html", context)


def _codes(place: Place, mechanism: Mechanism) -> list[Any]:
    """Return the codes of ``place``, each with whose it is (`whose`): a body by its name of today, or official."""
    codes = list(place.codes.select_related("body").order_by("body__position", "code"))
    names, today = BodyNames(mechanism), date.today()
    for code in codes:
        name = names.on(code.body_id, today) if code.body_id else None
        code.whose = name.abbreviation if name else _("official")  # type: ignore[attr-defined]
    return codes
