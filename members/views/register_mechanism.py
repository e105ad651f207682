"""The register's own page at the desk, and the acts on the mechanism as a whole."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.actions import register_mechanisms as actions
from members.actions.register_changes import ChangedSince
from members.actions.register_facts import RegisterError
from members.forms.register_mechanism import HideForm, MechanismForm, NewMechanismForm
from members.founding import needs_of
from members.models import Coordination, Mechanism, MemberBody, Succession
from members.register_words import words_of
from members.views.register_facts import (
    NO_WORDS,
    asks_and_acts,
    both_shown,
    keeps_register,
    reason_and_seal,
    refuse,
    status_of,
    typed,
)


@require_safe
@keeps_register
def register(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    bodies = MemberBody.objects.with_names_as_at(date.today())
    coordinations = Coordination.objects.filter(mechanism=mechanism).select_related("source").order_by("-starts_on")
    successions = Succession.objects.filter(predecessor__mechanism=mechanism).select_related("source")
    pair = [Prefetch("predecessor", bodies), Prefetch("successor", bodies)]
    settings = mechanism.settings.order_by("position").prefetch_related("supervision_areas")
    context = {
        "bodies": bodies.filter(mechanism=mechanism).order_by("position", "pk"),
        "coordinations": coordinations.prefetch_related(Prefetch("body", bodies)),
        "successions": successions.prefetch_related(*pair).order_by("-happened_on"),
        "profiles": mechanism.profiles.select_related("source").order_by("-starts_on"),
        "jurisdictions": mechanism.jurisdictions.select_related("nested").order_by("position"),
        "settings": settings,
        "areas": mechanism.supervision_areas.order_by("position"),
        "may_found": actions.may_found(request.user),
        "first_month": MONTHS[mechanism.reporting_year_starts_month],
        "words": words_of(mechanism),
        "may_keep": True,
    }
    return TemplateResponse(request, "members/register.html", context)


@asks_and_acts
@keeps_register
def mechanism_change(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    form, words = MechanismForm(typed(request), instance=Mechanism.objects.get(pk=mechanism.pk)), NO_WORDS
    if request.method == "POST" and form.is_valid():
        given = {"values": form.values, "source": form.source_given()} | reason_and_seal(form)
        try:
            actions.change_mechanism(mechanism=mechanism, by=request.user, **given)  # type: ignore[arg-type]
        except ChangedSince as changed:
            form, words = both_shown(request, form, changed, MechanismForm)
        except RegisterError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Changed. What stood there before is kept in the log."))
            return redirect("members:register", npm=mechanism.slug)
    lead = _("Its form has a history and is changed on the page of the register.")
    return _page(request, form, title=_("Change the mechanism"), lead=lead, cancel_url=_hub(mechanism), **words)


@asks_and_acts
@keeps_register
def mechanism_show(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    if mechanism.is_public:
        messages.info(request, _("The public pages are open already."))
        return redirect("members:register", npm=mechanism.slug)
    if request.method == "POST":
        actions.show_mechanism(mechanism=mechanism, is_public=True, reason="", by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The public pages are open to everybody."))
        return redirect("members:register", npm=mechanism.slug)
    missing = [standing for standing in needs_of(mechanism, request.user) if not standing.is_met]
    return TemplateResponse(request, "members/mechanism_show.html", {"missing": missing})


@asks_and_acts
@keeps_register
def mechanism_hide(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    if not mechanism.is_public:
        messages.info(request, _("The public pages are closed already."))
        return redirect("members:register", npm=mechanism.slug)
    form = HideForm(typed(request))
    if request.method == "POST" and form.is_valid():
        given = {"is_public": False, "reason": form.cleaned_data["reason"], "by": request.user}
        actions.show_mechanism(mechanism=mechanism, **given)
        messages.success(request, _("The public pages are closed; only people with a role here see them."))
        return redirect("members:register", npm=mechanism.slug)
    return TemplateResponse(request, "members/mechanism_hide.html", {"form": form})


@asks_and_acts
def mechanism_add(request: HttpRequest) -> HttpResponse:
    if not actions.may_found(request.user):
        raise PermissionDenied
    form = NewMechanismForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            given = {"values": form.values, "source": form.source_given()}
            mechanism = actions.create_mechanism(by=request.user, **given)  # type: ignore[arg-type]
        except RegisterError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Founded. You administer it; nobody else sees it until it is shown."))
            return redirect("reports:desk_home", npm=mechanism.slug)  # where the first steps stand
    lead = _("It begins empty and hidden from the public. You become its first administrator.")
    return _page(request, form, title=_("Found a mechanism"), lead=lead, cancel_url=reverse("members:start"))


def _hub(mechanism: Mechanism) -> str:
    return reverse("members:register", kwargs={"npm": mechanism.slug})


def _page(request: HttpRequest, form: Any, **words: Any) -> HttpResponse:
    context = {"form": form, "button": _("Save"), **words}
    return TemplateResponse(request, "members/register_form.html", context, status=status_of(words))
