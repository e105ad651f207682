"""The steps that are taken with a task: moved, handed over, done, dropped, reopened, reworded.

Each locks the task, refuses who may not, tells when somebody else was quicker, keeps the step with its reason, and
writes down that it was taken.
"""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.actions.tasks import TaskChangedMeanwhile, TaskRefused, check_works_for, note_step, owners_for
from members.models import Task, TaskStep, User

Kind = TaskStep.Kind
# What a person may do with a task follows from the list it stands on, and from its state.
STEPS_WHEN_OPEN = (Kind.DONE, Kind.MOVED, Kind.HANDED, Kind.REWORDED, Kind.DROPPED)
MANAGING = (Kind.REWORDED, Kind.DROPPED)


def steps_open_to(user: Any, task: Task) -> list[str]:
    """Return the kinds of steps ``user`` may take with ``task`` as it is now: what its page shows buttons for."""
    does, manages = _standing(user, task)
    return [kind for kind in (*STEPS_WHEN_OPEN, Kind.REOPENED) if _is_open_to(kind, task, does=does, manages=manages)]


def has_a_say(user: Any, task: Task, kind: str = "") -> bool:
    """Tell whether ``user`` may take a step (of ``kind``) with ``task`` in one state of it or another."""
    does, manages = _standing(user, task)
    return manages or (does and kind not in MANAGING)


def not_now(task: Task) -> str:
    """Say that a step is not possible in the state ``task`` is in."""
    return _("The task is “%(state)s” now, so this can no longer be done.") % {"state": task.get_state_display()}


@transaction.atomic
def move_task(*, task: Task, due_on: date, reason: str, by: User, seen_version: int) -> Task:
    """Make ``task`` due on another day; a later one counts as an extension. The reminders begin anew."""
    if due_on == task.due_on and seen_version == task.version:
        raise TaskRefused(_("It is due on that day already."))
    task = _claim(task, Kind.MOVED, by, seen_version)
    old, task.due_on = task.due_on, due_on
    if due_on > old:
        task.extensions += 1
    return _store(task, Kind.MOVED, by, ["due_on", "extensions"], _words(reason), old_due_on=old, new_due_on=due_on)


@transaction.atomic
def hand_over_task(*, task: Task, owner: User | None, reason: str, by: User, seen_version: int) -> Task:
    """Give ``task`` to another person whose role ``by`` may see, or (None) back to its body."""
    task = _claim(task, Kind.HANDED, by, seen_version)
    if owner is None and task.body is None:
        raise TaskRefused(_("Name a person: no body owes this task."))
    if owner and not owners_for(by, task.mechanism, task.meeting).filter(user=owner).exists():
        raise PermissionDenied
    if owner:
        check_works_for(owner, task.mechanism, task.body)
    if owner == task.owner:
        raise TaskRefused(_("The task is with this person already."))
    old, task.owner = task.owner, owner
    return _store(task, Kind.HANDED, by, ["owner"], _words(reason), old_owner=old, new_owner=owner)


@transaction.atomic
def finish_task(*, task: Task, outcome: str, by: User, seen_version: int) -> Task:
    """Close ``task`` as done, with the action that was taken; never without one."""
    return _close(_claim(task, Kind.DONE, by, seen_version), Kind.DONE, Task.State.DONE, outcome, by)


@transaction.atomic
def drop_task(*, task: Task, reason: str, by: User, seen_version: int) -> Task:
    """Close ``task`` undone, with the reason."""
    return _close(_claim(task, Kind.DROPPED, by, seen_version), Kind.DROPPED, Task.State.DROPPED, reason, by)


@transaction.atomic
def reopen_task(*, task: Task, reason: str, by: User, seen_version: int) -> Task:
    """Put a closed ``task`` back among those to be done. What was said when it was closed stays in its history."""
    task = _claim(task, Kind.REOPENED, by, seen_version)
    task.state, task.outcome, task.closed_by, task.closed_at = Task.State.OPEN, "", None, None
    return _store(task, Kind.REOPENED, by, ["state", "outcome", "closed_by", "closed_at"], _words(reason))


@transaction.atomic
def reword_task(*, task: Task, title: str, note: str, by: User, seen_version: int) -> Task:
    """Change the words of ``task``; what stood there stays in its history. Words that stay the same are no step."""
    task = _claim(task, Kind.REWORDED, by, seen_version)
    wanted = {"title": title.strip(), "note": note.strip()}
    before = {name: getattr(task, name) for name, words in wanted.items() if words != getattr(task, name)}
    if not before:
        return task
    for name in before:
        setattr(task, name, wanted[name])
    return _store(task, Kind.REWORDED, by, list(before), "", before=before)


def _standing(user: Any, task: Task) -> tuple[bool, bool]:
    """Return whether ``user`` may do ``task``, and whether the person manages it."""
    does = Task.objects.doable_by(user).filter(pk=task.pk).exists()
    return does, Task.objects.managed_by(user).filter(pk=task.pk).exists()


def _is_open_to(kind: str, task: Task, *, does: bool, manages: bool) -> bool:
    """Tell whether a step may be taken: what is dropped comes back only through those who may drop it."""
    if task.is_open:
        return kind != Kind.REOPENED and (manages or (does and kind not in MANAGING))
    return kind == Kind.REOPENED and (manages or (does and task.state == Task.State.DONE))


def _claim(task: Task, kind: str, by: User, seen_version: int) -> Task:
    """Lock ``task`` and return it as it stands, for a step of ``kind`` by a person who has read ``seen_version``.

    Raises PermissionDenied where the person may not, TaskChangedMeanwhile after a step by somebody else, TaskRefused
    in a state in which the step makes no sense.
    """
    stored = Task.objects.select_for_update(of=("self",)).select_related("mechanism", "body", "owner").get(pk=task.pk)
    does, manages = _standing(by, task)
    if not manages and (not does or kind in MANAGING):
        raise PermissionDenied
    if stored.version != seen_version:
        raise TaskChangedMeanwhile(stored)
    if not _is_open_to(kind, stored, does=does, manages=manages):
        raise TaskRefused(not_now(stored))
    return stored


def _close(task: Task, kind: str, state: str, words: str, by: User) -> Task:
    task.outcome, task.state, task.closed_by, task.closed_at = _words(words), state, by, timezone.now()
    return _store(task, kind, by, ["state", "outcome", "closed_by", "closed_at"], task.outcome)


def _store(task: Task, kind: str, by: User, fields: list[str], words: str, **values: Any) -> Task:
    task.version += 1
    task.save(update_fields=[*fields, "version"])
    note_step(task, kind, by, words=words, **values)
    return task


def _words(text: str) -> str:
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise TaskRefused(_("Say why, or what was done: this stays with the task."))
    return words
