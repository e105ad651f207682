"""Tasks and their history in words, as the pages print them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.db.models.query import Prefetch
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.models import Mechanism, MemberBody, Task, TaskStep
from members.models.task import people_of


@dataclass(frozen=True)
class TaskRow:
    """A task, and whether its owner still works there."""

    task: Task
    owner_left: bool


@dataclass(frozen=True)
class Line:
    """One step of a task's history: a sentence, and the reason or what was done."""

    at: datetime
    by: str
    sentence: str
    words: str
    before: list[tuple[str, str]]


def rows_of(tasks: list[Task], mechanism: Mechanism) -> list[TaskRow]:
    """Return ``tasks`` as rows to print: three queries more, however many tasks there are."""
    today = date.today()
    prefetch_related_objects(tasks, Prefetch("body", MemberBody.objects.with_names_as_at(today)))
    owners = {task.owner_id for task in tasks if task.owner_id}
    held = people_of(mechanism, today).filter(user__in=owners) if owners else people_of(mechanism, today).none()
    places = set(held.values_list("user", "body"))
    return [TaskRow(task, _owner_left(task, places)) for task in tasks]


def _owner_left(task: Task, places: set[tuple[Any, Any]]) -> bool:
    """Tell whether the owner works no longer for the body that owes the task, nor for the mechanism itself."""
    if not task.owner_id or not task.is_open:
        return False
    return (task.owner_id, task.body_id) not in places and (task.owner_id, None) not in places


def history(task: Task) -> list[Line]:
    """Return the steps taken with ``task``, the latest first, one sentence each."""
    steps = task.steps.select_related("by", "old_owner", "new_owner")
    return [Line(step.at, step.by.name, _sentence(step, task), step.words, _before(step)) for step in steps]


def _sentence(step: TaskStep, task: Task) -> str:
    somebody = step.new_owner.name if step.new_owner else str(task.body)
    earlier = step.old_owner.name if step.old_owner else str(task.body)
    sentences = {
        TaskStep.Kind.GIVEN: _("Given to %(somebody)s, due on %(new)s."),
        TaskStep.Kind.REWORDED: _("Reworded."),
        TaskStep.Kind.MOVED: _("Due on %(new)s instead of %(old)s."),
        TaskStep.Kind.HANDED: _("Handed over from %(earlier)s to %(somebody)s."),
        TaskStep.Kind.DONE: _("Done."),
        TaskStep.Kind.DROPPED: _("Dropped."),
        TaskStep.Kind.REOPENED: _("Reopened."),
    }
    old, new = (date_format(day) if day else "" for day in (step.old_due_on, step.new_due_on))
    return sentences[TaskStep.Kind(step.kind)] % {"somebody": somebody, "earlier": earlier, "old": old, "new": new}


def _before(step: TaskStep) -> list[tuple[str, str]]:
    labels = {"title": _("It said before"), "note": _("The note before")}
    return [(labels[name], words) for name, words in step.before.items() if name in labels]
