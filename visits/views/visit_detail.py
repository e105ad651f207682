from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from members.models import Mechanism
from visits import actions
from visits.forms.note import ReasonForm
from visits.models import TRANSITIONS, Transition, Visit, VisitEvent
from visits.views.scope import fetch_visit, knows_of_visits, visit_address
from visits.views.visit_page import visit_page


@require_safe
@knows_of_visits
def visit_detail(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    visit = fetch_visit(request, mechanism, pk)
    return visit_page(request, mechanism, visit, is_whole_feed="feed" in request.GET)


@require_POST
@knows_of_visits
def visit_transition(request: HttpRequest, mechanism: Mechanism, pk: Any, transition: str) -> HttpResponse:
    visits = Visit.objects.visible_to(request.user).filter(mechanism=mechanism)
    step = TRANSITIONS.get(transition)
    if step is None:
        raise Http404
    visit = visits.for_detail().filter(pk=pk).first()
    if visit is None:
        return _already_taken(request, mechanism, pk, step)
    try:
        actions.take_transition(
            visit=visit,
            name=transition,
            by=request.user,  # type: ignore[arg-type]
            reason=request.POST.get("reason", ""),
            seen_version=_version(request),
        )
    except actions.ReasonMissing as refusal:
        return visit_page(request, mechanism, visit, refused=_reason_form(request, visit, step, str(refusal)))
    except actions.StepRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("visits:visit_detail", npm=mechanism.slug, pk=pk)
    messages.success(request, str(step.done))
    if visits.filter(pk=pk).exists():
        return redirect("visits:visit_detail", npm=mechanism.slug, pk=pk)
    return redirect("visits:visit_list", npm=mechanism.slug)


def _version(request: HttpRequest) -> int | None:
    """Return which version of the visit the pressed button stood beside; 0, which none has, where it says nonsense."""
    text = request.POST.get("version")
    if text is None:
        return None
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _already_taken(request: HttpRequest, mechanism: Mechanism, pk: Any, step: Transition) -> HttpResponse:
    """Answer the second click of somebody from whose sight the first one took the visit (a coordinator's return)."""
    last = VisitEvent.objects.filter(visit=pk, visit__mechanism=mechanism).first()
    if last is None or last.transition != step.name or last.by_id != request.user.pk:
        raise Http404
    return redirect("visits:visit_list", npm=mechanism.slug)


def _reason_form(request: HttpRequest, visit: Visit, step: Transition, error: str) -> tuple[str, ReasonForm]:
    """Return the step's form as it was filled in, with what is wrong with it, under its address."""
    form = ReasonForm(request.POST, auto_id=f"id_{step.name}_%s")
    if form.is_valid():
        form.add_error("reason", error)
    return visit_address(visit, "visit_transition", transition=step.name), form
