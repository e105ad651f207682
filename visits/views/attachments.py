"""The files of a visit: added, watched while they are checked, taken along, taken back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from members.models import Mechanism
from npmportal.private_files import NoRoom, StorageAway, inert_answer
from npmportal.uploads.handlers import refused_uploads
from npmportal.uploads.reasons import Reason, Refused
from npmportal.uploads.sentences import sentence, sentence_about
from visits.actions import attachments as actions
from visits.actions.transitions import ReasonMissing, note_look
from visits.attachment_checks import record
from visits.attachment_keeping import Altered, opened_unaltered
from visits.field_table import reader_of
from visits.forms.attachment import AttachmentForm
from visits.forms.note import ReasonForm
from visits.models import Attachment, Visit
from visits.views.attachment_rows import Rights, files_of, row_of
from visits.views.scope import asks_and_acts, fetch_visit, knows_of_visits, page_of_visit

# A piece of the page fetches itself every two seconds: of these one is kept, and none after the page it stands on.
ONE_READING = timedelta(hours=1)


def _visit(request: HttpRequest, mechanism: Mechanism, pk: Any) -> Visit:
    """Return the visit: 404 for who may not read it, 403 for who may read it but not its files."""
    visit = fetch_visit(request, mechanism, pk)
    if actions.FIELD not in reader_of(request.user, mechanism).sees(visit):
        raise PermissionDenied
    return visit


def _attachment(request: HttpRequest, mechanism: Mechanism, pk: Any) -> Attachment:
    """Return a file of a visit, as `_visit` does the visit; one that was removed is there for nobody."""
    attachments = Attachment.objects.visible_to(request.user).exclude(state=Attachment.State.REMOVED)
    found = get_object_or_404(attachments.select_related("uploaded_by", "taken_back_by", "job"), pk=pk)
    found.visit = _visit(request, mechanism, found.visit_id)
    return found


@asks_and_acts
@knows_of_visits
def visit_files(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    visit = _visit(request, mechanism, pk)
    if request.method != "POST":
        return _page(request, visit, AttachmentForm())
    if not actions.may_attach(visit, request.user):  # type: ignore[arg-type]
        raise PermissionDenied
    form = AttachmentForm(request.POST, request.FILES, left_out=refused_uploads(request))
    if not form.is_valid():
        return _page(request, visit, form)
    taken, refused = _add(request, visit, form)
    if not taken:
        form.say_refused(refused)
        return _page(request, visit, form)
    _say_taken(request, len(taken), refused)
    return redirect("visits:visit_files", npm=mechanism.slug, pk=visit.pk)


def _add(request: HttpRequest, visit: Visit, form: AttachmentForm) -> tuple[list[Attachment], list[tuple[str, Reason]]]:
    """Add the files one by one; return those that were taken, and of the others the name and why not."""
    taken, refused = [], list(form.left_out)
    for file in form.cleaned_data["files"]:
        try:
            added = actions.attach_file(visit=visit, file=file, about=form.about, by=request.user)  # type: ignore[arg-type]
            taken.append(added)
        except Refused as refusal:
            refused.append((actions.tidy_name(file.name), refusal.reason))
    return taken, refused


def _say_taken(request: HttpRequest, count: int, refused: list[tuple[str, Reason]]) -> None:
    words = ngettext(
        "The file was received and is being checked.", "%(count)d files were received and are being checked.", count
    )
    messages.success(request, words % {"count": count})
    for name, reason in refused:
        messages.error(request, sentence_about(name, reason))


@require_safe
@knows_of_visits
def attachment_part(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    attachment = _attachment(request, mechanism, pk)
    if not getattr(request, "htmx", False):
        return redirect("visits:visit_files", npm=mechanism.slug, pk=attachment.visit_id)
    context = {"row": row_of(attachment, Rights(attachment.visit, request.user))}
    return page_of_visit(request, attachment.visit, "visits/_file_facts.html", context, again_after=ONE_READING)


@require_safe
@knows_of_visits
def attachment_download(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponseBase:
    attachment = _attachment(request, mechanism, pk)
    back = redirect("visits:visit_files", npm=mechanism.slug, pk=attachment.visit_id)
    if attachment.state != Attachment.State.AVAILABLE:
        messages.error(request, _("This file cannot be had: it has not passed its check."))
        return back
    try:
        file = opened_unaltered(attachment, by=request.user)
    except Altered:
        messages.error(request, _("What is stored of this file is not what was stored, so nobody gets it."))
        return back
    except (NoRoom, StorageAway):
        messages.error(request, sentence(Reason.STORAGE_AWAY))
        return back
    is_handed_in = attachment.visit.state in Visit.HANDED_IN
    note_look(attachment.visit, request.user)  # who reads a file, and not the page, has looked too
    record("attachment.downloaded" if is_handed_in else "attachment.draft_downloaded", attachment, by=request.user)
    return inert_answer(file, attachment.name, attachment.content_type)


@require_POST
@knows_of_visits
def attachment_check_again(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    attachment = _attachment(request, mechanism, pk)
    if actions.check_again(attachment=attachment, by=request.user):  # type: ignore[arg-type]
        messages.success(request, _("The file is being checked again."))
    return redirect("visits:visit_files", npm=mechanism.slug, pk=attachment.visit_id)


@require_POST
@knows_of_visits
def attachment_remove(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    return _take_back(request, mechanism, pk, actions.remove_attachment, _("The file has been removed."))


@require_POST
@knows_of_visits
def attachment_withdraw(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    words = _("The file has been withdrawn. It stays with the visit, marked as such.")
    return _take_back(request, mechanism, pk, actions.withdraw_attachment, words)


def _take_back(
    request: HttpRequest, mechanism: Mechanism, pk: Any, act: Callable[..., Attachment], done: str
) -> HttpResponse:
    attachment = _attachment(request, mechanism, pk)
    form = ReasonForm(request.POST, rows=2, auto_id=f"id_{attachment.pk}_%s")
    typed = request.POST.get("reason", "")
    try:
        act(attachment=attachment, reason=typed if form.is_valid() else "", by=request.user)
    except ReasonMissing as refusal:
        if not form.errors:
            form.add_error("reason", str(refusal))
        return _page(request, attachment.visit, AttachmentForm(), wrong=(attachment.pk, form))
    messages.success(request, done)
    return redirect("visits:visit_files", npm=mechanism.slug, pk=attachment.visit_id)


def _page(
    request: HttpRequest, visit: Visit, form: AttachmentForm, *, wrong: tuple[Any, ReasonForm] | None = None
) -> HttpResponse:
    sees = reader_of(request.user, visit.mechanism).sees(visit)
    files = files_of(visit, request.user, sees, wrong=wrong)
    shown = wrong[1] if wrong else form
    context = {
        "visit": visit,
        "files": files,
        "form": shown,
        "adding": form,
        "limits": settings.UPLOADS,
        "heading": visit.place.name if "place" in sees else _("Visit"),
        "reference": visit.reference if "reference" in sees else _("Visit"),
    }
    status = 422 if shown.is_bound and shown.errors else 200
    return page_of_visit(request, visit, "visits/visit_files.html", context, status=status)
