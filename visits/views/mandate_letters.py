"""Mandate letters of a plan: asked for, waited for, taken along. Whoever may not know the days finds none."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from members.models import Mechanism
from npmportal import audit
from npmportal.private_files import file_or_404, inert_response
from visits.actions import mandate_letters as actions
from visits.actions.plans import may_change_plan
from visits.forms.mandate_letter import MandateLetterForm
from visits.models import MandateLetter
from visits.views.plan_parts import fetch_plan, plan_page
from visits.views.scope import asks_and_acts, typed


def _letter(request: HttpRequest, mechanism: Mechanism, pk: Any) -> MandateLetter:
    letters = MandateLetter.objects.visible_to(request.user).filter(plan__mechanism=mechanism)
    return get_object_or_404(letters.for_detail(), pk=pk)


@asks_and_acts
@plan_page
def plan_letter(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    plan = fetch_plan(request, mechanism, pk, to_change=True)
    form = MandateLetterForm(typed(request), plan=plan)
    if request.method == "POST" and form.is_valid():
        letter = actions.make_letter(letter=form.instance, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The letter is being made."))
        return redirect("visits:mandate_detail", npm=mechanism.slug, pk=letter.pk)
    return TemplateResponse(request, "visits/mandate_form.html", {"plan": plan, "form": form})


@require_safe
@plan_page
def mandate_detail(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    letter = _letter(request, mechanism, pk)
    context = {
        "letter": letter,
        "plan": letter.plan,
        "language": dict(actions.languages_of(mechanism)).get(letter.language, letter.language),
        "job": letter.job and letter.job.in_words(),
        "size": letter.size,
        "is_outdated": letter.plan_version != letter.plan.version,
        "may_change": may_change_plan(letter.plan_id, request.user),
    }
    return TemplateResponse(request, "visits/mandate_detail.html", context)


@require_safe
@plan_page
def mandate_progress(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    letter = _letter(request, mechanism, pk)
    if not getattr(request, "htmx", False):
        return redirect("visits:mandate_detail", npm=mechanism.slug, pk=pk)
    job = letter.job and letter.job.in_words()
    if job is None or not job.is_live:
        return HttpResponseClientRefresh()
    return TemplateResponse(request, "visits/_mandate_progress.html", {"letter": letter, "job": job})


@require_POST
@plan_page
def mandate_retry(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    letter = _letter(request, mechanism, pk)
    if actions.make_letter_again(letter=letter, by=request.user):  # type: ignore[arg-type]
        messages.success(request, _("The PDF is being made again."))
    return redirect("visits:mandate_detail", npm=mechanism.slug, pk=pk)


@require_safe
@plan_page
def mandate_download(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponseBase:
    letter = _letter(request, mechanism, pk)
    file_or_404(letter.pdf)
    bodies = [letter.plan.body_id]
    audit.record("mandate.downloaded", by=request.user, obj=letter, mechanism=mechanism, bodies=bodies)
    return inert_response(letter.pdf, "mandate-letter.pdf", "application/pdf")
