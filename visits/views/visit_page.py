"""The page of one visit: its facts, the steps open to the reader, and what happened to it."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.concerns import decisions_and_tasks_of
from members.models import Mechanism
from visits import actions
from visits.field_table import reader_of
from visits.forms.note import NoteForm, ReasonForm, SideNoteForm
from visits.models import Transition, Visit, VisitNote
from visits.models.body_names import BodyNames
from visits.models.completeness import gaps_of
from visits.views.attachment_rows import files_of
from visits.views.facts import sections_of
from visits.views.feed import SHOWN, Entry, feed_of, is_open
from visits.views.record_beside import record_context, with_links
from visits.views.rows import bodies_of
from visits.views.scope import page_of_visit, visit_address


def visit_page(
    request: HttpRequest,
    mechanism: Mechanism,
    visit: Visit,
    *,
    refused: tuple[str, forms.Form] | None = None,
    is_whole_feed: bool = False,
) -> HttpResponse:
    """Return the page of ``visit``; ``refused`` is a form of it that came back with errors, under its address."""
    sees = reader_of(request.user, mechanism).sees(visit)
    may_change = Visit.objects.editable_by(request.user).filter(pk=visit.pk).exists()
    record = record_context(visit, sees, may_change=may_change)
    names = BodyNames(mechanism)
    sections = sections_of(visit, bodies_of(visit, names), sees)
    files = files_of(visit, request.user, sees)
    feed = feed_of(visit, request.user, sees, names, files.attachments if files else ())
    context = {
        "visit": visit,
        **_heading(visit, sees),
        "sections": with_links(sections, visit) if may_change else sections,
        "steps": [_button(visit, step, refused) for step in actions.steps_open_to(request.user, visit)],  # type: ignore[arg-type]
        "may_change": may_change,
        "addenda": [entry for entry in feed if entry.note and entry.note.kind == VisitNote.Kind.ADDENDUM],
        "open_questions": [_question(request, visit, entry, feed, refused) for entry in feed if is_open(entry)],
        "last_step": next((entry for entry in feed if entry.step), None),
        "feed": feed if is_whole_feed else feed[:SHOWN],
        "has_more": not is_whole_feed and len(feed) > SHOWN,
        "writing": _writing(request, visit, refused) if "history" in sees else [],
        **record,
        "gaps": [gap for gap in gaps_of(visit) if gap.field in sees] if visit.is_open else [],
        "readers": _readers(visit),
        "form": refused[1] if refused else None,
        "about": decisions_and_tasks_of(visit, request.user),
        "files": files,
    }
    return page_of_visit(request, visit, "visits/visit_detail.html", context, status=422 if refused else 200)


def _button(visit: Visit, step: Transition, refused: tuple[str, forms.Form] | None) -> dict[str, Any]:
    url = visit_address(visit, "visit_transition", transition=step.name)
    wrong = refused[1] if refused and refused[0] == url else None
    form = wrong or (ReasonForm(auto_id=f"id_{step.name}_%s") if step.needs_reason else None)
    return {"step": step, "url": url, "form": form, "is_open": wrong is not None}


def _question(
    request: HttpRequest, visit: Visit, entry: Entry, feed: list[Entry], refused: tuple[str, forms.Form] | None
) -> dict[str, Any]:
    """Return an open question with its answers so far, oldest first, and the forms to answer and to settle it."""
    assert entry.note
    number = {"number": entry.note.pk}
    url = visit_address(visit, "visit_answer", **number)
    form = (
        refused[1] if refused and refused[0] == url else NoteForm(auto_id=f"id_q{entry.note.pk}_%s", label=_("Answer"))
    )
    return {
        "entry": entry,
        "answers": [other for other in reversed(feed) if other.note and other.note.answers_to_id == entry.note.pk],
        "answer": {"url": url, "form": form} if actions.may_answer(visit, request.user) else None,
        "settle_url": visit_address(visit, "visit_settle", **number) if actions.may_settle(visit, request.user) else "",
    }


def _writing(request: HttpRequest, visit: Visit, refused: tuple[str, forms.Form] | None) -> list[dict[str, Any]]:
    """Return the forms in which the reader may write beside the visit."""
    offered: list[tuple[str, str, str, type[NoteForm]]] = []
    if actions.may_ask(visit, request.user):
        offered.append(("question", _("Ask the body"), _("Question"), NoteForm))
    if actions.may_add(visit, request.user):
        offered.append(("addendum", _("Add to the record"), _("Addendum"), NoteForm))
    if actions.side_of(visit, request.user):
        offered.append(("note", _("Write a note"), _("Note"), SideNoteForm))
    found = []
    for kind, label, field, form_class in offered:
        url = visit_address(visit, "visit_note", kind=kind)
        wrong = refused[1] if refused and refused[0] == url else None
        form = wrong or form_class(auto_id=f"id_{kind}_%s", label=field)
        found.append({"label": label, "url": url, "form": form, "is_open": wrong is not None})
    return found


def _heading(visit: Visit, sees: frozenset[str]) -> dict[str, Any]:
    """Return what stands above the facts: names of the page, and tags; each of a field that the reader sees."""
    reference = visit.reference if "reference" in sees else _("Visit")
    heading = visit.place.name if "place" in sees else reference
    title = f"{heading}, {date_format(visit.starts_on)}" if "starts_on" in sees else heading
    tags = [(visit.state, visit.get_state_display())] if "state" in sees else []
    if visit.is_joint and "partners" in sees:
        tags.append(("joint", _("joint visit")))
    if visit.place.is_invented and "place" in sees:
        tags.append(("invented", _("invented")))
    return {"title": title, "heading": heading, "reference": reference, "tags": tags}


def _readers(visit: Visit) -> str:
    """Return, in a sentence, who may see this visit now (design section 4)."""
    if visit.state not in Visit.HANDED_IN:
        return _("The people of the bodies involved can see this visit; nobody else can.")
    if visit.state != Visit.State.APPROVED:
        return _("The people of the bodies involved and the coordinator can see this visit.")
    if visit.confidentiality == Visit.Confidentiality.RESTRICTED:
        return _(
            "The people of the bodies involved and the coordinator can see this visit; other members do not know of "
            "it. Each reading is written down."
        )
    return _(
        "The people of the bodies involved and the coordinator can see this visit; other members only know the place, "
        "the days and the bodies."
    )
