"""Places that are asked for: the list, asking, one request with its answer, and the ways to answer it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal.access import LOG_VISITS, can
from visits.actions import place_requests as actions
from visits.actions.places import may_keep_places
from visits.duplicates import resembling_request
from visits.forms.place_request import DeclineForm, KnownPlaceForm, PlaceRequestForm
from visits.models import Place, PlaceRequest
from visits.models.body_names import BodyNames
from visits.models.place_hold import PlaceGone
from visits.views import place_asking
from visits.views.scope import asks_and_acts, typed

SHOWN = 50  # of those that were answered
MOST_FOUND = 10
EARLIER = gettext_lazy("Somebody has answered this request, or taken it back, a moment ago.")


@require_safe
@desk_page()
def place_request_list(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    _only_concerned(request, mechanism)
    seen = PlaceRequest.objects.visible_to(request.user).filter(mechanism=mechanism).for_list()
    decided = seen.exclude(state=PlaceRequest.State.WAITING).order_by("-decided_at", "-pk")[:SHOWN]
    context = {
        "waiting": _named(list(seen.waiting()), mechanism),
        "decided": _named(list(decided), mechanism),
        "shown": SHOWN,
        "may_ask": actions.may_ask_for_places(request.user, mechanism),
    }
    return TemplateResponse(request, "visits/place_request_list.html", context)


@asks_and_acts
@desk_page(on_a_body=LOG_VISITS)
def place_request_add(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    draft = place_asking.draft_left(request, mechanism)
    given: dict[str, Any] = {"user": request.user, "mechanism": mechanism}
    # The list of places sends the words of its search, and nothing to be stored yet.
    if request.method == "POST" and "words" not in request.POST:
        form = PlaceRequestForm(request.POST, **given)
    else:
        words = request.POST.get("words", "").strip()[:200] or place_asking.name_typed(draft)
        form = PlaceRequestForm(initial={"name": words, "body": place_asking.body_typed(draft)}, **given)
    context: dict[str, Any] = {"form": form, "way_back": place_asking.way_back(request, mechanism, draft)}
    if form.is_bound and form.is_valid():
        try:
            asked = actions.ask_for_place(request=form.instance, by=request.user)  # type: ignore[arg-type]
        except actions.AskedAlready as earlier:
            context["same"] = earlier.request
            form.add_error(
                "name", _("Your body waits for a place of this name already. If you mean another one, add its town.")
            )
        except actions.TooManyWaiting:
            sentence = _("%(most)s places that your body asked for wait for an answer: no more can be asked for now.")
            form.add_error(None, sentence % {"most": actions.MOST_WAITING})
        else:
            messages.success(request, _("The place is asked for."))
            return redirect(_address(mechanism, asked.pk) + place_asking.handed_on(request))
    return TemplateResponse(request, "visits/place_request_form.html", context)


@require_safe
@desk_page()
def place_request(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    return _page(request, mechanism, _fetch(request, mechanism, pk))


@require_POST
@desk_page()
def place_request_known(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    asked = _fetch(request, mechanism, pk, to_answer=True)
    found = _offered(request, asked, _words(request))
    form = KnownPlaceForm(request.POST, user=request.user, mechanism=mechanism, offered=found)
    if not form.is_valid():
        return _page(request, mechanism, asked, form=form)
    place = form.cleaned_data["place"]
    try:
        answer = actions.answer_with_known_place(request=asked, place=place, by=request.user)  # type: ignore[arg-type]
    except actions.RequestDecided:
        messages.error(request, str(EARLIER))
    except PlaceGone:
        form.add_error("place", _("Choose a place of this network’s register."))
        return _page(request, mechanism, asked, form=form)
    else:
        messages.success(request, _("The request is answered: the body reads which place it is."))
        tell_of_code(request, answer)
    return redirect(_address(mechanism, pk))


@asks_and_acts
@desk_page()
def place_request_decline(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    asked = _fetch(request, mechanism, pk, to_answer=True)
    form = DeclineForm(typed(request))
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        return _decided(
            request,
            mechanism,
            lambda: actions.decline_request(request=asked, reason=reason, by=request.user),  # type: ignore[arg-type]
            asked,
            _("The request is answered: the body reads why the place is not added."),
        )
    context = {
        "form": form,
        "title": _("Do not add the place"),
        "lead": _("“%(name)s” stays out of the register.") % {"name": asked.name},
        "button": _("Do not add it"),
        "cancel_url": _address(mechanism, asked.pk),
    }
    return TemplateResponse(request, "visits/place_act.html", context)


@require_POST
@desk_page()
def place_request_withdraw(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    asked = _fetch(request, mechanism, pk)
    if not can(request.user, LOG_VISITS, asked.body):
        raise PermissionDenied
    return _decided(
        request,
        mechanism,
        lambda: actions.withdraw_request(request=asked, by=request.user),  # type: ignore[arg-type]
        asked,
        _("The request is taken back."),
    )


def tell_of_code(request: HttpRequest, answer: actions.Answered) -> None:
    """Say so where the body's own code could not be entered at the place."""
    if answer.taken_code:
        sentence = _("The code “%(code)s” of the body names another place already, and was left there.")
        messages.warning(request, sentence % {"code": answer.taken_code})


def _decided(
    request: HttpRequest, mechanism: Mechanism, act: Callable[[], Any], asked: PlaceRequest, done: str
) -> HttpResponse:
    try:
        act()
    except actions.RequestDecided:
        messages.error(request, str(EARLIER))
    else:
        messages.success(request, done)
    return redirect(_address(mechanism, asked.pk))


def _only_concerned(request: HttpRequest, mechanism: Mechanism) -> None:
    """Refuse whoever neither logs visits nor keeps the register."""
    user = request.user
    if not actions.may_ask_for_places(user, mechanism) and not may_keep_places(user, mechanism):
        raise PermissionDenied


def _fetch(request: HttpRequest, mechanism: Mechanism, pk: Any, *, to_answer: bool = False) -> PlaceRequest:
    """Return the request: 404 for what the person may not know of, 403 for who only reads it where it is answered."""
    _only_concerned(request, mechanism)
    seen = PlaceRequest.objects.visible_to(request.user).filter(mechanism=mechanism)
    found: PlaceRequest = get_object_or_404(seen.for_list(), pk=pk)
    if to_answer and not may_keep_places(request.user, mechanism):
        raise PermissionDenied
    return found


def _words(request: HttpRequest) -> str:
    """Return the words of the search, as far as they are looked for."""
    return (request.POST.get("q") or request.GET.get("q") or "")[:100].replace("\x00", "")


def _offered(request: HttpRequest, asked: PlaceRequest, words: str) -> list[Place]:
    """Return the places that may be meant: those found by ``words``, else those that resemble what is asked for."""
    if not words.strip():
        return resembling_request(asked, request.user)
    places = Place.objects.visible_to(request.user).filter(mechanism=asked.mechanism_id)
    return list(places.named(words).for_list().order_by("name", "id")[:MOST_FOUND])


def _page(
    request: HttpRequest, mechanism: Mechanism, asked: PlaceRequest, *, form: KnownPlaceForm | None = None
) -> HttpResponse:
    user, words = request.user, _words(request)
    may_answer = asked.is_waiting and may_keep_places(user, mechanism)
    draft = place_asking.draft_left(request, mechanism)
    context: dict[str, Any] = {
        "asked": _named([asked], mechanism)[0],
        "may_answer": may_answer,
        "may_withdraw": asked.is_waiting and can(user, LOG_VISITS, asked.body),
        "may_log": actions.may_ask_for_places(user, mechanism),
        "way_back": place_asking.way_back(request, mechanism, draft),
    }
    if may_answer:
        found = _offered(request, asked, words)
        shown = form or KnownPlaceForm(user=user, mechanism=mechanism, offered=found)
        context |= {"words": words, "offered": found, "form": shown}
    return TemplateResponse(request, "visits/place_request.html", context)


def _named(rows: list[PlaceRequest], mechanism: Mechanism) -> list[PlaceRequest]:
    """Give each request the name its body bears today."""
    names, today = BodyNames(mechanism), date.today()
    for row in rows:
        row.body_name = names.on(row.body_id, today)  # type: ignore[attr-defined]
    return rows


def _address(mechanism: Mechanism, pk: Any) -> str:
    return reverse("visits:place_request", kwargs={"npm": mechanism.slug, "pk": pk})
