"""Writing beside a visit: notes, questions, answers, addenda."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal.access import VIEW_SUBMITTED_VISITS, VIEW_VISITS
from visits import actions
from visits.forms.note import NoteForm, SideNoteForm
from visits.models import Visit, VisitNote
from visits.views.scope import fetch_visit, knows_of_visits
from visits.views.visit_page import visit_page

# For each kind of text: who may write it and the form it is written in.
KINDS: dict[str, tuple[Callable[[Visit, Any], Any], type[NoteForm]]] = {
    "note": (actions.side_of, SideNoteForm),
    "question": (actions.may_ask, NoteForm),
    "addendum": (actions.may_add, NoteForm),
}


@require_POST
@knows_of_visits
def visit_note(request: HttpRequest, mechanism: Mechanism, pk: Any, kind: str) -> HttpResponse:
    visit = fetch_visit(request, mechanism, pk)
    if kind not in KINDS:
        raise Http404
    may_write, form_class = KINDS[kind]
    if not may_write(visit, request.user):
        raise PermissionDenied
    form = form_class(request.POST, auto_id=f"id_{kind}_%s")
    if not form.is_valid():
        return visit_page(request, mechanism, visit, refused=(request.path, form))
    _write(kind, visit, form.cleaned_data, request.user)
    messages.success(request, _("Your text has been added."))
    return redirect("visits:visit_detail", npm=mechanism.slug, pk=pk)


def _write(kind: str, visit: Visit, data: dict[str, Any], by: Any) -> None:
    if kind == "question":
        actions.ask(visit=visit, text=data["text"], by=by)
    elif kind == "addendum":
        actions.add_to_record(visit=visit, text=data["text"], by=by)
    else:
        actions.write_note(visit=visit, text=data["text"], is_shared=data["is_shared"], by=by)


@require_POST
@desk_page(on_a_body=VIEW_VISITS)
def visit_answer(request: HttpRequest, mechanism: Mechanism, pk: Any, number: int) -> HttpResponse:
    visit = fetch_visit(request, mechanism, pk)
    question = _question(request, visit, number)
    if not actions.may_answer(visit, request.user):
        raise PermissionDenied
    form = NoteForm(request.POST, auto_id=f"id_q{number}_%s", label=_("Answer"))
    if not form.is_valid():
        return visit_page(request, mechanism, visit, refused=(request.path, form))
    try:
        actions.answer(question=question, text=form.cleaned_data["text"], by=request.user)  # type: ignore[arg-type]
    except actions.QuestionSettled:
        form.add_error("text", _("The question has been settled meanwhile: write a note instead."))
        return visit_page(request, mechanism, visit, refused=(request.path, form))
    messages.success(request, _("Your answer has been added."))
    return redirect("visits:visit_detail", npm=mechanism.slug, pk=pk)


@require_POST
@desk_page(needs=VIEW_SUBMITTED_VISITS)
def visit_settle(request: HttpRequest, mechanism: Mechanism, pk: Any, number: int) -> HttpResponse:
    visit = fetch_visit(request, mechanism, pk)
    question = _question(request, visit, number)
    actions.settle(question=question, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("The question is settled."))
    return redirect("visits:visit_detail", npm=mechanism.slug, pk=pk)


def _question(request: HttpRequest, visit: Visit, number: int) -> VisitNote:
    questions = VisitNote.objects.visible_to(request.user).filter(visit=visit, kind=VisitNote.Kind.QUESTION)
    return get_object_or_404(questions, pk=number)
