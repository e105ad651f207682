"""Minutes: read, written, approved, added to, printed and taken along. Invitees get 403 at every door."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from members.actions import minutes as actions
from members.actions.groups import ChangedMeanwhile, GroupRefused
from members.documents.minutes_contents import Contents, contents_of
from members.forms.meetings import AdditionForm, MinutesForm
from members.models import Mechanism, Minutes, WorkingGroup
from members.views.groups import form_page
from members.views.meeting_scope import differences, fetch_meeting, keeps, with_version
from members.views.scope import desk_page
from npmportal import audit
from npmportal.private_files import file_or_404, inert_response


def _minutes(request: HttpRequest, mechanism: Mechanism, pk: Any, *, to_keep: bool = False) -> Minutes:
    """Return the minutes of the meeting ``pk``: 404 for who has no seat, 403 for invitees (or who does not keep it)."""
    meeting = fetch_meeting(request, mechanism, pk, to_keep=to_keep, inside=True)
    return get_object_or_404(Minutes.objects.visible_to(request.user).for_detail(), meeting=meeting)


def _chairs(request: HttpRequest, minutes: Minutes) -> bool:
    return WorkingGroup.objects.chaired_by(request.user).filter(pk=minutes.meeting.group_id).exists()


@require_safe
@desk_page()
def minutes_detail(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    minutes = _minutes(request, mechanism, pk)
    may_keep = keeps(request.user, minutes.meeting.group)
    context = {
        "minutes": minutes,
        "meeting": minutes.meeting,
        "group": minutes.meeting.group,
        "job": minutes.job and minutes.job.in_words(),
        "size": minutes.size,
        "additions": minutes.additions.select_related("by"),
        "may_keep": may_keep,
        "may_approve": not minutes.is_approved and _chairs(request, minutes),
    }
    return TemplateResponse(request, "members/minutes_detail.html", context)


@form_page
@desk_page()
def minutes_write(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    meeting = fetch_meeting(request, mechanism, pk, to_keep=True)
    minutes = Minutes.objects.filter(meeting=meeting).first()
    form = MinutesForm(request.POST or None, meeting=meeting, minutes=minutes)
    context: dict[str, Any] = {"meeting": meeting, "group": meeting.group, "minutes": minutes, "form": form}
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            actions.write_minutes(
                meeting=meeting,
                text=typed["text"],
                language=typed["language"],
                expected_version=typed["version"],
                by=request.user,  # type: ignore[arg-type]
            )
        except ChangedMeanwhile as conflict:
            stored = conflict.stored
            context["differences"] = differences(form, stored, ("text", "language"))
            context["form"] = MinutesForm(with_version(request, stored.version), meeting=meeting, minutes=stored)
            return TemplateResponse(request, "members/minutes_form.html", context, status=409)
        except GroupRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The draft has been saved."))
            return redirect("members:minutes_detail", npm=mechanism.slug, pk=meeting.pk)
    return TemplateResponse(request, "members/minutes_form.html", context)


@form_page
@desk_page()
def minutes_approve(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    minutes = _minutes(request, mechanism, pk)
    if not _chairs(request, minutes):
        raise PermissionDenied
    detail = redirect("members:minutes_detail", npm=mechanism.slug, pk=pk)
    if minutes.is_approved:
        messages.info(request, _("The minutes were approved already."))
        return detail
    if request.method != "POST":
        return _to_approve(request, contents_of(minutes))
    seen = request.POST.get("seen", "")
    try:
        actions.approve_minutes(minutes=minutes, seen=seen, by=request.user)  # type: ignore[arg-type]
    except ChangedMeanwhile as conflict:
        contents = contents_of(conflict.stored)
        return _to_approve(request, contents, contents.changed_since(seen), status=409)
    except GroupRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The minutes are approved and cannot be changed any more. The PDF is being made."))
    return detail


def _to_approve(
    request: HttpRequest, contents: Contents, changed: Sequence[str] = (), *, status: int = 200
) -> HttpResponse:
    """Show all that approving would freeze; ``changed`` names what is not what this reader was shown before."""
    context = vars(contents) | {
        "contents": contents,
        "group": contents.meeting.group,
        "missing": contents.missing(),
        "changed": changed,
    }
    return TemplateResponse(request, "members/minutes_approve.html", context, status=status)


@form_page
@desk_page()
def minutes_add(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    minutes = _minutes(request, mechanism, pk, to_keep=True)
    form = AdditionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_to_minutes(minutes=minutes, text=form.cleaned_data["text"], by=request.user)  # type: ignore[arg-type]
        except GroupRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The addition has been stored. The PDF is being made anew."))
            return redirect("members:minutes_detail", npm=mechanism.slug, pk=pk)
    context = {"meeting": minutes.meeting, "group": minutes.meeting.group, "minutes": minutes, "form": form}
    return TemplateResponse(request, "members/minutes_form.html", context | {"is_addition": True})


@require_safe
@desk_page()
def minutes_progress(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    minutes = _minutes(request, mechanism, pk)
    if not getattr(request, "htmx", False):
        return redirect("members:minutes_detail", npm=mechanism.slug, pk=pk)
    job = minutes.job and minutes.job.in_words()
    if job is None or not job.is_live:
        return HttpResponseClientRefresh()
    return TemplateResponse(request, "members/_minutes_progress.html", {"meeting": minutes.meeting, "job": job})


@require_POST
@desk_page()
def minutes_retry(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    minutes = _minutes(request, mechanism, pk, to_keep=True)
    if actions.print_again(minutes=minutes, by=request.user):  # type: ignore[arg-type]
        messages.success(request, _("The PDF is being made again."))
    return redirect("members:minutes_detail", npm=mechanism.slug, pk=pk)


@require_safe
@desk_page()
def minutes_download(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponseBase:
    minutes = _minutes(request, mechanism, pk)
    file_or_404(minutes.pdf)
    audit.record("minutes.downloaded", by=request.user, obj=minutes, mechanism=mechanism)
    return inert_response(minutes.pdf, minutes.file_name, "application/pdf")
