"""Logging a visit from its plan: the address names the plan by its id, never its place or days."""

from typing import Any

from django.http import HttpRequest

from members.models import Mechanism
from visits.actions.plans import tie_visit
from visits.models import Plan, Visit
from visits.views.kept_forms import key_in


def _plan(request: HttpRequest, mechanism: Mechanism) -> Plan | None:
    """Return the plan the address names, None where there is none that this person may log a visit from now."""
    wanted = key_in(request.GET.get("plan"))
    if wanted is None:
        return None
    plans = Plan.objects.editable_by(request.user).filter(mechanism=mechanism, visit=None, pk=wanted)
    plan = plans.filter(state__in=Plan.LOGGABLE).first()
    return plan if plan and plan.has_begun else None


def typed_from_plan(request: HttpRequest, mechanism: Mechanism) -> dict[str, Any]:
    """Return what the plan says for the form of a visit; nothing where no plan is named."""
    plan = _plan(request, mechanism)
    if plan is None:
        return {}
    return {
        "place": plan.place_id and str(plan.place_id),
        "lead_body": plan.body_id,
        "partners": list(plan.partner_rows.values_list("body", flat=True)),
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "kind": plan.kind,
        "notice": plan.notice,
        "trigger": plan.trigger,
    }


def tie_to_plan(request: HttpRequest, mechanism: Mechanism, visit: Visit) -> None:
    """Let the plan the address names know the visit that was logged from it."""
    plan = _plan(request, mechanism)
    if plan and plan.body_id == visit.lead_body_id:
        tie_visit(plan=plan, visit=visit, by=request.user)  # type: ignore[arg-type]
