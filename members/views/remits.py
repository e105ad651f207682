"""Keep the cells of the coverage matrix: a new remit, a change from a day, a correction, an end, a removal.

Every form is previewed before it is saved: the act is rehearsed in the database and undone, and the rows of the matrix
are shown before and after. “Save” works only for exactly what was previewed.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members.actions import coverage as actions
from members.actions.coverage_advice import cautions, objections
from members.actions.register_changes import ChangedSince
from members.coverage import Matrix, build_matrix
from members.coverage.compare import Comparison, compare
from members.forms.coverage import EndForm, ReasonForm, RemitForm
from members.founding import lacks_for_a_remit
from members.models import Mechanism, Remit
from members.views.cell import desk_cell_url
from members.views.register_facts import both_shown, reason_and_seal, status_of
from members.views.scope import desk_page
from npmportal.access import MANAGE_MEMBERS

NOT_TYPED = {"csrfmiddlewaretoken", "step", "previewed", "confirmed"}
keeps_register = desk_page(needs=MANAGE_MEMBERS)
asks_and_acts = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Plan:
    """One act that a form asks for: what to do, from which day it shows, and the words of its page."""

    title: str
    lead: str
    done: str
    act: Callable[[], Any]
    day: Callable[[], date]
    advise: Callable[[], list[str]] = list
    remit: Remit | None = None
    build: Callable[..., Any] = RemitForm  # the form anew, from data and `instance=`


@asks_and_acts
@keeps_register
def remit_create(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    asked = request.GET
    start = {
        "setting": asked.get("setting"),
        "jurisdictions": asked.getlist("jurisdiction"),
        "layer": asked.get("layer"),
    }
    form = RemitForm(request.POST or None, mechanism=mechanism, initial=start)
    plan = _plan(
        form,
        title=_("Record a remit"),
        lead=_("Who monitors this setting, where, and since when. What holds the cell now stays as it is."),
        done=_("The remit is recorded."),
        act=lambda: actions.start_remit(given=form.given(), by=request.user),  # type: ignore[arg-type]
    )
    return _page(request, mechanism, form, plan)


@asks_and_acts
@keeps_register
def remit_change(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    remit = _remit(mechanism, pk)
    build = partial(RemitForm, mechanism=mechanism)
    form = build(request.POST or None, instance=remit)
    plan = _plan(
        form,
        build=build,
        title=_("Change from a day"),
        lead=_("Something has changed in the world: the present remit ends, and what you record here takes its place."),
        done=_("The change is recorded."),
        act=lambda: actions.change_remit(
            remit=remit,
            given=form.given(),
            seen=form.cleaned_data["seen"],
            by=request.user,  # type: ignore[arg-type]
        ),
        remit=remit,
    )
    return _page(request, mechanism, form, plan)


@asks_and_acts
@keeps_register
def remit_correct(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    remit = _remit(mechanism, pk)
    build = partial(RemitForm, mechanism=mechanism, is_correction=True)
    form = build(request.POST or None, instance=remit)
    plan = _plan(
        form,
        build=build,
        title=_("Correct a mistake"),
        lead=_(
            "Nothing has changed in the world: the remit was entered wrongly. What stood there stays in the history."
        ),
        done=_("The remit is corrected."),
        act=lambda: actions.correct_remit(
            remit=remit,
            given=form.given(),
            **reason_and_seal(form),
            by=request.user,  # type: ignore[arg-type]
        ),
        remit=remit,
    )
    return _page(request, mechanism, form, plan)


@asks_and_acts
@keeps_register
def remit_end(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    remit = _remit(mechanism, pk)
    form = EndForm(request.POST or None)
    plan = Plan(
        title=_("End on a day"),
        lead=_("Nobody takes the place of the bodies in this cell. If somebody does, change the remit from a day."),
        done=_("The remit has an end."),
        act=lambda: actions.end_remit(
            remit=remit,
            until=form.cleaned_data["until"],
            note=form.cleaned_data["note"],
            by=request.user,  # type: ignore[arg-type]
        ),
        day=lambda: form.cleaned_data["until"].day,
        remit=remit,
    )
    return _page(request, mechanism, form, plan)


@asks_and_acts
@keeps_register
def remit_remove(request: HttpRequest, mechanism: Mechanism, pk: int) -> HttpResponse:
    remit = _remit(mechanism, pk)
    form = ReasonForm(request.POST or None)
    plan = Plan(
        title=_("Remove a mistaken entry"),
        lead=_("The remit never was. If it was true once, end it instead."),
        done=_("The entry is removed; the history keeps it."),
        act=lambda: actions.remove_remit(remit=remit, reason=form.cleaned_data["reason"], by=request.user),  # type: ignore[arg-type]
        day=lambda: remit.starts_on,
        remit=remit,
    )
    return _page(request, mechanism, form, plan)


def _remit(mechanism: Mechanism, pk: int) -> Remit:
    remits = Remit.objects.in_use().filter(setting__mechanism=mechanism).select_related("setting__mechanism", "source")
    return get_object_or_404(remits.prefetch_related("jurisdictions", "parts__body"), pk=pk)


def _plan(form: RemitForm, *, act: Callable[[], Any], remit: Remit | None = None, **more: Any) -> Plan:
    """Return the plan of a whole remit: what speaks against it is said before the database refuses it."""

    def checked() -> None:
        if problems := objections(form.given(), remit):
            raise actions.CoverageError(*problems)
        act()

    return Plan(
        act=checked,
        day=lambda: form.cleaned_data["since"].day,
        advise=lambda: cautions(form.given(), remit),
        remit=remit,
        **more,
    )


# -- Preview and save -------------------------------------------------------------------------------------------------


def _page(request: HttpRequest, mechanism: Mechanism, form: Any, plan: Plan) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "plan": plan, "back": _back(request, mechanism, plan)}
    context["lacks"] = lacks_for_a_remit(mechanism, request.user)
    if request.method == "POST" and form.is_valid():
        try:
            warnings, comparison = _preview(mechanism, form, plan)
            if _may_save(request, warnings):
                with transaction.atomic():
                    plan.act()
                messages.success(request, plan.done)
                return redirect(_afterwards(mechanism, form, plan))
        except ChangedSince as changed:
            context["form"], conflict = both_shown(request, form, changed, plan.build)
            context |= conflict
        except actions.CoverageError as error:
            for sentence in error.sentences:
                form.add_error(None, sentence)
        else:
            context |= {"warnings": warnings, "comparison": comparison, "seal": _seal(request)}
            context["must_confirm"] = bool(warnings) and request.POST.get("step") == "save"
    return TemplateResponse(request, "members/coverage_remit.html", context, status=status_of(context))


def _preview(mechanism: Mechanism, form: Any, plan: Plan) -> tuple[list[str], Comparison]:
    """Return what to look at, and the rows concerned before and after the act, as at the day it takes effect."""
    day = plan.day()
    slugs = {plan.remit.setting.slug} if plan.remit else set()
    slugs |= {form.cleaned_data["setting"].slug} if "setting" in form.cleaned_data else set()
    before = build_matrix(mechanism, day)
    warnings = actions.rehearse(lambda: None, plan.advise)
    after = actions.rehearse(plan.act, lambda: build_matrix(mechanism, day))
    return warnings, compare(_only(before, slugs), _only(after, slugs))


def _only(matrix: Matrix, slugs: set[str]) -> Matrix:
    return replace(matrix, settings=tuple(setting for setting in matrix.settings if setting.slug in slugs))


def _may_save(request: HttpRequest, warnings: list[str]) -> bool:
    """Tell whether this is “Save” for exactly what was previewed, and whether what is odd about it was confirmed."""
    is_previewed = constant_time_compare(request.POST.get("previewed", ""), _seal(request))
    is_confirmed = not warnings or bool(request.POST.get("confirmed"))
    return request.POST.get("step") == "save" and is_previewed and is_confirmed


def _seal(request: HttpRequest) -> str:
    typed = sorted((name, request.POST.getlist(name)) for name in request.POST if name not in NOT_TYPED)
    return salted_hmac("members.remit.previewed", json.dumps([request.path, typed])).hexdigest()


def _back(request: HttpRequest, mechanism: Mechanism, plan: Plan) -> str:
    if plan.remit and (first := plan.remit.jurisdictions.first()):
        return desk_cell_url(mechanism, plan.remit.setting.slug, first.slug, plan.remit.layer, plan.remit.starts_on)
    return ""


def _afterwards(mechanism: Mechanism, form: Any, plan: Plan) -> str:
    if "setting" in form.cleaned_data:
        given = form.cleaned_data
        first = given["jurisdictions"][0].slug
        return desk_cell_url(mechanism, given["setting"].slug, first, given["layer"], plan.day())
    assert plan.remit, "an act without a form of its own is on a remit"
    first = plan.remit.jurisdictions.all()[0].slug
    return desk_cell_url(mechanism, plan.remit.setting.slug, first, plan.remit.layer, plan.day())
