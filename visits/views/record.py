"""The pages of the parts of a visit's record that stand in tables of their own: team, situation, needs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal.access import LOG_VISITS, can
from visits import actions
from visits.actions.record import PARTS, content_of, mark_of, rows_of_part
from visits.field_table import reader_of
from visits.forms.findings import AnswersForm, RatingsForm
from visits.forms.record import NeedsForm, RecordForm, SituationForm, typed
from visits.forms.team import TeamForm, choices_for
from visits.models import TRANSITIONS, Visit
from visits.models.body_names import BodyNames
from visits.models.sums import questions_about_figures
from visits.views.record_facts import differences_in

MORE_ROWS = 3


@dataclass(frozen=True)
class Page:
    """The page of one part: its words, its form, its template."""

    title: Promise
    lead: Promise
    form: type[RecordForm]
    template: str
    anchor: str  # of the part on the page of the visit


PAGES: dict[str, Page] = {
    "team": Page(
        gettext_lazy("Team"),
        gettext_lazy("Who made the visit. Others than the bodies involved see how the team was composed, never names."),
        TeamForm,
        "visits/visit_team.html",
        "part-team",
    ),
    "situation": Page(
        gettext_lazy("Situation on the day"),
        gettext_lazy(
            "Write each number, or choose beside it why there is none. Empty is not nought: leave empty what you "
            "do not know."
        ),
        SituationForm,
        "visits/visit_situation.html",
        "part-situation",
    ),
    "needs": Page(
        gettext_lazy("Needs examined"),
        gettext_lazy(
            "Whether the visit looked at what each group needs. Who belongs to a group is never written down."
        ),
        NeedsForm,
        "visits/visit_needs.html",
        "part-situation",
    ),
    "ratings": Page(
        gettext_lazy("Ratings"),
        gettext_lazy("What the visit says of each standard, on the scale that was in force on its first day."),
        RatingsForm,
        "visits/visit_ratings.html",
        "part-findings",
    ),
    "answers": Page(
        gettext_lazy("Answers to the body’s questions"),
        gettext_lazy("An answer, or why there is none: what was not asked is not “no”."),
        AnswersForm,
        "visits/visit_answers.html",
        "part-findings",
    ),
}


@desk_page(on_a_body=LOG_VISITS)
def visit_team(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    return _part(request, _visit(request, mechanism, pk), "team")


@desk_page(on_a_body=LOG_VISITS)
def visit_situation(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    return _part(request, _visit(request, mechanism, pk), "situation")


@desk_page(on_a_body=LOG_VISITS)
def visit_needs(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    return _part(request, _visit(request, mechanism, pk), "needs")


@desk_page(on_a_body=LOG_VISITS)
def visit_ratings(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    return _part(request, _visit(request, mechanism, pk), "ratings")


@desk_page(on_a_body=LOG_VISITS)
def visit_answers(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    return _part(request, _visit(request, mechanism, pk), "answers")


def _visit(request: HttpRequest, mechanism: Mechanism, pk: Any) -> Visit:
    """Return the visit, for those who log for its lead body; the partners see the record and do not change it."""
    visits = Visit.objects.visible_to(request.user).filter(mechanism=mechanism)
    visit = get_object_or_404(visits.for_detail(), pk=pk)
    if not can(request.user, LOG_VISITS, visit.lead_body):
        raise PermissionDenied
    return visit


def _part(request: HttpRequest, visit: Visit, part: str) -> HttpResponse:
    if request.method == "POST" and "more" not in request.POST:
        return _save(request, visit, part)
    if visit.state not in Visit.CHANGEABLE:
        return _not_open(request, visit)
    if not reader_of(request.user, visit.mechanism).changes(visit).issuperset(PARTS[part].fields):
        raise PermissionDenied
    initial = typed(request.POST) if request.method == "POST" else {"seen": mark_of(content_of(visit, part))}
    if request.method == "POST":
        initial["count"] = _more(request)
    return _page(request, visit, part, _form(request, visit, part, initial=initial))


def _more(request: HttpRequest) -> str:
    """Return how many rows are wanted when “More people” was pressed."""
    sent = request.POST.get("count", "")
    return str(int(sent) + MORE_ROWS) if sent.isdecimal() and len(sent) < 4 else ""


def _save(request: HttpRequest, visit: Visit, part: str) -> HttpResponse:
    form = _form(request, visit, part, data=request.POST)
    if not form.is_valid():
        return _page(request, visit, part, form)
    came_from = visit.state
    try:
        saved = _change(request, visit, part, form)
    except actions.VisitChangedMeanwhile as conflict:
        return _conflict(request, conflict.visit, part, form)
    except actions.StepRefused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, visit, part, form)
    except PermissionDenied:
        return _not_open(request, visit)
    is_amended = came_from == Visit.State.APPROVED and saved.state != came_from
    messages.success(request, str(TRANSITIONS["amend"].done) if is_amended else _("The visit has been saved."))
    if part == "situation":
        for question in questions_about_figures(saved, form.rows()):
            messages.warning(request, question)
    return redirect(_address(visit, part))


def _change(request: HttpRequest, visit: Visit, part: str, form: RecordForm) -> Visit:
    """Save the part. What somebody else has saved in other parts meanwhile is no conflict, and both stay."""
    said: dict[str, Any] = {
        "visit": visit,
        "part": part,
        "rows": form.rows(),
        "by": request.user,
        "reason": form.cleaned_data.get("amend_reason", ""),
    }
    try:
        return actions.change_record(**said, expected_version=form.cleaned_data["version"] or 0)
    except actions.VisitChangedMeanwhile as conflict:
        if form.cleaned_data["seen"] != mark_of(content_of(conflict.visit, part)) or not conflict.visit.is_open:
            raise
        return actions.change_record(**said, expected_version=conflict.visit.version)


def _conflict(request: HttpRequest, stored: Visit, part: str, sent: RecordForm) -> HttpResponse:
    """Show what stands now beside what was typed; saving again replaces what stands now, knowingly."""
    names = BodyNames(stored.mechanism)
    now = content_of(stored, part)
    mine = PARTS[part].told(sent.rows())
    found = [each for name in now for each in differences_in(name, now[name], mine[name], names)]
    data = request.POST.copy()
    data["version"], data["seen"] = str(stored.version), mark_of(now)
    stored = Visit.objects.for_detail().get(pk=stored.pk)
    form = _form(request, stored, part, data=data)
    may_still_save = stored.state in Visit.CHANGEABLE
    shown = {"conflict": True, "differences": found, "may_still_save": may_still_save}
    return _page(request, stored, part, form, status=409, **shown)


def _form(request: HttpRequest, visit: Visit, part: str, **filled: Any) -> RecordForm:
    """Return the form of the part, with what is stored of it or with what ``filled`` says."""
    stored = rows_of_part(visit, part)
    more: dict[str, Any] = {}
    if part == "team":
        more["choices"] = choices_for(visit, request.user, BodyNames(visit.mechanism), stored)  # type: ignore[arg-type]
    make: Callable[..., RecordForm] = PAGES[part].form
    return make(**filled, visit=visit, stored=stored, **more)


def _page(
    request: HttpRequest, visit: Visit, part: str, form: RecordForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"visit": visit, "page": PAGES[part], "form": form, "back_url": _address(visit, part), **more}
    context["above"] = f"{visit.place.name}, {date_format(visit.starts_on)}"
    return TemplateResponse(request, PAGES[part].template, context, status=status)


def _address(visit: Visit, part: str) -> str:
    return f"{_visit_url(visit, 'visit_detail')}#{PAGES[part].anchor}"


def _not_open(request: HttpRequest, visit: Visit) -> HttpResponse:
    state = Visit.objects.get(pk=visit.pk).get_state_display()
    messages.error(request, _("The visit is “%(state)s” now and cannot be changed.") % {"state": state})
    return redirect(_visit_url(visit, "visit_detail"))


def _visit_url(visit: Visit, name: str) -> str:
    """Return the address ``name`` of this visit."""
    return reverse(f"visits:{name}", kwargs={"npm": visit.mechanism.slug, "pk": visit.pk})
