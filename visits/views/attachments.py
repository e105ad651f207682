"""The files of a visit: added, watched while they are checked, taken along, taken back."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal import audit
from npmportal.access import VIEW_SUBMITTED_VISITS, VIEW_VISITS
from npmportal.private_files import NoRoom, StorageAway, inert_answer
from npmportal.uploads.handlers import refused_uploads
from npmportal.uploads.reasons import Reason, Refused
from npmportal.uploads.sentences import sentence, sentence_about
from visits.actions import attachments as actions
from visits.actions.transitions import note_look
from visits.attachment_checks import record
from visits.attachment_keeping import Altered, opened_unaltered
from visits.field_table import reader_of
from visits.forms.attachment import AttachmentForm, TakingBackForm
from visits.models import Attachment, Visit
from visits.views.attachment_rows import Rights, files_of, row_of

content_page = desk_page(needs=VIEW_SUBMITTED_VISITS, on_a_body=VIEW_VISITS)


def _visit(request: HttpRequest, mechanism: Mechanism, pk: Any) -> Visit:
    """Return the visit: 404 for who may not read it, 403 for who may read it but not its files.

    A reviewer who reads a file, and not the page, has looked too.
    """
    visits = Visit.objects.visible_to(request.user).filter(mechanism=mechanism)
    visit = get_object_or_404(visits.for_detail(), pk=pk)
    if actions.FIELD not in reader_of(request.user, mechanism).sees(visit):
        raise PermissionDenied
    note_look(visit, request.user)
    return visit


def _attachment(request: HttpRequest, mechanism: Mechanism, pk: Any) -> Attachment:
    """Return a file of a visit, as `_visit` does the visit; one that was removed is there for nobody."""
    attachments = Attachment.objects.visible_to(request.user).exclude(state=Attachment.State.REMOVED)
    found = get_object_or_404(attachments.select_related("uploaded_by", "taken_back_by", "job"), pk=pk)
    found.visit = _visit(request, mechanism, found.visit_id)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@content_page
def visit_files(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    visit = _visit(request, mechanism, pk)
    if request.method != "POST":
        _note_reading(request, visit)
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
@content_page
def attachment_part(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    attachment = _attachment(request, mechanism, pk)
    if not getattr(request, "htmx", False):
        return redirect("visits:visit_files", npm=mechanism.slug, pk=attachment.visit_id)
    context = {"row": row_of(attachment, Rights(attachment.visit, request.user))}
    return TemplateResponse(request, "visits/_file_facts.html", context)


@require_safe
@content_page
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
    record("attachment.downloaded" if is_handed_in else "attachment.draft_downloaded", attachment, by=request.user)
    return inert_answer(file, attachment.name, attachment.content_type)


@require_POST
@content_page
def attachment_check_again(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    attachment = _attachment(request, mechanism, pk)
    if actions.check_again(attachment=attachment, by=request.user):  # type: ignore[arg-type]
        messages.success(request, _("The file is being checked again."))
    return redirect("visits:visit_files", npm=mechanism.slug, pk=attachment.visit_id)


@require_POST
@content_page
def attachment_remove(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    return _take_back(request, mechanism, pk, actions.remove_attachment, _("The file has been removed."))


@require_POST
@content_page
def attachment_withdraw(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    words = _("The file has been withdrawn. It stays with the visit, marked as such.")
    return _take_back(request, mechanism, pk, actions.withdraw_attachment, words)


def _take_back(
    request: HttpRequest, mechanism: Mechanism, pk: Any, act: Callable[..., Attachment], done: str
) -> HttpResponse:
    attachment = _attachment(request, mechanism, pk)
    form = TakingBackForm(request.POST, auto_id=f"id_{attachment.pk}_%s")
    typed = request.POST.get("reason", "")
    try:
        act(attachment=attachment, reason=typed if form.is_valid() else "", by=request.user)
    except actions.TakingBackRefused as refusal:
        if not form.errors:
            form.add_error("reason", str(refusal))
        return _page(request, attachment.visit, AttachmentForm(), wrong=(attachment.pk, form))
    messages.success(request, done)
    return redirect("visits:visit_files", npm=mechanism.slug, pk=attachment.visit_id)


def _page(
    request: HttpRequest, visit: Visit, form: AttachmentForm, *, wrong: tuple[Any, TakingBackForm] | None = None
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
    return TemplateResponse(request, "visits/visit_files.html", context, status=status)


def _note_reading(request: HttpRequest, visit: Visit) -> None:
    """Write down that somebody read the files of a restricted visit, as the visit's own page does."""
    if visit.confidentiality == Visit.Confidentiality.RESTRICTED:
        audit.record(
            "visit.read" if visit.state in Visit.HANDED_IN else "visit.draft_read",
            by=request.user,
            obj=visit,
            mechanism=visit.mechanism,
            bodies=visit.body_ids,
        )
