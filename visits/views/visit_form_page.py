"""The page of the form of a visit: what it begins with, the places to choose from, and where it leads when saved."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from members.models import Mechanism
from members.models.body import members_on
from npmportal.access import LOG_VISITS, grants_of
from visits.forms.visit import VisitForm
from visits.models import Place, Visit
from visits.models.body_names import BodyNames
from visits.models.sums import questions_about_numbers
from visits.views.kept_forms import draft_in_address, drafts_before, key_in
from visits.views.planned_visit import typed_from_plan
from visits.views.scope import page_of_visit

RECENT_VISITS, RECENT_PLACES, MOST_MATCHES = 60, 8, 20


def only_searches(request: HttpRequest) -> bool:
    """Tell whether the form is not sent to be saved: “Find”, Enter in the search box before any place was chosen, or
    the button that asks for a place that is not in the list."""
    if "find" in request.POST or "ask_place" in request.POST:
        return True
    return bool(request.POST.get("place_q") and not request.POST.get("place"))


def fresh_form(request: HttpRequest, mechanism: Mechanism, visit: Visit) -> VisitForm:
    """Return the form to begin with; after a search for a place, or with a form that was kept, all that was typed."""
    typed: dict[str, Any] = {}
    if request.method == "POST":
        typed = VisitForm.typed(request.POST)
    elif draft := draft_in_address(request, mechanism, None if visit._state.adding else visit):
        typed = VisitForm.typed(MultiValueDict(draft.data))
    elif planned := typed_from_plan(request, mechanism):
        typed = planned
    elif "place" in request.GET:
        typed = {"place": request.GET["place"]}
    elif last := _last_saved(request, mechanism):
        typed = {"lead_body": last.lead_body_id, "starts_on": last.starts_on}
    return VisitForm(initial=typed, instance=visit, user=request.user, mechanism=mechanism)  # type: ignore[arg-type]


def filled_form(request: HttpRequest, mechanism: Mechanism, visit: Visit, data: QueryDict | None = None) -> VisitForm:
    """Return the form with what was sent, or with the ``data`` that was made of it."""
    return VisitForm(data or request.POST, instance=visit, user=request.user, mechanism=mechanism)  # type: ignore[arg-type]


def form_page(
    request: HttpRequest,
    mechanism: Mechanism,
    form: VisitForm,
    *,
    visit: Visit | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """Return the page with ``form``, of the stored ``visit`` or (None) of a new one."""
    words, chosen = words_typed(request.POST or form.initial), form["place"].value()
    context |= {"form": form, "visit": visit, **places_to_choose(request, mechanism, words, chosen)}
    context["keep_url"] = _keep_url(mechanism, visit)
    is_lost = visit is not None and visit.place.is_struck_off and str(chosen or "") in ("", str(visit.place_id))
    context["lost_place"] = visit.place.name if visit and is_lost else ""
    if request.method == "GET" and "kept" not in request.GET:
        context["kept"] = _kept_before(request, mechanism, visit)
    if visit is None:
        return TemplateResponse(request, "visits/visit_form.html", context, status=status)
    return page_of_visit(request, visit, "visits/visit_form.html", context, status=status)


def places_to_choose(request: HttpRequest, mechanism: Mechanism, words: str, chosen: Any) -> dict[str, Any]:
    """Return what the choice of a place prints: those found by ``words``, else those visited lately."""
    places = Place.objects.visible_to(request.user).filter(mechanism=mechanism).for_list()
    place = places.with_id(chosen).first()
    options, has_more = _place_options(places, request.user, mechanism, words=words, chosen=place)
    return {"words": words, "options": options, "has_more_places": has_more, "chosen": place}


def _place_options(
    places: Any, user: Any, mechanism: Mechanism, *, words: str, chosen: Place | None
) -> tuple[list[Place], bool]:
    """Return the places to choose from and whether more match: those found by ``words``, else those visited lately."""
    if words:
        found = list(places.named(words).order_by("name", "id")[: MOST_MATCHES + 1])
    else:
        found = _visited_lately(places, user, mechanism)
    options = [place for place in found[:MOST_MATCHES] if place != chosen]
    return ([chosen] if chosen else []) + options, len(found) > MOST_MATCHES


def _visited_lately(places: Any, user: Any, mechanism: Mechanism) -> list[Place]:
    bodies = sorted(grants_of(user).on(LOG_VISITS))
    own = Visit.objects.filter(mechanism=mechanism, body_ids__overlap=bodies).newest_first()
    recent = list(dict.fromkeys(own.values_list("place_id", flat=True)[:RECENT_VISITS]))[:RECENT_PLACES]
    by_id = places.in_bulk(recent)
    return [by_id[pk] for pk in recent if pk in by_id]


def words_typed(data: Mapping[str, Any]) -> str:
    """Return what was typed into the search for a place, just now or in a form that was kept."""
    return (data.get("place_q") or "").replace("\x00", "").strip()[:100]


def saved(request: HttpRequest, mechanism: Mechanism, visit: Visit, sentence: str) -> HttpResponse:
    """Say that ``visit`` was saved and what to look at again; lead to its page, or to the form of the next one."""
    messages.success(request, sentence)
    if strangers := sorted(set(visit.body_ids) - members_on(mechanism, visit.starts_on)):
        names = BodyNames(mechanism)
        for body_id in strangers:
            name = names.on(body_id, visit.starts_on)
            sentence = _("According to the register, %(body)s was not a member of the network on the day of the visit.")
            messages.warning(request, sentence % {"body": name.name if name else body_id})
    for question in questions_about_numbers(visit):
        messages.warning(request, question)
    if "another" in request.POST:
        return redirect(f"{reverse('visits:visit_create', kwargs={'npm': mechanism.slug})}?after={visit.pk}")
    return redirect("visits:visit_detail", npm=mechanism.slug, pk=visit.pk)


def _last_saved(request: HttpRequest, mechanism: Mechanism) -> Visit | None:
    """Return the visit after which another is logged: of the same body, often of the same day."""
    key = key_in(request.GET.get("after"))
    own = Visit.objects.visible_to(request.user).filter(mechanism=mechanism)
    return own.filter(pk=key).only("lead_body", "starts_on").first() if key else None


def _keep_url(mechanism: Mechanism, visit: Visit | None) -> str:
    if visit is None:
        return reverse("visits:draft_keep", kwargs={"npm": mechanism.slug})
    return reverse("visits:visit_draft_keep", kwargs={"npm": mechanism.slug, "pk": visit.pk})


def _kept_before(request: HttpRequest, mechanism: Mechanism, visit: Visit | None) -> list[dict[str, Any]]:
    """Return what the person typed into this form at another time and did not save, newest first."""
    found = drafts_before(request, mechanism, visit)
    chosen = [key_in("".join(one["draft"].data.get("place", []))) for one in found]
    ids = {key for key in chosen if key}
    places = Place.objects.visible_to(request.user).filter(pk__in=ids) if ids else []
    names = {place.pk: place.name for place in places}
    return [one | {"place": names.get(key, "") if key else ""} for one, key in zip(found, chosen, strict=True)]
