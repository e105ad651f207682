"""What a meeting is made of: points of the agenda with their papers, decisions, actions."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.actions import meetings as actions
from members.actions.groups import ChangedMeanwhile, GroupRefused
from members.actions.tasks import TaskRefused, give_task
from members.forms.meeting_fields import ReasonForm
from members.forms.meetings import DecisionForm, MeetingTaskForm, PointForm
from members.models import AgendaItem, Decision, Mechanism, Meeting
from members.views.groups import form_page
from members.views.meeting_scope import differences, fetch_meeting, reasoned_step, with_version
from members.views.scope import desk_page

POINT_FIELDS = ("title", "paper", "for_invitees")
DECISION_FIELDS = ("text", "item")


def _page(request: HttpRequest, meeting: Meeting, form: Any, title: str, **more: Any) -> HttpResponse:
    context = {"meeting": meeting, "group": meeting.group, "form": form, "title": title} | more
    return TemplateResponse(request, "members/meeting_part.html", context, status=409 if "differences" in more else 200)


def _back(meeting: Meeting, part: str = "") -> HttpResponse:
    kwargs = {"npm": meeting.group.mechanism.slug, "pk": meeting.pk}
    return redirect(reverse("members:meeting_detail", kwargs=kwargs) + part)


# -- Points of the agenda ---------------------------------------------------------------------------------------------


@form_page
@desk_page()
def point_add(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponseBase:
    meeting = fetch_meeting(request, mechanism, pk, to_keep=True)
    form = PointForm(request.POST or None, instance=AgendaItem(meeting=meeting))
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_point(point=form.save(commit=False), by=request.user)  # type: ignore[arg-type]
        except GroupRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The point has been added."))
            return _back(meeting, "#agenda")
    return _page(request, meeting, form, _("Add a point"))


@form_page
@desk_page()
def point_change(request: HttpRequest, mechanism: Mechanism, pk: Any, point: int) -> HttpResponseBase:
    meeting = fetch_meeting(request, mechanism, pk, to_keep=True)
    row = get_object_or_404(meeting.agenda, pk=point)
    form = PointForm(request.POST or None, instance=row)
    title = _("Change a point")
    remove_url = reverse("members:point_remove", kwargs={"npm": mechanism.slug, "pk": meeting.pk, "point": row.pk})
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            actions.change_point(point=form.save(commit=False), expected_version=version, by=request.user)  # type: ignore[arg-type]
        except ChangedMeanwhile as conflict:
            stored = conflict.stored
            again = PointForm(with_version(request, stored.version), instance=stored)
            return _page(request, meeting, again, title, differences=differences(form, stored, POINT_FIELDS))
        except GroupRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The point has been changed."))
            return _back(meeting, "#agenda")
    return _page(request, meeting, form, title, remove_url=remove_url)


@require_POST
@desk_page()
def point_up(request: HttpRequest, mechanism: Mechanism, pk: Any, point: int) -> HttpResponseBase:
    meeting = fetch_meeting(request, mechanism, pk, to_keep=True)
    row = get_object_or_404(meeting.agenda, pk=point)
    try:
        actions.move_point(point=row, by=request.user)  # type: ignore[arg-type]
    except GroupRefused as refusal:
        messages.error(request, str(refusal))
    return _back(meeting, "#agenda")


@form_page
@desk_page()
def point_remove(request: HttpRequest, mechanism: Mechanism, pk: Any, point: int) -> HttpResponseBase:
    meeting = fetch_meeting(request, mechanism, pk, to_keep=True)
    row = get_object_or_404(meeting.agenda, pk=point)
    return reasoned_step(
        request,
        form=ReasonForm(request.POST or None),
        take=lambda typed: actions.remove_point(point=row, by=request.user, **typed),  # type: ignore[arg-type]
        done=_("The point has been taken off the agenda."),
        then=lambda: _back(meeting, "#agenda"),
        context={
            "title": _("Take a point off the agenda"),
            "label": _("Take it off"),
            "above": row.title,
            "sentence": _("Its paper goes with it and cannot be brought back."),
            "back_url": reverse("members:meeting_detail", kwargs={"npm": mechanism.slug, "pk": meeting.pk}),
            "group": meeting.group,
            "meeting": meeting,
        },
    )


# -- Decisions --------------------------------------------------------------------------------------------------------


@form_page
@desk_page()
def decision_add(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponseBase:
    meeting = fetch_meeting(request, mechanism, pk, to_keep=True)
    form = DecisionForm(request.POST or None, instance=Decision(meeting=meeting), user=request.user)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_decision(
                decision=form.save(commit=False),
                concerned=form.concerned_key,
                by=request.user,  # type: ignore[arg-type]
            )
        except GroupRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The decision has been recorded."))
            return _back(meeting, "#decisions")
    return _page(request, meeting, form, _("Record a decision"))


@form_page
@desk_page()
def decision_change(request: HttpRequest, mechanism: Mechanism, pk: Any, decision: Any) -> HttpResponseBase:
    meeting = fetch_meeting(request, mechanism, pk, to_keep=True)
    row = get_object_or_404(meeting.decisions.select_related("meeting__group__mechanism"), pk=decision)
    form = DecisionForm(request.POST or None, instance=row, user=request.user)  # type: ignore[arg-type]
    arguments = {"npm": mechanism.slug, "pk": meeting.pk, "decision": row.pk}
    more: dict[str, Any] = {"remove_url": reverse("members:decision_remove", kwargs=arguments)}
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            actions.change_decision(
                decision=form.save(commit=False),
                concerned=form.concerned_key,
                expected_version=typed["version"],
                reason=typed["reason"],
                by=request.user,  # type: ignore[arg-type]
            )
        except ChangedMeanwhile as conflict:
            stored = conflict.stored
            more["differences"] = differences(form, stored, DECISION_FIELDS)
            form = DecisionForm(with_version(request, stored.version), instance=stored, user=request.user)  # type: ignore[arg-type]
        except GroupRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The decision has been worded anew."))
            return _back(meeting, "#decisions")
    return _page(request, meeting, form, _("Word a decision anew"), **more)


@form_page
@desk_page()
def decision_remove(request: HttpRequest, mechanism: Mechanism, pk: Any, decision: Any) -> HttpResponseBase:
    meeting = fetch_meeting(request, mechanism, pk, to_keep=True)
    row = get_object_or_404(meeting.decisions.select_related("meeting__group__mechanism"), pk=decision)
    return reasoned_step(
        request,
        form=ReasonForm(request.POST or None),
        take=lambda typed: actions.remove_decision(decision=row, by=request.user, **typed),  # type: ignore[arg-type]
        done=_("The decision has been struck out."),
        then=lambda: _back(meeting, "#decisions"),
        context={
            "title": _("Strike out a decision"),
            "label": _("Strike it out"),
            "above": row.text,
            "sentence": _("For a decision recorded by mistake. Its words stay in the meeting’s history."),
            "back_url": reverse("members:meeting_detail", kwargs={"npm": mechanism.slug, "pk": meeting.pk}),
            "group": meeting.group,
            "meeting": meeting,
        },
    )


# -- Actions ----------------------------------------------------------------------------------------------------------


@form_page
@desk_page()
def meeting_task_add(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponseBase:
    meeting = fetch_meeting(request, mechanism, pk, to_keep=True)
    form = MeetingTaskForm(request.POST or None, user=request.user, meeting=meeting)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        try:
            give_task(
                **form.values(),
                mechanism=mechanism,
                meeting=meeting,
                concerns=form.concerned,
                by=request.user,  # type: ignore[arg-type]
            )
        except TaskRefused as refusal:
            form.add_error("who", str(refusal))
        except PermissionDenied:
            form.add_error("who", _("You cannot give a task there any more."))
        else:
            messages.success(request, _("The action has been agreed."))
            return _back(meeting, "#actions")
    return _page(request, meeting, form, _("Agree an action"))
