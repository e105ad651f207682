from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from members.concerns import decisions_and_tasks_of
from members.models import Mechanism
from members.views.scope import desk_page
from npmportal import audit
from npmportal.access import VIEW_SUBMITTED_VISITS, VIEW_VISITS
from visits import actions
from visits.field_table import reader_of
from visits.forms.fields import LongTextField
from visits.models import TRANSITIONS, Transition, Visit, VisitEvent
from visits.models.body_names import BodyNames
from visits.models.completeness import gaps_in, parts_of, questions_about_numbers
from visits.views.facts import sections_of
from visits.views.rows import bodies_of


class ReasonForm(forms.Form):
    """Why a step back is taken; every such step stores a reason."""

    reason = LongTextField(label=gettext_lazy("Reason"), rows=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True
        self.fields["reason"].error_messages["required"] = _("Give a reason.")


@require_safe
@desk_page(needs=VIEW_SUBMITTED_VISITS, on_a_body=VIEW_VISITS)
def visit_detail(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    visits = Visit.objects.visible_to(request.user).filter(mechanism=mechanism)
    visit = get_object_or_404(visits.for_detail(), pk=pk)
    if visit.confidentiality == Visit.Confidentiality.RESTRICTED:
        audit.record(
            "visit.read" if visit.state in Visit.HANDED_IN else "visit.draft_read",
            by=request.user,
            obj=visit,
            mechanism=mechanism,
            bodies=visit.body_ids,
        )
    return _detail(request, mechanism, visit)


@require_POST
@desk_page(needs=VIEW_SUBMITTED_VISITS, on_a_body=VIEW_VISITS)
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
        return _detail(request, mechanism, visit, step, str(refusal))
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


def _detail(
    request: HttpRequest, mechanism: Mechanism, visit: Visit, refused: Transition | None = None, error: str = ""
) -> HttpResponse:
    wrong = _reason_form(request, refused, error) if refused else None
    sees = reader_of(request.user, mechanism).sees(visit)
    parts = parts_of(visit, sees)
    bodies = bodies_of(visit, BodyNames(mechanism))
    context = {
        "visit": visit,
        **_heading(visit, sees),
        "sections": sections_of(visit, bodies, sees),
        "steps": [_button(visit, step, wrong if step == refused else None) for step in _steps(request, visit)],
        "may_change": Visit.objects.editable_by(request.user).filter(pk=visit.pk).exists(),
        "events": visit.events.select_related("by") if "history" in sees else [],
        "created_by": visit.created_by if "created_by" in sees else None,
        "shows_history": bool(sees & {"history", "created_by"}),
        "parts": parts,
        "recorded": sum(part.is_recorded for part in parts),
        "gaps": [gap for gap in gaps_in(visit) if gap.field in sees] if visit.is_open else [],
        "questions": questions_about_numbers(visit) if sees.issuperset(Visit.FUNNEL) else [],
        "readers": _readers(visit),
        "form": wrong,
        "about": decisions_and_tasks_of(visit, request.user),
    }
    return TemplateResponse(request, "visits/visit_detail.html", context, status=422 if wrong else 200)


def _steps(request: HttpRequest, visit: Visit) -> list[Transition]:
    return actions.steps_open_to(request.user, visit)  # type: ignore[arg-type]


def _button(visit: Visit, step: Transition, wrong: ReasonForm | None) -> dict[str, Any]:
    address = {"npm": visit.mechanism.slug, "pk": visit.pk, "transition": step.name}
    form = wrong or (ReasonForm(auto_id=f"id_{step.name}_%s") if step.needs_reason else None)
    return {
        "step": step,
        "url": reverse("visits:visit_transition", kwargs=address),
        "form": form,
        "is_open": wrong is not None,
    }


def _reason_form(request: HttpRequest, step: Transition, error: str) -> ReasonForm:
    form = ReasonForm(request.POST, auto_id=f"id_{step.name}_%s")
    if form.is_valid():
        form.add_error("reason", error)
    return form


def _heading(visit: Visit, sees: frozenset[str]) -> dict[str, Any]:
    """Return what stands above the facts: names of the page, and tags; each of a field that the reader sees."""
    reference = visit.reference if "reference" in sees else _("Visit")
    heading = visit.place.name if "place" in sees else reference
    title = f"{heading}, {date_format(visit.starts_on)}" if "starts_on" in sees else heading
    tags = [(visit.state, visit.get_state_display())] if "state" in sees else []
    if visit.is_joint and "partners" in sees:
        tags.append(("joint", _("joint visit")))
    if visit.place.is_invented and "place" in sees:
        tags.append(("invented", _("invented")))
    return {"title": title, "heading": heading, "reference": reference, "tags": tags}


def _readers(visit: Visit) -> str:
    """Return, in a sentence, who may see this visit now (design section 4)."""
    if visit.state not in Visit.HANDED_IN:
        return _("The people of the bodies involved can see this visit; nobody else can.")
    if visit.state == Visit.State.SUBMITTED:
        return _("The people of the bodies involved and the coordinator can see this visit.")
    if visit.confidentiality == Visit.Confidentiality.RESTRICTED:
        return _(
            "The people of the bodies involved and the coordinator can see this visit; other members do not know of "
            "it. Each reading is written down."
        )
    return _(
        "The people of the bodies involved and the coordinator can see this visit; other members only know the place, "
        "the days and the bodies."
    )
