"""The yearly programme of a body: what was meant, what is planned, what was done."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.models import Mechanism, MemberBody
from members.views.scope import desk_page
from npmportal.access import MANAGE_BODY_PEOPLE, VIEW_VISITS, can
from visits.actions import programmes as actions
from visits.forms.plan import bodies_with
from visits.forms.programme import TargetChangeForm, TargetForm
from visits.models import ProgrammeTarget
from visits.programme_figures import figures_of
from visits.views.plan_parts import plan_page
from visits.views.scope import asks_and_acts, typed

YEARS_BACK, YEARS_AHEAD = 3, 2


@require_safe
@plan_page
def programme(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    bodies = bodies_with(request.user, mechanism, VIEW_VISITS)
    body = _asked(request, bodies)
    start = _asked_year(request, mechanism)
    context = {
        "bodies": bodies,
        "body": body,
        "start": start,
        "years": [(first, _label(mechanism, first)) for first in _years(mechanism)],
        "year": _label(mechanism, start),
        "rows": figures_of(body, start, request.user),
        "may_set": can(request.user, MANAGE_BODY_PEOPLE, body),
    }
    return TemplateResponse(request, "visits/programme.html", context)


@asks_and_acts
@desk_page(on_a_body=MANAGE_BODY_PEOPLE)
def programme_add(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    body = _asked(request, bodies_with(request.user, mechanism, MANAGE_BODY_PEOPLE))
    start = _asked_year(request, mechanism)
    target = ProgrammeTarget(year_starts_on=start)
    form = TargetForm(typed(request), instance=target, mechanism=mechanism, body=body)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_target(target=form.instance, by=request.user)  # type: ignore[arg-type]
        except actions.TargetRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The line is added to the programme."))
            return redirect(_address(mechanism, body, start))
    return _page(request, mechanism, form, body, start, title=_("Add a line to the programme"))


@asks_and_acts
@plan_page
def programme_change(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    rows = ProgrammeTarget.objects.visible_to(request.user).filter(body__mechanism=mechanism)
    target = get_object_or_404(rows.select_related("body", "setting", "jurisdiction"), pk=pk)
    if not can(request.user, MANAGE_BODY_PEOPLE, target.body):
        raise PermissionDenied
    form = TargetChangeForm(typed(request), instance=target)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            actions.change_target(target=form.instance, expected_version=version, by=request.user)  # type: ignore[arg-type]
        except actions.TargetRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The line is changed."))
            return redirect(_address(mechanism, target.body, target.year_starts_on))
    words = {"title": _("Change a line of the programme"), "line": target}
    return _page(request, mechanism, form, target.body, target.year_starts_on, **words)


def _page(
    request: HttpRequest, mechanism: Mechanism, form: Any, body: MemberBody, start: date, **words: Any
) -> HttpResponse:
    context = {"form": form, "body": body, "year": _label(mechanism, start), **words}
    context["back_url"] = _address(mechanism, body, start)
    return TemplateResponse(request, "visits/programme_form.html", context)


def _asked(request: HttpRequest, bodies: list[MemberBody]) -> MemberBody:
    """Return the body the address asks for among ``bodies``, the first where it asks for none of them; 404 of none."""
    if not bodies:
        raise Http404
    wanted = request.GET.get("body", "")
    return next((body for body in bodies if body.slug == wanted), bodies[0])


def _asked_year(request: HttpRequest, mechanism: Mechanism) -> date:
    """Return the first day of the reporting year the address asks for, of the present one where it asks for none."""
    wanted = request.GET.get("year", "")
    present = mechanism.reporting_year_of(date.today())[0]
    return next((start for start in _years(mechanism) if str(start.year) == wanted), present)


def _years(mechanism: Mechanism) -> list[date]:
    """Return the first days of the reporting years to choose from."""
    present = mechanism.reporting_year_of(date.today())[0]
    return [present.replace(year=present.year + n) for n in range(-YEARS_BACK, YEARS_AHEAD + 1)]


def _label(mechanism: Mechanism, start: date) -> str:
    """Return what the year is called: 2025, or 2025-26 where it begins within a year."""
    return (
        str(start.year) if mechanism.reporting_year_starts_month == 1 else f"{start.year}-{(start.year + 1) % 100:02}"
    )


def _address(mechanism: Mechanism, body: MemberBody, start: date) -> str:
    return f"{reverse('visits:programme', kwargs={'npm': mechanism.slug})}?body={body.slug}&year={start.year}"
