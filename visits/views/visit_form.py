from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.models import Mechanism
from members.models.register_memory import one_register
from members.views.scope import desk_page
from npmportal.access import LOG_VISITS
from visits import actions
from visits.models import TRANSITIONS, Visit
from visits.views.place_asking import leave_visit
from visits.views.planned_visit import tie_to_plan
from visits.views.scope import asks_and_acts, fetch_visit, not_open
from visits.views.visit_form_page import (
    filled_form,
    form_page,
    fresh_form,
    only_searches,
    places_to_choose,
    saved,
    words_typed,
)
from visits.views.visit_merging import Answer, decide, merge_and_save, merged_in_words


@asks_and_acts
@one_register()
@desk_page(on_a_body=LOG_VISITS)
def visit_create(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    visit = Visit(mechanism=mechanism)
    if away := leave_visit(request, mechanism):
        return away
    if request.method != "POST" or only_searches(request):
        return form_page(request, mechanism, fresh_form(request, mechanism, visit))
    form = filled_form(request, mechanism, visit)
    if not form.is_valid():
        return form_page(request, mechanism, form)
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
        return form_page(request, mechanism, form)
    except actions.PlaceGone:
        form.add_error("place", _("Choose a place of this network’s register."))
        return form_page(request, mechanism, form)
    tie_to_plan(request, mechanism, visit)
    if "another" in request.POST:
        sentence = _("%(reference)s has been logged as a draft. Log the next visit.")
        return saved(request, mechanism, visit, sentence % {"reference": visit.reference})
    return saved(request, mechanism, visit, _("The visit has been logged as a draft."))


@asks_and_acts
@one_register()
@desk_page(on_a_body=LOG_VISITS)
def visit_change(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    visit = fetch_visit(request, mechanism, pk, to_log=True)
    if request.method != "POST" or only_searches(request):
        if visit.state not in Visit.CHANGEABLE:
            return not_open(request, visit)
        away = leave_visit(request, mechanism, visit)
        return away or form_page(request, mechanism, fresh_form(request, mechanism, visit), visit=visit)
    data, undecided = decide(request.POST, visit)
    try:
        answer = merge_and_save(request, mechanism, visit, data, undecided)
    except PermissionDenied:
        return not_open(request, visit)
    return answer.page or _changed(request, mechanism, answer)


def _changed(request: HttpRequest, mechanism: Mechanism, answer: Answer) -> HttpResponse:
    if answer.taken:
        messages.info(request, merged_in_words(answer.taken))
    is_amended = answer.visit.state == Visit.State.SUBMITTED  # what is submitted takes no change: this one put it there
    sentence = str(TRANSITIONS["amend"].done) if is_amended else _("The visit has been saved.")
    return saved(request, mechanism, answer.visit, sentence)


@require_safe
@desk_page(on_a_body=LOG_VISITS)
def place_options_part(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    words = words_typed(request.GET)
    context = places_to_choose(request, mechanism, words, request.GET.get("place"))
    return TemplateResponse(request, "visits/_place_options.html", context)
