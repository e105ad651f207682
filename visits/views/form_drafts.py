"""Keeping what is being typed into the form of a visit, and throwing it away again."""

import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal.access import LOG_VISITS
from visits import actions
from visits.forms.visit import VisitForm
from visits.models import FormDraft
from visits.views.kept_forms import address_of, form_address, key_in, why_not_kept
from visits.views.scope import fetch_visit

KEPT = {*VisitForm.base_fields, "place_q"}
FIELD_OF_PART = re.compile(r"(?!csrfmiddlewaretoken)[a-z0-9_]{1,40}")


@require_POST
@desk_page(on_a_body=LOG_VISITS)
def draft_keep(request: HttpRequest, mechanism: Mechanism, pk: Any = None, part: str = "") -> HttpResponse:
    visit = fetch_visit(request, mechanism, pk, to_log=True) if pk else None
    address, key = form_address(mechanism, visit, part), key_in(request.POST.get("form_key"))
    try:
        if key is None:
            raise actions.NotKept
        is_kept = actions.keep_draft(
            by=request.user,  # type: ignore[arg-type]
            mechanism=mechanism,
            visit=visit,
            part=part,
            form_key=key,
            data=_typed(request, part),
        )
    except actions.NotKept as refusal:
        return _not_kept(request, address, refusal)
    now = time_format(timezone.localtime())
    if _asks_by_script(request):
        return JsonResponse({"at": now} if is_kept else {"saved": True})
    messages.success(request, _("Kept at %(time)s. Only you can see it, for 30 days.") % {"time": now})
    return redirect(f"{address}?kept={key}")


def _typed(request: HttpRequest, part: str) -> dict[str, list[str]]:
    """Return what was typed into fields of the form; a part's fields follow from what is asked and are many."""
    sent = ((name, [str(value) for value in values]) for name, values in request.POST.lists())
    return {name: values for name, values in sent if (FIELD_OF_PART.fullmatch(name) if part else name in KEPT)}


@require_POST
@desk_page(on_a_body=LOG_VISITS)
def draft_throw_away(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    drafts = FormDraft.objects.visible_to(request.user).filter(mechanism=mechanism)
    key = key_in(request.POST.get("form_key"))
    draft = drafts.select_related("visit").filter(form_key=key).first() if key else None
    if draft is not None:
        actions.throw_draft_away(by=request.user, form_key=draft.form_key)  # type: ignore[arg-type]
        messages.success(request, _("What you had typed has been thrown away."))
    return redirect(address_of(draft, mechanism) if draft else form_address(mechanism, None))


def _not_kept(request: HttpRequest, address: str, refusal: Exception) -> HttpResponse:
    sentence = why_not_kept(refusal)
    if _asks_by_script(request):
        return JsonResponse({"error": sentence}, status=422)
    messages.error(request, sentence)
    return redirect(address)


def _asks_by_script(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")
