"""Keeping what is being typed into the form of a visit, and throwing it away again."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal.access import LOG_VISITS
from visits import actions
from visits.forms.visit import VisitForm
from visits.models import FormDraft, Visit
from visits.views.visit_form import loggable_visit

KEPT = {*VisitForm.base_fields, "place_q"}


@require_POST
@desk_page(on_a_body=LOG_VISITS)
def draft_keep(request: HttpRequest, mechanism: Mechanism, pk: Any = None) -> HttpResponse:
    visit = loggable_visit(request, mechanism, pk) if pk else None
    key = _key(request)
    try:
        if key is None:
            raise actions.NotKept
        data = {name: list(values) for name, values in request.POST.lists() if name in KEPT}
        is_kept = actions.keep_draft(by=request.user, mechanism=mechanism, visit=visit, form_key=key, data=data)  # type: ignore[arg-type]
    except actions.NotKept as refusal:
        return _not_kept(request, mechanism, visit, refusal)
    now = time_format(timezone.localtime())
    if _asks_by_script(request):
        return JsonResponse({"at": now} if is_kept else {"saved": True})
    messages.success(request, _("Kept at %(time)s. Only you can see it, for 30 days.") % {"time": now})
    return redirect(f"{_address(mechanism, visit)}?kept={key}")


@require_POST
@desk_page(on_a_body=LOG_VISITS)
def draft_throw_away(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    drafts = FormDraft.objects.visible_to(request.user).filter(mechanism=mechanism)
    key = _key(request)
    draft = drafts.select_related("visit").filter(form_key=key).first() if key else None
    if draft is not None:
        actions.throw_draft_away(by=request.user, form_key=draft.form_key)  # type: ignore[arg-type]
        messages.success(request, _("What you had typed has been thrown away."))
    return redirect(_address(mechanism, draft.visit if draft else None))


def _not_kept(request: HttpRequest, mechanism: Mechanism, visit: Visit | None, refusal: Exception) -> HttpResponse:
    if isinstance(refusal, actions.TooLong):
        sentence = _("Not kept: this is too long. Shorten the texts.")
    elif isinstance(refusal, actions.TooMany):
        sentence = _("Not kept: you keep too many forms that are not saved. Save this one, or throw others away.")
    else:
        sentence = _("Not kept: open the form again.")
    if _asks_by_script(request):
        return JsonResponse({"error": sentence}, status=422)
    messages.error(request, sentence)
    return redirect(_address(mechanism, visit))


def _key(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("form_key", ""))
    except ValueError:
        return None


def _asks_by_script(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _address(mechanism: Mechanism, visit: Visit | None) -> str:
    if visit is None:
        return reverse("visits:visit_create", kwargs={"npm": mechanism.slug})
    return reverse("visits:visit_change", kwargs={"npm": mechanism.slug, "pk": visit.pk})
