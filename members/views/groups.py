"""Groups: the list, one group with its seats and meetings, creating, changing and closing it, seats."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.actions import groups as actions
from members.forms.groups import GroupForm, SeatForm
from members.forms.meeting_fields import EndForm
from members.models import GroupSeat, Mechanism, Meeting, WorkingGroup
from members.views.meeting_scope import (
    differences,
    fetch_group,
    keeps,
    knows_inside,
    reasoned_step,
    with_version,
)
from members.views.scope import desk_page
from npmportal.access import CONVENE, can
from npmportal.paging import Keyset, paginate, read_moment

LATEST_FIRST = Keyset("starts_at", read_moment, is_descending=True)
COMING = 50
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@desk_page()
def group_detail(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    group = fetch_group(request, mechanism, pk)
    is_inside = knows_inside(request.user, group)
    may_keep = keeps(request.user, group)
    today = date.today()
    seats = sorted(group.seats.for_list(), key=_order)
    meetings = Meeting.objects.visible_to(request.user).filter(group=group).for_list()
    context = {
        "group": group,
        "is_inside": is_inside,
        "may_keep": may_keep and not group.is_closed_on(today),
        "may_convene": can(request.user, CONVENE, mechanism),
        "seats": [seat for seat in seats if _is_held(seat, today)],
        # Who sat here before, and why somebody left, is the group's own business.
        "other_seats": [seat for seat in seats if not _is_held(seat, today)] if is_inside else [],
        "chairs": [s for s in seats if s.standing == GroupSeat.Standing.CHAIR] if is_inside else [],
        "coming": meetings.coming(timezone.now())[:COMING],
        "called_off": meetings.called_off(timezone.now())[:COMING],
        "page": paginate(request, meetings.past(timezone.now()), LATEST_FIRST),
        "today": today,
    }
    return TemplateResponse(request, "members/group_detail.html", context)


def _order(seat: GroupSeat) -> tuple[int, date, str]:
    return GroupSeat.Standing.values.index(seat.standing), seat.starts_on, seat.holder


def _is_held(seat: GroupSeat, today: date) -> bool:
    return seat.starts_on <= today and (seat.ends_on is None or today < seat.ends_on)


@form_page
@desk_page(needs=CONVENE)
def group_create(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    group = WorkingGroup(mechanism=mechanism, starts_on=date.today())
    form = GroupForm(request.POST or None, instance=group)
    if request.method == "POST" and form.is_valid():
        created = actions.create_group(group=form.save(commit=False), by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The group has been created. Now say who sits in it."))
        return redirect("members:group_detail", npm=mechanism.slug, pk=created.pk)
    return TemplateResponse(request, "members/group_form.html", {"form": form})


@form_page
@desk_page()
def group_change(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    group = fetch_group(request, mechanism, pk, to_keep=True)
    form = GroupForm(request.POST or None, instance=group)
    context: dict[str, Any] = {"group": group, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_group(
                group=form.save(commit=False),
                expected_version=form.cleaned_data["version"],
                by=request.user,  # type: ignore[arg-type]
            )
        except actions.ChangedMeanwhile as conflict:
            stored = conflict.stored
            context["differences"] = differences(form, stored, actions.WRITTEN)
            context["form"] = GroupForm(with_version(request, stored.version), instance=stored)
            return TemplateResponse(request, "members/group_form.html", context, status=409)
        messages.success(request, _("The group has been changed."))
        return redirect("members:group_detail", npm=mechanism.slug, pk=group.pk)
    return TemplateResponse(request, "members/group_form.html", context)


@form_page
@desk_page(needs=CONVENE)
def group_close(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    group = fetch_group(request, mechanism, pk, to_keep=True)
    back = reverse("members:group_detail", kwargs={"npm": mechanism.slug, "pk": group.pk})
    return reasoned_step(
        request,
        form=EndForm(request.POST or None, initial={"ends_on": date.today()}),
        take=lambda typed: actions.close_group(group=group, by=request.user, **typed),  # type: ignore[arg-type]
        done=_("The group has been closed."),
        then=lambda: redirect(back),
        context={
            "title": _("Close the group"),
            "label": _("Close the group"),
            "sentence": _("All seats end on that day. What the group said and decided stays with those who convene."),
            "back_url": back,
            "group": group,
        },
    )


# -- Seats ------------------------------------------------------------------------------------------------------------


@form_page
@desk_page()
def seat_add(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    group = fetch_group(request, mechanism, pk, to_keep=True)
    form = SeatForm(request.POST or None, user=request.user, group=group)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_seat(seat=form.save(commit=False), by=request.user)  # type: ignore[arg-type]
        except actions.GroupRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The seat has been added."))
            return redirect("members:group_detail", npm=mechanism.slug, pk=group.pk)
    return TemplateResponse(request, "members/group_seat.html", {"group": group, "form": form})


@form_page
@desk_page()
def seat_end(request: HttpRequest, mechanism: Mechanism, pk: Any, seat: int) -> HttpResponse:
    group = fetch_group(request, mechanism, pk, to_keep=True)
    mine = group.seats.for_list()
    if not can(request.user, CONVENE, mechanism):
        mine = mine.exclude(standing__in=GroupSeat.OFFICERS)
    found = get_object_or_404(mine.filter(Q(ends_on=None) | Q(ends_on__gt=date.today())), pk=seat)
    back = reverse("members:group_detail", kwargs={"npm": mechanism.slug, "pk": group.pk})
    return reasoned_step(
        request,
        form=EndForm(request.POST or None, initial={"ends_on": date.today()}),
        take=lambda typed: actions.end_seat(seat=found, by=request.user, **typed),  # type: ignore[arg-type]
        done=_("The seat has been ended."),
        then=lambda: redirect(back),
        context={
            "title": _("End a seat"),
            "label": _("End the seat"),
            "above": f"{found.holder} – {found.get_standing_display()}",
            "sentence": _("From that day on the holder sees nothing of the group any more, its past included."),
            "back_url": back,
            "group": group,
        },
    )


@require_POST
@desk_page()
def seat_all(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    group = fetch_group(request, mechanism, pk, to_keep=True)
    try:
        seated = actions.seat_all_who_take_part(group=group, on=date.today(), by=request.user)  # type: ignore[arg-type]
    except actions.GroupRefused as refusal:
        messages.error(request, str(refusal))
    else:
        sentence = ngettext("%(n)d body has been given a seat.", "%(n)d bodies have been given a seat.", len(seated))
        messages.success(request, sentence % {"n": len(seated)})
    return redirect("members:group_detail", npm=mechanism.slug, pk=group.pk)
