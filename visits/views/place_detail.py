"""The page of a place: its facts as at a day, its units, and every visit the reader may know of."""

from datetime import date
from typing import Any

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
from visits.models import OperatorPeriod, Place, Visit
from visits.models.body_names import BodyNames
from visits.models.place_facts import name_of_place_on
from visits.models.visit_query import may_open
from visits.place_visits import (
    RemitOver,
    last_of,
    last_visits_by_layer,
    may_know_of_visits,
    monitors_of,
    remits_over,
    with_last_visit,
)
from visits.views.place_findings import newest_in_words
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
        **_facts(found, day.on),
        **_visits(request, mechanism, found, day.on, names),
    }
    return TemplateResponse(request, "visits/place_detail.html", context)


def _merged(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponseBase:
    """Send the reader of a record that was merged into another to that one; 404 for what never was there."""
    kept = Place.objects.visible_to(request.user).filter(mechanism=mechanism, merged_records=pk)
    return redirect("visits:place_detail", npm=mechanism.slug, pk=get_object_or_404(kept).pk)


def _facts(place: Place, on: date) -> dict[str, Any]:
    """Return the dated facts of ``place`` that held on the day ``on``."""
    operators = place.operators.as_at(on).select_related("authority__parent")
    by_role = {period.role: period for period in operators}
    return {
        "name_then": name_of_place_on(place.names.in_use(), on),
        "operator": by_role.get(OperatorPeriod.Role.OPERATOR),
        "responsible": by_role.get(OperatorPeriod.Role.RESPONSIBLE),
        "capacity_then": next(iter(place.capacities.as_at(on)), None),
    }


def _visits(request: HttpRequest, mechanism: Mechanism, place: Place, on: date, names: BodyNames) -> dict[str, Any]:
    """Return what the reader may know of the visits: all of them by page, the last one, the last of each layer."""
    user, units = request.user, place.units.in_register().for_list()
    known = Visit.objects.visible_or_known_to(user).filter(place=place)
    page = paginate(request, known.for_list(), NEWEST_FIRST)
    readable = {visit.pk for visit in page.rows if may_open(visit, user)}
    found = {
        "page": page,
        "rows": rows_of(page.rows, names, reader_of(user, mechanism), readable),
        "may_know": may_know_of_visits(user, mechanism),
    }
    if not found["may_know"]:
        rows = list(units)
        return found | _monitors(place, rows, on, names, remits_over([place, *rows]))
    last = last_of(page, place, user, on)
    found["findings"] = newest_in_words(place, user, reader_of(user, mechanism))
    rule = IntervalRules(mechanism, on).rule_for(place)
    rows = list(with_last_visit(units, user, on))
    remits = remits_over([place, *rows])
    return found | {
        **_monitors(place, rows, on, names, remits),
        "last": last,
        "last_bodies": bodies_of(last, names) if last else [],
        "last_days_ago": (on - last.starts_on).days if last else None,
        "layers": last_visits_by_layer(place, user, on, remits),
        "may_set": may_set_some(user, mechanism),
        "due": due(place, rule, last.starts_on if last else None, on) if rule else None,
    }


def _monitors(place: Place, units: list[Place], on: date, names: BodyNames, remits: list[RemitOver]) -> dict[str, Any]:
    """Return who monitors the place, and its units each with their own monitors."""
    bodies = monitors_of([place, *units], on, remits)
    for unit in units:
        unit.monitors = [name for body in bodies[unit.pk] if (name := names.on(body, on))]  # type: ignore[attr-defined]
    own = [str(name.name) for body in bodies[place.pk] if (name := names.on(body, on))]
    return {"units": units, "monitors": "\n".join(own) or _("Nobody, by the remits in the register")}
