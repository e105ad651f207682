"""Which places should have been visited by now, and the rules that say so, with their criteria."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal import audit
from npmportal.access import MANAGE_BODY_PEOPLE, REVIEW_VISITS
from npmportal.csv_files import csv_response
from visits.actions import visit_intervals as actions
from visits.actions.versions import may_keep
from visits.forms.overdue import IntervalEndForm, OverdueFilter
from visits.forms.visit_interval import VisitIntervalForm
from visits.models import Place, VisitInterval
from visits.models.body_names import BodyNames
from visits.overdue import overdue
from visits.views.scope import asks_and_acts, knows_of_visits, typed

SHOWN = 50


@require_safe
@knows_of_visits
def place_overdue(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    filters = OverdueFilter(request.GET, user=request.user, mechanism=mechanism)
    found, with_rule = overdue(mechanism, request.user, **filters.asked())
    settings, where = _names(mechanism)
    context = {
        "filters": filters,
        "has_errors": bool(filters.errors),
        "active": len(list(filters.active(request.GET))),
        "found": [(one, settings[one.place.setting_id], where[one.place.jurisdiction_id]) for one in found[:SHOWN]],
        "count": len(found),
        "with_rule": with_rule,
        "shown": SHOWN,
        "on": filters.asked()["on"],
        "query": request.GET.urlencode(),
        "may_set": actions.may_set_some(request.user, mechanism),
    }
    return TemplateResponse(request, "visits/place_overdue.html", context)


@require_safe
@knows_of_visits
def place_overdue_csv(request: HttpRequest, mechanism: Mechanism) -> HttpResponseBase:
    filters = OverdueFilter(request.GET, user=request.user, mechanism=mechanism)
    asked = filters.asked()
    found, _with_rule = overdue(mechanism, request.user, **asked)
    bodies = [asked["body"].pk] if asked.get("body") else []
    audit.record("visits_overdue.downloaded", by=request.user, mechanism=mechanism, bodies=bodies, rows=len(found))
    settings, where = _names(mechanism)
    header = [_("Place"), _("Setting"), _("Jurisdiction"), _("Priority"), _("Last visit"), _("Due by"), _("Days late")]
    header += [_("Months between visits"), _("Criterion"), _("Reason")]
    rows = [
        [
            one.place.name,
            settings[one.place.setting_id],
            where[one.place.jurisdiction_id],
            str(one.rule.get_priority_display()),
            one.last_on,
            one.due_on,
            one.days_late,
            one.rule.months,
            str(one.rule.get_criterion_display()),
            one.rule.reason,
        ]
        for one in found
    ]
    return csv_response(f"visits-overdue-{mechanism.slug}-{asked['on'].isoformat()}.csv", header, rows)


@require_safe
@knows_of_visits
def interval_list(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    rules = VisitInterval.objects.visible_to(request.user).filter(mechanism=mechanism)
    rules = rules.select_related("setting", "place", "body").order_by("-ends_on", "priority", "-starts_on", "-pk")
    names = BodyNames(mechanism)
    rows = list(rules[: 10 * SHOWN])
    for rule in rows:
        name = names.on(rule.body_id, rule.starts_on) if rule.body_id else None
        rule.whose = name.abbreviation if name else ""
        rule.may_end = rule.ends_on is None and may_keep(request.user, mechanism, rule.body)
    context = {"rules": rows, "may_set": actions.may_set_some(request.user, mechanism)}
    return TemplateResponse(request, "visits/interval_list.html", context)


@asks_and_acts
@desk_page(needs=REVIEW_VISITS, on_a_body=MANAGE_BODY_PEOPLE)
def interval_add(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    places = Place.objects.visible_to(request.user).filter(mechanism=mechanism)
    place = places.with_id(request.GET.get("place")).first()
    form = VisitIntervalForm(typed(request), user=request.user, mechanism=mechanism, place=place)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_interval(interval=form.instance, by=request.user)  # type: ignore[arg-type]
        except actions.IntervalRefused as refused:
            form.add_error("starts_on", str(refused))
        else:
            messages.success(request, _("The rule has been set."))
            return redirect("visits:interval_list", npm=mechanism.slug)
    lead = _("The criteria for choosing places are written down, as the SPT asks: type, size, known problems.")
    return _page(request, mechanism, form, title=_("Set how often"), lead=lead, place=place)


@asks_and_acts
@desk_page(needs=REVIEW_VISITS, on_a_body=MANAGE_BODY_PEOPLE)
def interval_end(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    rules = VisitInterval.objects.visible_to(request.user).filter(mechanism=mechanism).select_related("body", "place")
    rule = get_object_or_404(rules, pk=pk)
    if not may_keep(request.user, mechanism, rule.body):
        raise PermissionDenied
    form = IntervalEndForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_interval(interval=rule, ends_on=form.cleaned_data["ends_on"], by=request.user)  # type: ignore[arg-type]
        except actions.IntervalRefused as refused:
            form.add_error("ends_on", str(refused))
        else:
            messages.success(request, _("The rule has been ended."))
            return redirect("visits:interval_list", npm=mechanism.slug)
    return _page(request, mechanism, form, title=_("End a rule"), lead=rule.reason, place=rule.place)


def _names(mechanism: Mechanism) -> tuple[dict[int, str], dict[int, str]]:
    """Return the names of the settings and of the jurisdictions."""
    kinds: tuple[Any, ...] = (mechanism.settings.all(), mechanism.jurisdictions.all())
    settings, where = ({row.pk: row.name for row in rows} for rows in kinds)
    return settings, where


def _page(request: HttpRequest, mechanism: Mechanism, form: Any, **words: Any) -> HttpResponse:
    cancel_url = reverse("visits:interval_list", kwargs={"npm": mechanism.slug})
    return TemplateResponse(
        request, "visits/place_act.html", {"form": form, "cancel_url": cancel_url, "button": _("Save"), **words}
    )
