from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal.paging import BY_NAME, paginate
from visits import actions
from visits.actions.place_requests import RequestDecided, answer_with_new_place, may_ask_for_places
from visits.duplicates import resembling
from visits.forms.filters import PlaceFilter
from visits.forms.place import PlaceForm
from visits.models import Place, PlaceRequest
from visits.place_visits import may_know_of_visits
from visits.views.differences import place_differences
from visits.views.kept_forms import key_in
from visits.views.place_requests import tell_of_code
from visits.views.scope import asks_and_acts, fetch_place, typed


@require_safe
@desk_page()
def place_list(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    filters = PlaceFilter(request.GET, mechanism=mechanism)
    places = filters.apply(Place.objects.visible_to(request.user).filter(mechanism=mechanism))
    context = {
        "page": paginate(request, places.for_list(), BY_NAME),
        "filters": filters,
        "has_errors": bool(filters.errors),
        "active": list(filters.active(request.GET)),
        "count": places.count(),
        "may_keep": actions.may_keep_places(request.user, mechanism),
        "may_know": may_know_of_visits(request.user, mechanism),
        "may_ask": may_ask_for_places(request.user, mechanism),
        "asked_for": PlaceRequest.objects.visible_to(request.user).filter(mechanism=mechanism).waiting().count(),
    }
    return TemplateResponse(request, "visits/place_list.html", context)


@asks_and_acts
@desk_page()
def place_create(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    if not actions.may_keep_places(request.user, mechanism):
        raise PermissionDenied
    if "request" in request.GET:
        return _create_as_asked(request, mechanism)
    parents = Place.objects.visible_to(request.user).filter(mechanism=mechanism, parent=None)
    parents = parents.select_related("setting", "jurisdiction")
    parent = parents.with_id(request.GET.get("parent")).first()
    # A unit has a setting of its own, but begins with that of its place: most often it is the same.
    same = {"setting": parent.setting, "jurisdiction": parent.jurisdiction} if parent else {}
    place = Place(mechanism=mechanism, parent=parent, **same)
    return _edit(request, mechanism, place, _("The place has been added."))


def _create_as_asked(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    """Add the place that a request asks for; storing it answers the request."""
    seen = PlaceRequest.objects.visible_to(request.user).filter(mechanism=mechanism).for_list()
    asked = get_object_or_404(seen, pk=key_in(request.GET["request"]))
    # Such as by the first of two clicks.
    is_own = asked.state == PlaceRequest.State.ADDED and asked.decided_by_id == request.user.pk
    if not asked.is_waiting and (is_own or request.method != "POST"):
        if not is_own:
            messages.error(request, _("Somebody has answered this request, or taken it back, a moment ago."))
        return redirect("visits:place_request", npm=mechanism.slug, pk=asked.pk)
    said = {name: getattr(asked, name) for name in ("name", "setting", "jurisdiction", "town", "address")}
    sentence = _("The place has been added, and the request is answered.")
    return _edit(request, mechanism, Place(mechanism=mechanism, **said), sentence, asked)


@asks_and_acts
@desk_page()
def place_change(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    place = fetch_place(request, mechanism, pk)
    if not actions.may_keep_places(request.user, mechanism):
        raise PermissionDenied
    return _edit(request, mechanism, place, _("The place has been saved."))


def _edit(
    request: HttpRequest, mechanism: Mechanism, place: Place, done: str, asked: PlaceRequest | None = None
) -> HttpResponse:
    form = PlaceForm(typed(request), instance=place, mechanism=mechanism)
    is_new = place._state.adding
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, form, place, asked)
        except actions.PlaceTaken:
            form.refuse_name()
        except RequestDecided:
            form.add_error(None, _("Somebody has answered this request, or taken it back, a moment ago."))
        except actions.PlaceChangedMeanwhile as conflict:
            return _conflict(request, mechanism, form, conflict.place)
        else:
            messages.success(request, done)
            if is_new:
                _warn_of_the_like(request, place)
            return redirect("visits:place_detail", npm=mechanism.slug, pk=place.pk)
    context = {"form": form, "place": place, "is_new": is_new, "asked": asked}
    return TemplateResponse(request, "visits/place_form.html", context)


def _warn_of_the_like(request: HttpRequest, place: Place) -> None:
    """Say so if the register seems to have the new place already: nobody looks at the list of pairs each time."""
    if like := resembling(place, request.user):
        sentence = _(
            "“%(name)s” is in the register already. If both are one place, merge them: see Possible duplicates."
        )
        messages.warning(request, sentence % {"name": like})


def _save(request: HttpRequest, form: PlaceForm, place: Place, asked: PlaceRequest | None) -> None:
    user: Any = request.user
    if asked is not None:
        tell_of_code(request, answer_with_new_place(request=asked, place=form.instance, by=user))
    elif place._state.adding:
        actions.add_place(place=form.instance, by=user)
    else:
        actions.change_place(place=form.instance, expected_version=form.cleaned_data["version"] or 0, by=user)


def _conflict(request: HttpRequest, mechanism: Mechanism, typed: PlaceForm, stored: Place) -> HttpResponse:
    """Show what stands now beside what was typed; saving again replaces what stands now, knowingly."""
    data = request.POST.copy()
    data["version"] = str(stored.version)
    form = PlaceForm(data, instance=stored, mechanism=mechanism)
    found = place_differences(typed, Place.objects.select_related("setting", "jurisdiction").get(pk=stored.pk))
    context = {"form": form, "place": stored, "is_new": False, "conflict": True, "differences": found}
    return TemplateResponse(request, "visits/place_form.html", context, status=409)
