"""The tasks of a mechanism: the list, one task with its history, giving one."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from members import concerns
from members.actions.task_steps import steps_open_to
from members.actions.tasks import TaskRefused, give_task
from members.forms.tasks import GiveForm, TaskFilter
from members.models import Mechanism, Meeting, MemberBody, Task
from members.views.scope import desk_page
from members.views.task_rows import history, rows_of
from members.views.task_steps import PAGES
from npmportal.access import CONVENE, MANAGE_BODY_PEOPLE, grants_of
from npmportal.paging import Keyset, paginate

FIRST_DUE, LAST_DUE = (Keyset("due_on", date.fromisoformat, is_descending=down) for down in (False, True))


@require_safe
@desk_page()
def task_list(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    grants = grants_of(request.user)
    sees_all = mechanism.pk in grants.on(CONVENE)
    bodies = MemberBody.objects.filter(mechanism=mechanism).with_names_as_at(date.today())
    if not sees_all:
        bodies = bodies.filter(pk__in=grants.on(MANAGE_BODY_PEOPLE))
    filters = TaskFilter(request.GET, bodies=list(bodies), sees_all=sees_all)
    chosen = filters.chosen()
    tasks = _filtered(_tasks(request.user, mechanism), request.user, chosen)
    is_closed = chosen.get("state") in (Task.State.DONE, Task.State.DROPPED)
    page = paginate(request, tasks.for_list(), LAST_DUE if is_closed else FIRST_DUE)
    context = {
        "page": page,
        "rows": rows_of(page.rows, mechanism),
        "filters": filters,
        "has_errors": bool(filters.errors),
        "active": list(filters.active(request.GET)),
        "is_closed": is_closed,
        "parts": filters.parts(list_url=request.path),
    }
    return TemplateResponse(request, "members/task_list.html", context)


def _tasks(user: Any, mechanism: Mechanism) -> Any:
    return Task.objects.visible_to(user).filter(mechanism=mechanism)


def _filtered(tasks: QuerySet[Task], user: Any, chosen: dict[str, str]) -> Any:
    """Return ``tasks`` as the filters ask: the own ones that are to be done where they ask nothing."""
    whose, state = chosen.get("whose", TaskFilter.MINE), chosen.get("state", "")
    found: Any = tasks.filter(state=state if state in (Task.State.DONE, Task.State.DROPPED) else Task.State.OPEN)
    if state == TaskFilter.LATE:
        found = found.overdue(date.today())
    if state == TaskFilter.NOBODY:
        found = found.filter(owner=None)
    elif whose == TaskFilter.MINE:
        found = found.filter(owner=user.pk)
    elif whose == TaskFilter.GIVEN:
        found = found.filter(created_by=user.pk)
    elif whose == TaskFilter.BODY:
        found = found.filter(body__in=grants_of(user).on(MANAGE_BODY_PEOPLE))
    return found.filter(body=chosen["body"]) if "body" in chosen else found


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page()
def task_give(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    form = GiveForm(request.POST or None, user=request.user, mechanism=mechanism)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        try:
            task = give_task(**form.values(), mechanism=mechanism, by=request.user)  # type: ignore[arg-type]
        except TaskRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The task has been given."))
            return redirect("members:task_detail", npm=mechanism.slug, pk=task.pk)
    return TemplateResponse(request, "members/task_give.html", {"form": form})


@require_safe
@desk_page()
def task_detail(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    tasks = _tasks(request.user, mechanism).select_related("owner", "created_by", "closed_by", "mechanism", "meeting")
    task = get_object_or_404(tasks, pk=pk)
    key = (task.concerns, task.concerns_id)
    open_steps = steps_open_to(request.user, task)
    context = {
        "task": task,
        "row": rows_of([task], mechanism)[0],
        "history": history(task),
        "meeting_url": _meeting_url(request.user, task),
        "concerned": concerns.resolve_all([key], request.user).get(key),
        "steps": [page for page in PAGES.values() if page.kind in open_steps],
    }
    return TemplateResponse(request, "members/task_detail.html", context)


def _meeting_url(user: Any, task: Task) -> str:
    """Return the page of the meeting that agreed on ``task``, nothing for who does not see it."""
    if not task.meeting or not Meeting.objects.visible_to(user).filter(pk=task.meeting.pk).exists():
        return ""
    return reverse("members:meeting_detail", kwargs={"npm": task.mechanism.slug, "pk": task.meeting_id})
