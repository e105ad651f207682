"""Writing a plan: a new one, or one that stands."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from members.models import Mechanism
from members.views.meeting_scope import differences, with_version
from members.views.scope import desk_page
from npmportal.access import LOG_VISITS
from visits.actions import plans as actions
from visits.actions.form_drafts import throw_draft_away
from visits.forms.plan import PlanForm
from visits.models import FormDraft, Plan
from visits.models.body_names import BodyNames
from visits.views.kept_forms import NEW_PLAN, STANDING_PLAN, key_in
from visits.views.place_asking import leave_plan
from visits.views.plan_parts import fetch_plan, plan_page
from visits.views.plans import tell_of_others
from visits.views.scope import asks_and_acts
from visits.views.visit_form_page import only_searches, places_to_choose, words_typed


@asks_and_acts
@desk_page(on_a_body=LOG_VISITS)
def plan_create(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    if away := leave_plan(request, mechanism):
        return away
    form = _form(request, mechanism, Plan(mechanism=mechanism))
    if not form.is_bound or not form.is_valid():
        return _page(request, mechanism, form)
    data = form.cleaned_data
    try:
        plan = actions.plan_visit(
            plan=form.instance,
            partners=data["partners"],
            team=data["team"],
            by=request.user,  # type: ignore[arg-type]
            form_key=data["form_key"],
        )
    except actions.PlanRefused as refusal:
        form.add_error("starts_on", str(refusal))
        return _page(request, mechanism, form)
    return _saved(request, mechanism, plan, _("The visit is planned."), data["form_key"])


@asks_and_acts
@plan_page
def plan_change(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    plan = fetch_plan(request, mechanism, pk, to_change=True)
    if away := leave_plan(request, mechanism, plan):
        return away
    form = _form(request, mechanism, plan)
    if not form.is_bound or not form.is_valid():
        return _page(request, mechanism, form, plan=plan)
    data = form.cleaned_data
    try:
        stored = actions.change_plan(
            plan=form.instance,
            partners=data["partners"],
            team=data["team"],
            expected_version=data["version"] or 0,
            by=request.user,  # type: ignore[arg-type]
        )
    except actions.PlanChangedMeanwhile as conflict:
        return _conflict(request, mechanism, form, conflict.stored)
    except actions.PlanRefused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, mechanism, form, plan=plan)
    return _saved(request, mechanism, stored, _("The plan is saved."), data["form_key"])


def _form(request: HttpRequest, mechanism: Mechanism, plan: Plan) -> PlanForm:
    """Return the form with what was posted; a search for a place keeps what was typed and checks nothing yet."""
    given: dict[str, Any] = {"instance": plan, "user": request.user, "mechanism": mechanism}
    given["names"] = BodyNames(mechanism)
    if request.method != "POST":
        if draft := _kept(request, mechanism, plan).filter(form_key=key_in(request.GET.get("kept"))).first():
            return PlanForm(initial=_typed(MultiValueDict(draft.data)), **given)
        place = {"place": request.GET["place"]} if "place" in request.GET else {}
        return PlanForm(initial=place, **given)
    if only_searches(request):
        return PlanForm(initial=_typed(request.POST), **given)
    return PlanForm(request.POST, **given)


def _typed(data: MultiValueDict[str, Any]) -> dict[str, Any]:
    typed: dict[str, Any] = {name: data.get(name) for name in (*PlanForm.base_fields, "place_q") if name in data}
    return typed | {name: data.getlist(name) for name in ("partners", "team")}


def _kept(request: HttpRequest, mechanism: Mechanism, plan: Plan | None) -> Any:
    """Return what the person typed into this form before going to ask for a place, newest first."""
    own = FormDraft.objects.visible_to(request.user)
    if plan is None or plan._state.adding:
        return own.of_form(mechanism, None, NEW_PLAN)
    return own.of_form(mechanism, None, STANDING_PLAN).filter(data__plan=[str(plan.pk)])


def _page(
    request: HttpRequest, mechanism: Mechanism, form: PlanForm, *, status: int = 200, **context: Any
) -> HttpResponse:
    plan = context.get("plan")
    context["lost_place"] = plan.place_name if plan and plan.place is None else ""
    words = words_typed(request.POST or form.initial)
    if request.method == "GET" and "kept" not in request.GET:
        context["kept"] = [{"draft": draft} for draft in _kept(request, mechanism, plan)]
    context |= {"form": form, **places_to_choose(request, mechanism, words, form["place"].value())}
    return TemplateResponse(request, "visits/plan_form.html", context, status=status)


def _conflict(request: HttpRequest, mechanism: Mechanism, typed: PlanForm, stored: Plan) -> HttpResponse:
    """Show what stands now beside what was typed; saving again replaces what stands now, knowingly."""
    found = differences(typed, stored, actions.WRITTEN)
    stored = fetch_plan(request, mechanism, stored.pk, to_change=True)
    given: dict[str, Any] = {"instance": stored, "user": request.user, "mechanism": mechanism}
    form = PlanForm(with_version(request, stored.version), names=BodyNames(mechanism), **given)
    return _page(request, mechanism, form, status=409, plan=stored, differences=found)


def _saved(
    request: HttpRequest, mechanism: Mechanism, plan: Plan, sentence: str, form_key: UUID | None
) -> HttpResponse:
    throw_draft_away(by=request.user, form_key=form_key)  # type: ignore[arg-type]
    messages.success(request, sentence)
    tell_of_others(request, plan)
    if not Plan.objects.visible_to(request.user).filter(pk=plan.pk).exists():
        return redirect("visits:plan_list", npm=mechanism.slug)  # whoever saved it has left the team
    return redirect("visits:plan_detail", npm=mechanism.slug, pk=plan.pk)
