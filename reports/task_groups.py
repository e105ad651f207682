"""The tasks of a desk, sorted out: one question for all groups, and one for the rows that are shown."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.urls import reverse

from members.models import Mechanism, Reminder, Task
from npmportal.access import CONVENE, MANAGE_BODY_PEOPLE, Grants
from reports.sorted_groups import NO_KEY, Sorted


@dataclass(frozen=True)
class TaskLine:
    """What the desk prints of one task."""

    url: str
    title: str
    lateness: str
    due_on: date
    owner: str  # who does it, where that is not the reader


def sorted_tasks(
    user: Any, mechanism: Mechanism, grants: Grants, *, shown: int, counted: int
) -> dict[str, Sorted[TaskLine]]:
    """Return ``user``'s open tasks in ``mechanism`` by group, those due first; groups without a task are left out.

    “own”: to be done by the person. “unnamed”: of a body the person leads, nobody’s yet. “late”: with others for so
    long that the person was told. “given”: by the person to others, and overdue. A task may stand in several. All
    that is asked of the database for the counts is a few columns of these, far fewer than there are visits.
    """
    is_told = MANAGE_BODY_PEOPLE in grants or mechanism.pk in grants.on(CONVENE)
    told = _told_of(user, mechanism) if is_told else Reminder.objects.none()
    late = set(told.values_list(Cast("task", TextField()), flat=True))
    led, today = grants.on(MANAGE_BODY_PEOPLE), date.today()
    asked = Q(owner=user.pk) | Q(owner=None, body__in=led) | Q(created_by=user.pk, due_on__lt=today)
    if late:
        asked |= Q(pk__in=told.values("task"))
    tasks = Task.objects.visible_to(user).open_ones().filter(asked, mechanism=mechanism).order_by("due_on", "id")
    groups: dict[str, list[str]] = {"own": [], "unnamed": [], "late": [], "given": []}
    # Keys as text: hundreds are sorted, and only tens become keys of rows.
    for pk, owner, body, giver, due_on in tasks.values_list(
        Cast("pk", TextField()), "owner", "body", "created_by", "due_on"
    ):
        if owner == user.pk:
            groups["own"].append(pk)
        if owner is None and body in led:
            groups["unnamed"].append(pk)
        if giver != user.pk and pk in late:
            groups["late"].append(pk)
        if giver == user.pk and owner != user.pk and due_on < today:
            groups["given"].append(pk)
    rows = _lines(user, mechanism, {pk for members in groups.values() for pk in members[:shown]})
    return {name: Sorted.of(members, rows, shown=shown, counted=counted) for name, members in groups.items() if members}


def _lines(user: Any, mechanism: Mechanism, keys: set[str]) -> dict[str, TaskLine]:
    """Return what is printed of the tasks ``keys``: one query, however many tasks."""
    tasks = Task.objects.filter(pk__in=keys).select_related("owner").only("title", "due_on", "state", "owner__name")
    # Resolved once: a long desk has tens of them.
    address = reverse("members:task_detail", kwargs={"npm": mechanism.slug, "pk": NO_KEY})
    lines = {}
    for task in tasks if keys else ():
        owner = task.owner.name if task.owner and task.owner != user else ""
        url = address.replace(NO_KEY, str(task.pk))
        lines[str(task.pk)] = TaskLine(url, task.title, task.lateness, task.due_on, owner)
    return lines


def _told_of(user: Any, mechanism: Mechanism) -> QuerySet[Reminder]:
    """Return what told ``user`` of open tasks that are long overdue (members.digest), from the day due now."""
    told = Reminder.objects.filter(user=user.pk, is_escalation=True, due_on=F("task__due_on"))
    return told.filter(task__state=Task.State.OPEN, task__mechanism=mechanism)
