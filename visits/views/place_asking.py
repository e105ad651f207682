"""The way from the form of a visit or a plan to the request for a place, and back to what was typed."""

import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from members.models import Mechanism
from visits import actions
from visits.forms.plan import PlanForm
from visits.forms.visit import VisitForm
from visits.models import FormDraft, Plan, Visit
from visits.views.kept_forms import NEW_PLAN, STANDING_PLAN, address_of, key_in, why_not_kept

# Handed on in the address: the key of what was typed, and the plan a visit is logged from. Never words.
HANDED_ON = ("kept", "plan")


def leave_visit(request: HttpRequest, mechanism: Mechanism, visit: Visit | None = None) -> HttpResponse | None:
    """Keep what was typed into the form of ``visit`` (None: of a new one) and lead to the request for a place.

    None where that was not asked for, or where it cannot be kept: the reason is told, and the form is shown again.
    """
    return _leave(request, mechanism, VisitForm.base_fields, visit=visit)


def leave_plan(request: HttpRequest, mechanism: Mechanism, plan: Plan | None = None) -> HttpResponse | None:
    """Do the same with the form of ``plan``."""
    if plan is None:
        return _leave(request, mechanism, PlanForm.base_fields, part=NEW_PLAN)
    return _leave(request, mechanism, PlanForm.base_fields, part=STANDING_PLAN, plan=[str(plan.pk)])


def _leave(
    request: HttpRequest,
    mechanism: Mechanism,
    fields: Iterable[str],
    *,
    visit: Visit | None = None,
    part: str = "",
    **more: list[str],
) -> HttpResponse | None:
    if request.method != "POST" or "ask_place" not in request.POST:
        return None
    names, key = {*fields, "place_q"}, key_in(request.POST.get("form_key")) or uuid.uuid4()
    sent = {name: [str(value) for value in values] for name, values in request.POST.lists() if name in names}
    data = sent | {"form_key": [str(key)]} | more
    given: dict[str, Any] = {"by": request.user, "mechanism": mechanism, "visit": visit, "part": part}
    try:
        is_kept = actions.keep_draft(form_key=key, data=data, **given)
    except actions.NotKept as refusal:
        messages.error(request, why_not_kept(refusal))
        return None
    address = reverse("visits:place_request_add", kwargs={"npm": mechanism.slug})
    query = ({"kept": str(key)} if is_kept else {}) | _plan_in_address(request)
    return redirect(f"{address}?{urlencode(query)}")


def handed_on(request: HttpRequest) -> str:
    """Return the query that leads back to what was typed, with its “?”; nothing where nothing was."""
    found = {name: request.GET[name] for name in HANDED_ON if key_in(request.GET.get(name))}
    return f"?{urlencode(found)}" if found else ""


def draft_left(request: HttpRequest, mechanism: Mechanism) -> FormDraft | None:
    """Return the form the person came from, if it is kept and their own."""
    key = key_in(request.GET.get("kept"))
    own = FormDraft.objects.visible_to(request.user).filter(mechanism=mechanism).select_related("visit")
    return own.filter(form_key=key).first() if key else None


def way_back(request: HttpRequest, mechanism: Mechanism, draft: FormDraft | None) -> str:
    """Return the address at which ``draft`` is continued, "" where there is none."""
    return f"{address_of(draft, mechanism)}{handed_on(request)}" if draft else ""


def name_typed(draft: FormDraft | None) -> str:
    """Return the words of the search in the form; where a place was chosen, they are the name of that one."""
    if draft is None or "".join(draft.data.get("place", [])):
        return ""
    return "".join(draft.data.get("place_q", []))[:200]


def body_typed(draft: FormDraft | None) -> str:
    """Return the key of the body that was chosen in the form, as it was sent."""
    data = draft.data if draft else {}
    return "".join(data.get("lead_body") or data.get("body") or [])


def _plan_in_address(request: HttpRequest) -> dict[str, str]:
    return {"plan": request.GET["plan"]} if key_in(request.GET.get("plan")) else {}
