"""The acts on the facts of a place, one page each: enter, end, correct, remove. The kinds are a table."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.actions.register_changes import ChangedSince
from members.actions.sources import find_or_write
from members.forms.register_fields import EndForm, ReasonForm
from members.models import Mechanism
from members.periods import day_in_words
from members.views.register_facts import both_shown
from members.views.scope import desk_page
from npmportal.access import LOG_VISITS, grants_of
from visits import actions
from visits.actions.place_facts import PlaceFactRefused, may_keep_fact
from visits.forms.place_facts import place_fact_form
from visits.models import Place
from visits.place_fact_kinds import KINDS, PlaceFactKind
from visits.views.scope import asks_and_acts, fetch_place, typed


@asks_and_acts
@desk_page()
def place_fact_add(request: HttpRequest, mechanism: Mechanism, pk: Any, kind: str) -> HttpResponse:
    place, known = _place_and_kind(request, mechanism, pk, kind)
    if not (actions.may_keep_places(request.user, mechanism) or _keeps_own_codes(request, known, mechanism)):
        raise PermissionDenied
    form = place_fact_form(known, typed(request), place=place, user=request.user)
    if request.method == "POST" and form.is_valid() and _enter(form, known, place, request.user):
        messages.success(request, _("Entered: {what}.").format(what=known.one))
        return redirect(_back(place, known))
    lead = (
        _("A change in the world: what held before is kept, and ends on the day this begins.") if known.is_dated else ""
    )
    return _page(request, place, known, form, title=capfirst(str(known.add)), lead=lead)


def _enter(form: Any, known: PlaceFactKind, place: Place, user: Any) -> bool:
    """Enter what the valid ``form`` says; False where the register refused it and the form says why."""
    given = form.given_source
    days = form.days
    more: dict[str, Any] = {}
    if known.is_dated:
        more = {"starts_on": days["starts_on"], "ends_on": days["ends_on"]}
        more["precisions"] = (days["starts_precision"], days["ends_precision"])
    try:
        source = find_or_write(mechanism=place.mechanism, **given) if given else None
        actions.enter_place_fact(place=place, kind=known, values=form.values, source=source, by=user, **more)
    except PlaceFactRefused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return False
    return True


@asks_and_acts
@desk_page()
def place_fact_correct(request: HttpRequest, mechanism: Mechanism, pk: Any, kind: str, row: int) -> HttpResponse:
    place, known, fact = _fact(request, mechanism, pk, kind, row)
    title = _("Correct: {what}").format(what=fact)
    build = partial(place_fact_form, known, place=place, user=request.user)
    form = build(typed(request), instance=fact)
    more: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        values = form.values | form.days
        if given := form.given_source:
            values["source"] = find_or_write(mechanism=mechanism, **given)
        elif "source" in form.fields:
            values["source"] = None
        reason = form.cleaned_data["reason"]
        try:
            actions.correct_place_fact(
                place=place,
                kind=known,
                row=fact,
                values=values,
                reason=reason,
                seen=form.cleaned_data["seen"],
                by=request.user,  # type: ignore[arg-type]
            )
        except PlaceFactRefused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        except ChangedSince as changed:
            form, more = both_shown(request, form, changed, build)
        else:
            messages.success(request, _("Corrected. What stood there before is kept in the log."))
            return redirect(_back(place, known))
    lead = _("For what was entered wrongly. Where the world has changed, enter the change instead.")
    return _page(request, place, known, form, title=title, lead=lead, **more)


@asks_and_acts
@desk_page()
def place_fact_end(request: HttpRequest, mechanism: Mechanism, pk: Any, kind: str, row: int) -> HttpResponse:
    place, known, fact = _fact(request, mechanism, pk, kind, row)
    if not known.is_dated or known.slug == "names":
        raise Http404
    form = EndForm(typed(request))
    del form.fields["reason"]
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["ends_on"]
        given = {"ends_on": day.day, "precision": day.precision, "by": request.user}
        try:
            actions.end_place_fact(place=place, kind=known, row=fact, **given)
        except PlaceFactRefused as refused:
            form.add_error("ends_on", str(refused))
        else:
            messages.success(request, _("Entered: it ends on {day}.").format(day=day_in_words(day.day, day.precision)))
            return redirect(_back(place, known))
    lead = _("A change in the world after which nothing of the kind follows. Where something follows, enter that.")
    return _page(request, place, known, form, title=_("It ends: {what}").format(what=fact), lead=lead)


@asks_and_acts
@desk_page()
def place_fact_remove(request: HttpRequest, mechanism: Mechanism, pk: Any, kind: str, row: int) -> HttpResponse:
    place, known, fact = _fact(request, mechanism, pk, kind, row)
    form = ReasonForm(typed(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            actions.remove_place_fact(place=place, kind=known, row=fact, reason=reason, by=request.user)  # type: ignore[arg-type]
        except PlaceFactRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Removed. What stood there is kept in the log."))
            return redirect(_back(place, known))
    lead = _("For an entry that never was so. What has ended in the world is ended, not removed.")
    title = _("Remove: {what}").format(what=fact)
    return _page(request, place, known, form, title=title, lead=lead, is_danger=True)


def _place_and_kind(request: HttpRequest, mechanism: Mechanism, pk: Any, slug: str) -> tuple[Place, PlaceFactKind]:
    place = fetch_place(request, mechanism, pk)
    if slug not in KINDS:
        raise Http404
    return place, KINDS[slug]


def _fact(request: HttpRequest, mechanism: Mechanism, pk: Any, slug: str, row: int) -> tuple[Place, PlaceFactKind, Any]:
    """Return the place, the kind and the fact; 404 for what is not there, 403 for who may not mend it."""
    place, known = _place_and_kind(request, mechanism, pk, slug)
    fact = get_object_or_404(known.model.objects.filter(**{known.place_field: place}), pk=row)
    if not may_keep_fact(request.user, place, known, getattr(fact, "body", None)):
        raise PermissionDenied
    return place, known, fact


def _keeps_own_codes(request: HttpRequest, kind: PlaceFactKind, mechanism: Mechanism) -> bool:
    return kind.slug == "codes" and mechanism.pk in grants_of(request.user).mechanisms(LOG_VISITS)


def _back(place: Place, kind: PlaceFactKind) -> str:
    address = reverse("visits:place_history", kwargs={"npm": place.mechanism.slug, "pk": place.pk})
    return f"{address}#{kind.slug}"


def _page(request: HttpRequest, place: Place, kind: PlaceFactKind, form: Any, **words: Any) -> HttpResponse:
    button = _("Remove") if words.get("is_danger") else _("Save")
    context = {"form": form, "place": place, "cancel_url": _back(place, kind), "button": button, **words}
    return TemplateResponse(request, "visits/place_act.html", context)
