"""The pages of the parts of a visit's record that stand in tables of their own: team, situation, needs, findings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.datastructures import MultiValueDict
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal.access import LOG_VISITS
from visits import actions
from visits.actions.record import PARTS, rows_of_part
from visits.field_table import reader_of
from visits.forms.findings import FindingsForm
from visits.forms.judgements import AnswersForm, RatingsForm
from visits.forms.merging import TRIES
from visits.forms.record import NeedsForm, RecordForm, SituationForm, typed
from visits.forms.team import TeamForm, choices_for
from visits.models import TRANSITIONS, Visit
from visits.models.body_names import BodyNames
from visits.models.sums import questions_about_figures
from visits.views.kept_forms import draft_in_address, drafts_before
from visits.views.record_merging import WHOLE, Disputed, decide, differences_of, marks_of, merge
from visits.views.scope import asks_and_acts, fetch_visit, not_open, page_of_visit, visit_address

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
    "findings": Page(
        gettext_lazy("Findings and recommendations"),
        gettext_lazy(
            "What the visit found and what it asks for: in your body’s own words, each mapped to a common kind."
        ),
        FindingsForm,
        "visits/visit_findings.html",
        "part-findings",
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


@asks_and_acts
@desk_page(on_a_body=LOG_VISITS)
def visit_team(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    return _part(request, fetch_visit(request, mechanism, pk, to_log=True), "team")


@asks_and_acts
@desk_page(on_a_body=LOG_VISITS)
def visit_situation(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    return _part(request, fetch_visit(request, mechanism, pk, to_log=True), "situation")


@asks_and_acts
@desk_page(on_a_body=LOG_VISITS)
def visit_needs(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    return _part(request, fetch_visit(request, mechanism, pk, to_log=True), "needs")


@asks_and_acts
@desk_page(on_a_body=LOG_VISITS)
def visit_findings(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    return _part(request, fetch_visit(request, mechanism, pk, to_log=True), "findings")


@asks_and_acts
@desk_page(on_a_body=LOG_VISITS)
def visit_ratings(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    return _part(request, fetch_visit(request, mechanism, pk, to_log=True), "ratings")


@asks_and_acts
@desk_page(on_a_body=LOG_VISITS)
def visit_answers(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    return _part(request, fetch_visit(request, mechanism, pk, to_log=True), "answers")


def _part(request: HttpRequest, visit: Visit, part: str) -> HttpResponse:
    if request.method == "POST" and "more" not in request.POST:
        return _save(request, visit, part)
    if visit.state not in Visit.CHANGEABLE:
        return not_open(request, visit)
    if not reader_of(request.user, visit.mechanism).changes(visit).issuperset(PARTS[part].fields):
        raise PermissionDenied
    if request.method == "POST":
        return _page(request, visit, part, _form(request, visit, part, initial=_typed_and_more(request)))
    kept = draft_in_address(request, visit.mechanism, visit, part)
    initial = typed(MultiValueDict(kept.data)) if kept else {"seen": marks_of(visit, part)}
    found = [] if kept else drafts_before(request, visit.mechanism, visit, part)
    return _page(request, visit, part, _form(request, visit, part, initial=initial), kept=found)


def _typed_and_more(request: HttpRequest) -> dict[str, Any]:
    """Return what was typed and how many rows are wanted, when “More people” was pressed."""
    sent = request.POST.get("count", "")
    return typed(request.POST) | {"count": str(int(sent) + MORE_ROWS) if sent.isdecimal() and len(sent) < 4 else ""}


def _save(request: HttpRequest, visit: Visit, part: str) -> HttpResponse:
    chosen, undecided = decide(request.POST, part, _form(request, visit, part))
    form = _form(request, visit, part, data=chosen.data)
    if not form.is_valid():
        return _page(request, visit, part, form)
    if undecided:
        form.add_error(None, _("Choose one of the two versions of each field."))
        return _ask(request, visit, part, form, form, undecided)
    came_from = visit.state
    try:
        saved, taken = (visit, [WHOLE]) if WHOLE in chosen.taken else _change(request, visit, part, form, chosen.data)
    except Disputed as dispute:
        return _conflict(request, dispute, part, form)
    except actions.StepRefused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, visit, part, form)
    except PermissionDenied:
        return not_open(request, visit)
    is_amended = came_from == Visit.State.APPROVED and saved.state != came_from
    messages.success(request, str(TRANSITIONS["amend"].done) if is_amended else _said(taken))
    if part == "situation":
        for question in questions_about_figures(saved, saved.figures.all()):
            messages.warning(request, question)
    return redirect(_address(visit, part))


def _said(taken: list[str]) -> str:
    """Return what is said of a part that was saved, with rows ``taken`` from somebody else."""
    if WHOLE in taken:
        return _("What somebody else saved stays as it is.")
    if taken:
        return _("The visit has been saved. What somebody else changed meanwhile is kept beside it.")
    return _("The visit has been saved.")


def _change(
    request: HttpRequest, visit: Visit, part: str, form: RecordForm, data: QueryDict
) -> tuple[Visit, list[str]]:
    """Save the part; return the visit, and which rows stay as somebody else has saved them meanwhile.

    What was saved in other parts is no conflict, nor what was changed in other rows. Raises Disputed where somebody
    else changed the same rows, and what `visits.actions.change_record` raises.
    """
    said: dict[str, Any] = {
        "visit": visit,
        "part": part,
        "by": request.user,
        "reason": form.cleaned_data.get("amend_reason", ""),
        "form_key": form.cleaned_data.get("form_key"),
    }
    taken: list[str] = []
    for _try in range(TRIES):
        try:
            version = form.cleaned_data["version"] or 0
            return actions.change_record(**said, rows=form.rows(), expected_version=version), taken
        except actions.VisitChangedMeanwhile as conflict:
            stored = conflict.visit
        merged = merge(part, form, stored, data, lambda now: _form(request, now, part))
        merged.taken = taken = [*taken, *merged.taken]
        data, form = merged.data, _form(request, stored, part, data=merged.data)
        if merged.disputed or not stored.is_open or not form.is_valid():
            break
        if WHOLE in taken:
            return stored, taken
    raise Disputed(stored, merged)


def _conflict(request: HttpRequest, dispute: Disputed, part: str, sent: RecordForm) -> HttpResponse:
    """Show what stands now beside what was typed; saving again begins from what it was merged with."""
    stored = Visit.objects.for_detail().get(pk=dispute.stored.pk)
    form = _form(request, stored, part, data=dispute.merged.data)
    is_merged = bool(dispute.merged.taken) and stored.state in Visit.CHANGEABLE
    merged = _("What somebody else changed besides is in the form below, beside yours.") if is_merged else ""
    return _ask(request, stored, part, form, sent, dispute.merged.disputed, merged=merged)


def _ask(
    request: HttpRequest,
    stored: Visit,
    part: str,
    form: RecordForm,
    sent: RecordForm,
    disputed: list[str],
    *,
    merged: str = "",
) -> HttpResponse:
    may_still_save = stored.state in Visit.CHANGEABLE
    only = disputed if may_still_save else None  # what cannot be saved is shown whole, to be copied
    found = differences_of(part, stored, sent.rows(), BodyNames(stored.mechanism), only)
    shown = {"conflict": True, "differences": found, "may_still_save": may_still_save, "merged": merged}
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
    context["keep_url"] = visit_address(visit, "visit_part_keep", part=part)
    context["above"] = f"{visit.place.name}, {date_format(visit.starts_on)}"
    return page_of_visit(request, visit, PAGES[part].template, context, status=status)


def _address(visit: Visit, part: str) -> str:
    return f"{visit_address(visit, 'visit_detail')}#{PAGES[part].anchor}"
