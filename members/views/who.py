"""“Who can see this?”: the people and roles that see a record now, and through what."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members import seeing
from members.models import Mechanism, Meeting, MemberBody, Task, WorkingGroup
from members.views.scope import desk_page
from npmportal.access import MANAGE_BODY_PEOPLE, MANAGE_PEOPLE


def who_page(
    request: HttpRequest,
    mechanism: Mechanism,
    *,
    record: str,
    back_url: str,
    grounds: Iterable[seeing.Ground],
    others: str,
    changers: Iterable[seeing.Ground] | None = None,
    bodies: Iterable[int] = (),
    once: bool = False,
) -> HttpResponse:
    """Answer with the list for one record, which the caller has fetched through ``visible_to``.

    ``others`` is the sentence about everybody who is not on the list; ``changers`` (None: not told) those who may
    change the record; ``bodies`` the member bodies the grounds speak of; ``once``: each person by the first ground
    alone. The number of queries is constant.
    """
    found = seeing.seers(mechanism, grounds, bodies, once=once)
    context = {
        "record": record,
        "back_url": back_url,
        "lines": seeing.lines(request.user, mechanism, found),
        "count": len({holding.user_id for holding, _ground in found}),
        "others": others,
        "changers": None,
    }
    if changers is not None:
        context["changers"] = seeing.lines(
            request.user, mechanism, seeing.seers(mechanism, changers, bodies, once=once)
        )
    return TemplateResponse(request, "members/who.html", context)


@require_safe
@desk_page()
def body_who(request: HttpRequest, mechanism: Mechanism, body: str) -> HttpResponse:
    found = get_object_or_404(MemberBody.objects.filter(mechanism=mechanism), slug=body)
    everybody = _("Everybody: this page of the register is public.")
    not_yet = _("Everybody with a role in the mechanism. The public sees it once the register is shown to the public.")
    return who_page(
        request,
        mechanism,
        record=found.name,
        back_url=reverse("members:desk_body_detail", kwargs={"npm": mechanism.slug, "body": found.slug}),
        grounds=[],
        others=everybody if mechanism.is_public else not_yet,
        changers=seeing.grounds_of_register(mechanism),
    )


@require_safe
@desk_page(needs=MANAGE_PEOPLE, on_a_body=MANAGE_BODY_PEOPLE)
def people_who(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    bodies = list(mechanism.bodies.values_list("pk", flat=True))
    return who_page(
        request,
        mechanism,
        record=_("People and invitations"),
        back_url=reverse("members:people", kwargs={"npm": mechanism.slug}),
        grounds=seeing.grounds_of_people(mechanism, bodies),
        others=_("Nobody else sees this list. Colleagues see each other’s names where they act on a record."),
    )


@require_safe
@desk_page()
def group_who(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    groups = WorkingGroup.objects.visible_to(request.user).filter(mechanism=mechanism)
    return _of_group(request, mechanism, get_object_or_404(groups, pk=pk))


@require_safe
@desk_page()
def meeting_who(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    meetings = Meeting.objects.visible_to(request.user).filter(group__mechanism=mechanism)
    meeting = get_object_or_404(meetings.select_related("group"), pk=pk)
    return _of_group(request, mechanism, meeting.group, meeting)


def _of_group(
    request: HttpRequest, mechanism: Mechanism, group: WorkingGroup, meeting: Meeting | None = None
) -> HttpResponse:
    name, pk = ("members:meeting_detail", meeting.pk) if meeting else ("members:group_detail", group.pk)
    back_url = reverse(name, kwargs={"npm": mechanism.slug, "pk": pk})
    return who_page(
        request,
        mechanism,
        record=f"{group.name}: {meeting.title}" if meeting else group.name,
        back_url=back_url,
        grounds=seeing.grounds_of_group(group),
        others=_(
            "Nobody else sees the group or its meetings. Invitees read the points that are marked for them, and "
            "neither minutes nor decisions. A guest without an account sees nothing here."
        ),
    )


@require_safe
@desk_page()
def task_who(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    task = get_object_or_404(Task.objects.visible_to(request.user).filter(mechanism=mechanism), pk=pk)
    return who_page(
        request,
        mechanism,
        record=task.title,
        back_url=reverse("members:task_detail", kwargs={"npm": mechanism.slug, "pk": task.pk}),
        grounds=seeing.grounds_of_task(task),
        others=_("Nobody else sees this task."),
    )
