"""Plans: the list, one plan, its steps, the opening of a seal, calendar files."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.models import Mechanism
from npmportal import audit, links
from npmportal.access import LOG_VISITS, MANAGE_BODY_PEOPLE, REVIEW_VISITS, VIEW_VISITS, can, grants_of
from npmportal.paging import Keyset, paginate
from npmportal.private_files import INERT
from visits.actions import plans as actions
from visits.documents.plan_calendar import calendar_of
from visits.forms.note import ShortReasonForm
from visits.forms.plan import NothingForm, PlanFilter
from visits.models import MandateLetter, Plan, PlanEvent, PlanPartner, Visit
from visits.models.body_names import BodyNames
from visits.plan_guests import addresses_for, team_for
from visits.plan_steps import STEPS
from visits.views.plan_parts import fetch_plan, fortnights_in_words, plan_page, plans_page, row_of
from visits.views.scope import asks_and_acts, typed

BY_WEEK = Keyset("week", date.fromisoformat)
MOST_ENTRIES = 200


@require_safe
@plans_page
def plan_list(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    names = BodyNames(mechanism)
    filters = PlanFilter(request.GET, user=request.user, names=names)
    plans = filters.apply(Plan.objects.visible_to(request.user).filter(mechanism=mechanism))
    page = paginate(request, plans.for_list(request.user), BY_WEEK)
    partners = _partners(page.rows)
    grants = grants_of(request.user)
    context = {
        "page": page,
        "rows": [row_of(plan, names, partners[plan.pk]) for plan in page.rows],
        "filters": filters,
        "active": filters.active(),
        "has_errors": bool(filters.errors),
        "may_plan": names.of_any(grants.on(LOG_VISITS)),
        "sees_plans": names.of_any(grants.on(VIEW_VISITS)),
        "may_coordinate": can(request.user, REVIEW_VISITS, mechanism),
    }
    return TemplateResponse(request, "visits/plan_list.html", context)


def _partners(plans: Iterable[Plan]) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = defaultdict(list)
    rows = PlanPartner.objects.filter(plan__in=[plan.pk for plan in plans]).order_by("pk")
    for plan, body in rows.values_list("plan", "body"):
        found[plan].append(body)
    return found


@require_safe
@plan_page
def plan_detail(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    plan: Any = fetch_plan(request, mechanism, pk)
    names = BodyNames(mechanism)
    may_change = actions.may_change_plan(plan.pk, request.user)
    leads = can(request.user, MANAGE_BODY_PEOPLE, plan.body)
    context = {
        "plan": plan,
        "row": row_of(plan, names, _partners([plan])[plan.pk]),
        # A partner of the plan need not be one of the visit that was logged.
        "visit": Visit.objects.visible_to(request.user).filter(pk=plan.visit_id).first() if plan.visit_id else None,
        "team": team_for(request.user, plan),
        "guests": addresses_for(request.user, plan),
        "met": fortnights_in_words(plan.met_in),
        "may_change": may_change and plan.state in Plan.CHANGEABLE,
        "may_make_letter": may_change and plan.state == Plan.State.PLANNED,
        "may_log": may_change and plan.state in Plan.LOGGABLE and _is_unlogged(plan),
        "may_open": leads and plan.is_sealed and plan.state == Plan.State.DONE,
        "steps": actions.steps_of_plan(plan, request.user),
        "letters": MandateLetter.objects.visible_to(request.user).filter(plan=plan),
        "events": [(event, _fields_of(event)) for event in plan.events.select_related("by")],
    }
    return TemplateResponse(request, "visits/plan_detail.html", context)


def _is_unlogged(plan: Plan) -> bool:
    return plan.visit_id is None and plan.has_begun


def _fields_of(event: PlanEvent) -> str:
    """Return what changed, by the names of the fields: never what stood or stands there."""
    columns: list[Any] = [Plan._meta.get_field(name) for name in event.fields]
    return ", ".join(str(column.verbose_name) for column in columns)


@asks_and_acts
@plan_page
def plan_step(request: HttpRequest, mechanism: Mechanism, pk: Any, step: str) -> HttpResponse:
    plan = fetch_plan(request, mechanism, pk, to_change=True)
    if step not in STEPS:
        raise Http404
    wanted = STEPS[step]
    form = (ShortReasonForm if wanted.needs_reason else NothingForm)(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data.get("reason", "")
            stored = actions.take_plan_step(plan=plan, step=wanted, reason=reason, by=request.user)  # type: ignore[arg-type]
        except actions.PlanRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, str(wanted.said))
            if wanted.name == "resume":
                tell_of_others(request, stored)
            return redirect("visits:plan_detail", npm=mechanism.slug, pk=plan.pk)
    kind = "danger" if wanted.name == "cancel" else "primary"
    return _act(request, plan, form, title=wanted.label, sentence=wanted.sentence, kind=kind)


@asks_and_acts
@plan_page
def plan_open(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    plan = fetch_plan(request, mechanism, pk)
    if not can(request.user, MANAGE_BODY_PEOPLE, plan.body):
        raise PermissionDenied
    form = NothingForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.open_seal(plan=plan, by=request.user)  # type: ignore[arg-type]
        except actions.PlanRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The seal is opened: the bodies of the plan see it now."))
            return redirect("visits:plan_detail", npm=mechanism.slug, pk=plan.pk)
    sentence = _("Everybody of the body and of its partners will see the plan with its days, team and note.")
    return _act(request, plan, form, title=_("Open the seal"), sentence=sentence, kind="danger")


def _act(request: HttpRequest, plan: Plan, form: Any, **words: Any) -> HttpResponse:
    return TemplateResponse(request, "visits/plan_act.html", {"plan": plan, "form": form, **words})


def tell_of_others(request: HttpRequest, plan: Plan) -> None:
    """Say, after a plan was saved, in which fortnights another member is due at its place: no more than that."""
    for fortnight in fortnights_in_words(plan.met_in):
        sentence = _("Another member is due here in the fortnight %(fortnight)s; ask the coordinator.")
        messages.warning(request, sentence % {"fortnight": fortnight})


# -- Calendar files ---------------------------------------------------------------------------------------------------


@require_safe
@plan_page
def plans_ics(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    mine = Plan.objects.of_team_with(request.user).day_known_to(request.user).filter(mechanism=mechanism)
    coming = mine.filter(ends_on__gte=date.today()).select_related("place").order_by("starts_on", "pk")
    return _calendar(request, mechanism, list(coming[:MOST_ENTRIES]), None)


@require_safe
@plan_page
def plan_ics(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    plan: Any = fetch_plan(request, mechanism, pk)
    if not plan.day_is_known:
        raise PermissionDenied
    return _calendar(request, mechanism, [plan], plan)


def _calendar(request: HttpRequest, mechanism: Mechanism, plans: list[Plan], about: Plan | None) -> HttpResponse:
    def link(plan: Plan) -> str:
        return links.absolute(reverse("visits:plan_detail", kwargs={"npm": mechanism.slug, "pk": plan.pk}))

    content = calendar_of(plans, link)
    # What is taken along is written down for the person and the lead of the body it is of.
    bodies = [about.body_id] if about else []
    audit.record("plans.calendar_downloaded", by=request.user, obj=about, mechanism=mechanism, bodies=bodies)
    headers = INERT | {"Content-Disposition": f'attachment; filename="{mechanism.slug}-visits.ics"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
