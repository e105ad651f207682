"""The page of a place: its facts as at a day, its units and history, and every visit the reader may know of."""

from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.concerns import decisions_and_tasks_of
from members.models import Mechanism
from members.views.asked_day import asked_day
from members.views.scope import desk_page
from npmportal.access import LOG_VISITS, grants_of
from npmportal.paging import NEWEST_FIRST, paginate
from visits import actions
from visits.actions.visit_intervals import may_set_some
from visits.field_table import reader_of
from visits.models import OperatorPeriod, Place, PlaceMerge, PlaceSuccession, Visit
from visits.models.body_names import BodyNames
from visits.models.place_facts import name_of_place_on
from visits.place_visits import last_visit, last_visits_by_layer, may_know_of_visits, monitors_of, with_last_visit
from visits.views.rows import bodies_of, rows_of
from visits.visit_intervals import IntervalRules, due


@require_safe
@desk_page()
def place_detail(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponseBase:
    places = Place.objects.visible_to(request.user).filter(mechanism=mechanism)
    found = places.select_related("setting", "jurisdiction", "parent", "mechanism").filter(pk=pk).first()
    if found is None:
        return _merged(request, mechanism, pk)
    day, names = asked_day(request), BodyNames(mechanism)
    context = {
        "place": found,
        "on": day.on,
        "on_error": day.error,
        "may_keep": actions.may_keep_places(request.user, mechanism),
        "may_log": mechanism.pk in grants_of(request.user).mechanisms(LOG_VISITS),
        "about": decisions_and_tasks_of(found, request.user),
        **_facts(found, day.on, names),
        **_visits(request, mechanism, found, day.on, names),
    }
    return TemplateResponse(request, "visits/place_detail.html", context)


def _merged(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponseBase:
    """Send the reader of a record that was merged into another to that one; 404 for what never was there."""
    kept = Place.objects.visible_to(request.user).filter(mechanism=mechanism, merged_records=pk)
    return redirect("visits:place_detail", npm=mechanism.slug, pk=get_object_or_404(kept).pk)


def _facts(place: Place, on: date, body_names: BodyNames) -> dict[str, Any]:
    """Return the dated facts of ``place``: all for the history, and those of the day ``on``."""
    names = list(place.names.select_related("source").latest_first())
    operators = list(place.operators.select_related("source", "authority__parent").latest_first())
    capacities = list(place.capacities.select_related("source").latest_first())
    held = [period for period in operators if period.is_used and period.holds_on(on)]
    by_role = {period.role: period for period in held}
    codes = list(place.codes.order_by("body__position", "code"))
    for code in codes:
        name = body_names.on(code.body_id, on) if code.body_id else None
        code.whose = name.abbreviation if name else _("official")  # type: ignore[attr-defined]
    links = PlaceSuccession.objects.filter(Q(predecessor=place) | Q(successor=place))
    return {
        "name_then": name_of_place_on([name for name in names if name.is_used], on),
        "operator": by_role.get(OperatorPeriod.Role.OPERATOR),
        "responsible": by_role.get(OperatorPeriod.Role.RESPONSIBLE),
        "capacity_then": next((row for row in capacities if row.is_used and row.holds_on(on)), None),
        "names": names,
        "operators": operators,
        "capacities": capacities,
        "codes": codes,
        "successions": list(links.select_related("predecessor", "successor", "source")),
        "merges": list(PlaceMerge.objects.filter(kept=place, undone_at=None).select_related("duplicate", "by")),
    }


def _visits(request: HttpRequest, mechanism: Mechanism, place: Place, on: date, names: BodyNames) -> dict[str, Any]:
    """Return what the reader may know of the visits: all of them by page, the last one, the last of each layer."""
    user, units = request.user, place.units.filter(merged_into=None).for_list()
    visible = Visit.objects.visible_to(user)
    known = (visible | Visit.objects.known_to(user)).filter(place=place)
    page = paginate(request, known.for_list(), NEWEST_FIRST)
    readable = set(visible.filter(pk__in=[visit.pk for visit in page.rows]).values_list("pk", flat=True))
    found = {
        "page": page,
        "rows": rows_of(page.rows, names, reader_of(user, mechanism), readable),
        "may_know": may_know_of_visits(user, mechanism),
    }
    if not found["may_know"]:
        return found | _monitors(place, list(units), on, names)
    last = last_visit(place, user, on)
    rule = IntervalRules(mechanism, on).rule_for(place)
    return found | {
        **_monitors(place, list(with_last_visit(units, user, on)), on, names),
        "last": last,
        "last_bodies": bodies_of(last, names) if last else [],
        "last_days_ago": (on - last.starts_on).days if last else None,
        "layers": last_visits_by_layer(place, user, on),
        "may_set": may_set_some(user, mechanism),
        "due": due(place, rule, last.starts_on if last else None, on) if rule else None,
    }


def _monitors(place: Place, units: list[Place], on: date, names: BodyNames) -> dict[str, Any]:
    """Return who monitors the place, and its units each with their own monitors."""
    bodies = monitors_of([place, *units], on)
    for unit in units:
        unit.monitors = [name for body in bodies[unit.pk] if (name := names.on(body, on))]  # type: ignore[attr-defined]
    own = [str(name.name) for body in bodies[place.pk] if (name := names.on(body, on))]
    return {"units": units, "monitors": "\n".join(own) or _("Nobody, by the remits in the register")}
