from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.models import Designation, Mechanism
from members.views.scope import desk_page
from npmportal.access import LOG_VISITS, can
from visits import actions
from visits.forms.visit import VisitForm
from visits.models import Place, Visit
from visits.models.body_names import BodyNames
from visits.models.completeness import questions_about_numbers
from visits.views.differences import differences
from visits.views.rows import place_options


@desk_page(on_a_body=LOG_VISITS)
def visit_create(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    if request.method != "POST" or _only_searches(request):
        return _page(request, mechanism, _fresh_form(request, mechanism, Visit(mechanism=mechanism)))
    form = _filled_form(request, mechanism, Visit(mechanism=mechanism))
    if not form.is_valid():
        return _page(request, mechanism, form)
    data = form.cleaned_data
    try:
        visit = actions.log_visit(
            visit=form.instance,
            partners=data.get("partners"),
            by=request.user,  # type: ignore[arg-type]
            form_key=data["form_key"],
        )
    except actions.ReferenceTaken:
        form.add_error("reference", _("The body has another visit with this reference."))
        return _page(request, mechanism, form)
    return _saved(request, mechanism, visit, _("The visit has been logged as a draft."))


@desk_page(on_a_body=LOG_VISITS)
def visit_change(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    visits = Visit.objects.visible_to(request.user).filter(mechanism=mechanism)
    visit = get_object_or_404(visits.for_detail(), pk=pk)
    if not can(request.user, LOG_VISITS, visit.lead_body):
        raise PermissionDenied
    if request.method != "POST" or _only_searches(request):
        if visit.state not in Visit.CHANGEABLE:
            return _not_open(request, mechanism, visit)
        return _page(request, mechanism, _fresh_form(request, mechanism, visit), visit=visit)
    return _change(request, mechanism, visit)


def _change(request: HttpRequest, mechanism: Mechanism, visit: Visit) -> HttpResponse:
    form = _filled_form(request, mechanism, visit)
    if not form.is_valid():
        return _page(request, mechanism, form, visit=visit)
    data = form.cleaned_data
    try:
        actions.change_visit(
            visit=form.instance,
            partners=data.get("partners"),
            expected_version=data["version"] or 0,
            by=request.user,  # type: ignore[arg-type]
            reason=data.get("amend_reason", ""),
        )
    except actions.VisitChangedMeanwhile as conflict:
        return _conflict(request, mechanism, form, conflict.visit)
    except actions.StepRefused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, mechanism, form, visit=visit)
    except actions.ReferenceTaken:
        form.add_error("reference", _("The body has another visit with this reference."))
        return _page(request, mechanism, form, visit=visit)
    except PermissionDenied:
        return _not_open(request, mechanism, visit)
    return _saved(request, mechanism, visit, _("The visit has been saved."))


def _conflict(request: HttpRequest, mechanism: Mechanism, typed: VisitForm, stored: Visit) -> HttpResponse:
    """Show what stands now beside what was typed; saving again replaces what stands now, knowingly."""
    data = request.POST.copy()
    data["version"] = str(stored.version)
    form = VisitForm(data, instance=stored, user=request.user, mechanism=mechanism)  # type: ignore[arg-type]
    found = differences(typed, Visit.objects.for_detail().get(pk=stored.pk), BodyNames(mechanism))
    shown = {"visit": stored, "conflict": True, "differences": found}
    return _page(request, mechanism, form, may_still_save=stored.state in Visit.CHANGEABLE, status=409, **shown)


def _only_searches(request: HttpRequest) -> bool:
    """Tell whether “Find” was pressed, or Enter in the search box before any place was chosen."""
    return "find" in request.POST or bool(request.POST.get("place_q") and not request.POST.get("place"))


def _fresh_form(request: HttpRequest, mechanism: Mechanism, visit: Visit) -> VisitForm:
    """Return the form to begin with, or, after a search for a place, with all that was typed."""
    typed = VisitForm.typed(request.POST) if request.method == "POST" else {}
    if request.method == "GET" and "place" in request.GET:
        typed = {"place": request.GET["place"]}
    return VisitForm(initial=typed, instance=visit, user=request.user, mechanism=mechanism)  # type: ignore[arg-type]


def _filled_form(request: HttpRequest, mechanism: Mechanism, visit: Visit) -> VisitForm:
    return VisitForm(request.POST, instance=visit, user=request.user, mechanism=mechanism)  # type: ignore[arg-type]


def _page(
    request: HttpRequest, mechanism: Mechanism, form: VisitForm, *, status: int = 200, **context: Any
) -> HttpResponse:
    words = _words(request.POST)
    context |= {"form": form, **_places(request, mechanism, words, form["place"].value())}
    return TemplateResponse(request, "visits/visit_form.html", context, status=status)


def _words(data: QueryDict) -> str:
    """Return what was typed into the search for a place."""
    return data.get("place_q", "").replace("\x00", "").strip()[:100]


def _places(request: HttpRequest, mechanism: Mechanism, words: str, chosen: Any) -> dict[str, Any]:
    places = Place.objects.visible_to(request.user).filter(mechanism=mechanism).for_list()
    place = places.with_id(chosen).first()
    options, has_more = place_options(places, request.user, mechanism, words=words, chosen=place)
    return {"words": words, "options": options, "has_more_places": has_more, "chosen": place}


@require_safe
@desk_page(on_a_body=LOG_VISITS)
def place_options_part(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    words = _words(request.GET)
    context = _places(request, mechanism, words, request.GET.get("place"))
    return TemplateResponse(request, "visits/_place_options.html", context)


def _not_open(request: HttpRequest, mechanism: Mechanism, visit: Visit) -> HttpResponse:
    sentence = _("The visit is “%(state)s” now and cannot be changed.") % {"state": visit.get_state_display()}
    messages.error(request, sentence)
    return redirect("visits:visit_detail", npm=mechanism.slug, pk=visit.pk)


def _saved(request: HttpRequest, mechanism: Mechanism, visit: Visit, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    members = set(Designation.objects.as_at(visit.starts_on).values_list("body_id", flat=True))
    involved = {visit.lead_body_id, *visit.partners.values_list("pk", flat=True)}
    names = BodyNames(mechanism)
    for body_id in sorted(involved - members):
        name = names.on(body_id, visit.starts_on)
        sentence = _("According to the register, %(body)s was not a member of the network on the day of the visit.")
        messages.warning(request, sentence % {"body": name.name if name else body_id})
    for question in questions_about_numbers(visit):
        messages.warning(request, question)
    return redirect("visits:visit_detail", npm=mechanism.slug, pk=visit.pk)
