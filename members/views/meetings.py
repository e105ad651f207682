"""Meetings: the desk's list, one meeting, planning, changing, cancelling it, who came, calendar files."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members import concerns
from members.actions import meetings as actions
from members.actions.groups import ChangedMeanwhile, GroupRefused
from members.documents.calendar import calendar_of
from members.forms.attendance import AttendanceForm
from members.forms.meeting_fields import ReasonForm
from members.forms.meetings import MeetingForm
from members.models import AgendaItem, Mechanism, Meeting, MeetingEvent, Minutes, Task, WorkingGroup
from members.models.attendance import history_in_words
from members.views.groups import COMING, LATEST_FIRST, form_page
from members.views.meeting_scope import (
    differences,
    fetch_group,
    fetch_meeting,
    keeps,
    knows_inside,
    reasoned_step,
    with_version,
)
from members.views.scope import desk_page
from members.views.task_rows import rows_of
from npmportal import audit, links
from npmportal.access import CONVENE, can
from npmportal.paging import paginate
from npmportal.private_files import INERT


@require_safe
@desk_page()
def meeting_list(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    now = timezone.now()
    meetings = Meeting.objects.visible_to(request.user).filter(group__mechanism=mechanism).for_list()
    mine = WorkingGroup.objects.visible_to(request.user).filter(mechanism=mechanism)
    known = WorkingGroup.objects.known_to(request.user).filter(mechanism=mechanism)
    context = {
        "coming": meetings.coming(now)[:COMING],
        "called_off": meetings.called_off(now)[:COMING],
        "page": paginate(request, meetings.past(now), LATEST_FIRST),
        "groups": mine,
        "other_groups": known.exclude(pk__in=mine.values("pk")).open_on(date.today()),
        "may_convene": can(request.user, CONVENE, mechanism),
        "today": date.today(),
    }
    return TemplateResponse(request, "members/meeting_list.html", context)


@require_safe
@desk_page()
def meeting_detail(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    meeting = fetch_meeting(request, mechanism, pk)
    is_inside = knows_inside(request.user, meeting.group)
    may_keep = keeps(request.user, meeting.group)
    context = {
        "meeting": meeting,
        "group": meeting.group,
        "is_inside": is_inside,
        "may_keep": may_keep and not meeting.is_cancelled and not meeting.is_frozen,
        "may_write": may_keep and meeting.is_held,
        "has_begun": meeting.starts_at <= timezone.now(),
        "agenda": AgendaItem.objects.readable_by(request.user).filter(meeting=meeting),
        **(_inside(request, mechanism, meeting) if is_inside else {}),
    }
    return TemplateResponse(request, "members/meeting_detail.html", context)


def _inside(request: HttpRequest, mechanism: Mechanism, meeting: Meeting) -> dict[str, Any]:
    """Return what only members of the group may read of the meeting."""
    decisions = list(meeting.decisions.select_related("item"))
    tasks = list(Task.objects.filter(meeting=meeting).select_related("owner").order_by("due_on"))
    keys = {(d.concerns, d.concerns_id) for d in decisions} | {(t.concerns, t.concerns_id) for t in tasks}
    records = concerns.resolve_all(keys, request.user)
    events = list(meeting.events.select_related("by"))
    mine = set(Task.objects.visible_to(request.user).filter(meeting=meeting).values_list("pk", flat=True))
    return {
        "attendance": meeting.attendance.in_order(meeting.day),
        "decisions": [(row, records.get((row.concerns, row.concerns_id))) for row in decisions],
        "task_rows": [
            (row, row.task.pk in mine, records.get((row.task.concerns, row.task.concerns_id)))
            for row in rows_of(tasks, mechanism)
        ],
        "minutes": Minutes.objects.visible_to(request.user).filter(meeting=meeting).first(),
        "events": [(event, history_in_words(event)) for event in events],
        "called_off_because": next((e.reason for e in events if e.kind == MeetingEvent.Kind.CANCELLED), ""),
    }


@form_page
@desk_page()
def meeting_plan(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    group = fetch_group(request, mechanism, pk, to_keep=True)
    form = MeetingForm(request.POST or None, instance=Meeting(group=group))
    if request.method == "POST" and form.is_valid():
        try:
            meeting = actions.plan_meeting(meeting=form.save(commit=False), by=request.user)  # type: ignore[arg-type]
        except GroupRefused as refusal:
            form.add_error("starts_at", str(refusal))
        else:
            messages.success(request, _("The meeting has been planned. Now write its agenda."))
            return redirect("members:meeting_detail", npm=mechanism.slug, pk=meeting.pk)
    return TemplateResponse(request, "members/meeting_form.html", {"group": group, "form": form})


@form_page
@desk_page()
def meeting_change(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    meeting = fetch_meeting(request, mechanism, pk, to_keep=True)
    form = MeetingForm(request.POST or None, instance=meeting)
    context: dict[str, Any] = {"group": meeting.group, "meeting": meeting, "form": form}
    if request.method != "POST" or not form.is_valid():
        return TemplateResponse(request, "members/meeting_form.html", context)
    typed = form.cleaned_data
    try:
        actions.change_meeting(
            meeting=form.save(commit=False),
            expected_version=typed["version"],
            reason=typed["reason"],
            by=request.user,  # type: ignore[arg-type]
        )
    except ChangedMeanwhile as conflict:
        stored = conflict.stored
        context["differences"] = differences(form, stored, actions.WRITTEN)
        context["form"] = MeetingForm(with_version(request, stored.version), instance=stored)
        return TemplateResponse(request, "members/meeting_form.html", context, status=409)
    except GroupRefused as refusal:
        form.add_error(None, str(refusal))
        return TemplateResponse(request, "members/meeting_form.html", context)
    messages.success(request, _("The meeting has been changed."))
    return redirect("members:meeting_detail", npm=mechanism.slug, pk=meeting.pk)


@form_page
@desk_page()
def meeting_cancel(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    meeting = fetch_meeting(request, mechanism, pk, to_keep=True)
    back = reverse("members:meeting_detail", kwargs={"npm": mechanism.slug, "pk": meeting.pk})
    return reasoned_step(
        request,
        form=ReasonForm(request.POST or None),
        take=lambda typed: actions.cancel_meeting(meeting=meeting, by=request.user, **typed),  # type: ignore[arg-type]
        done=_("The meeting has been cancelled."),
        then=lambda: redirect(back),
        context={
            "title": _("Cancel the meeting"),
            "label": _("Cancel the meeting"),
            "above": f"{meeting.title}, {meeting.when}",
            "sentence": _("It stays in the list as cancelled. Members read the reason, invitees do not."),
            "back_url": back,
            "group": meeting.group,
            "meeting": meeting,
        },
    )


@form_page
@desk_page()
def meeting_attendance(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    meeting = fetch_meeting(request, mechanism, pk, to_keep=True)
    form = AttendanceForm(request.POST or None, meeting=meeting)
    context: dict[str, Any] = {"group": meeting.group, "meeting": meeting, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_attendance(
                meeting=meeting,
                rows=form.rows(),
                expected_version=form.cleaned_data["version"],
                reason=form.cleaned_data.get("reason", ""),
                by=request.user,  # type: ignore[arg-type]
            )
        except ChangedMeanwhile as conflict:
            return _attendance_conflict(request, context, conflict.stored)
        except GroupRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The attendance has been recorded."))
            return redirect("members:meeting_detail", npm=mechanism.slug, pk=meeting.pk)
    return TemplateResponse(request, "members/meeting_attendance.html", context)


def _attendance_conflict(request: HttpRequest, context: dict[str, Any], stored: Meeting) -> HttpResponse:
    """Show who is recorded now above what was typed; saving again replaces it, knowingly."""
    context |= {
        "recorded": stored.attendance.in_order(stored.day),
        "conflict": True,
        "form": AttendanceForm(with_version(request, stored.version), meeting=stored),
    }
    return TemplateResponse(request, "members/meeting_attendance.html", context, status=409)


# -- Calendar files ---------------------------------------------------------------------------------------------------


@require_safe
@desk_page()
def meeting_ics(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    meeting = fetch_meeting(request, mechanism, pk)
    return _calendar(request, mechanism, [meeting], meeting, f"{mechanism.slug}-meeting-{meeting.day}.ics")


@require_safe
@desk_page()
def group_ics(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    group = fetch_group(request, mechanism, pk)
    meetings = Meeting.objects.visible_to(request.user).filter(group=group).for_list().not_over(timezone.now())
    return _calendar(request, mechanism, meetings[:COMING], group, f"{mechanism.slug}-meetings.ics")


def _calendar(
    request: HttpRequest, mechanism: Mechanism, meetings: Iterable[Meeting], about: Any, name: str
) -> HttpResponse:
    def link(meeting: Meeting) -> str:
        address = reverse("members:meeting_detail", kwargs={"npm": mechanism.slug, "pk": meeting.pk})
        return links.absolute(address)  # the file stays in calendars, whatever host was asked for

    content = calendar_of(meetings, link)
    audit.record("calendar.downloaded", by=request.user, obj=about, mechanism=mechanism)
    headers = INERT | {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
