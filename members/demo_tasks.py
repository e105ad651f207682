"""Invented tasks for demonstrations: nobody ever gave them, and their titles say so."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction

from members import digest
from members.actions.task_steps import finish_task, move_task
from members.actions.tasks import give_task
from members.demo import DemonstrationError, load_people
from members.models import Mechanism, MemberBody, Task, User


@dataclass(frozen=True)
class DemoTask:
    """A task from one invented person to another, or to a body (its short name), some days from today."""

    npm: str
    by: str
    to: str
    title: str
    days: int
    outcome: str = ""
    moved_by: int = 0


TASKS = (
    DemoTask("uk", "cora", "cora", "Invented task: write the agenda of the next meeting", 5),
    DemoTask("uk", "cora", "ivo", "Invented task: check the visits that were returned", 2, moved_by=9),
    DemoTask("uk", "cora", "hmip", "Invented task: say who answers for the chapter on access", 12),
    DemoTask("uk", "cora", "quinn", "Invented task: send the figures of the last quarter", -12),
    DemoTask("uk", "cora", "lara", "Invented task: name two people for the thematic group", -33),
    DemoTask("uk", "lena", "ivo", "Invented task: bring the list of places up to date", 21),
    DemoTask("uk", "lena", "rosa", "Invented task: read the draft chapter", -1, outcome="Invented: read, no remarks."),
    DemoTask("uk", "ivo", "ivo", "Invented task: ask the photographer about the cover", 0),
    DemoTask("nl", "nora", "cato", "Verzonnen taak: lees de concepttekst over toegang", 6),
    DemoTask("nl", "nora", "cato", "Verzonnen taak: lever de cijfers van het jaar aan", -9),
    DemoTask("nl", "nora", "nora", "Verzonnen taak: plan het overleg met de toehoorders", 14),
)


@transaction.atomic
def load_tasks() -> int:
    """Load the invented tasks and the reminders that follow from them; return how many are new. What is there stays."""
    if not settings.DEMONSTRATION:
        raise DemonstrationError("This is not a demonstration (DEMONSTRATION is off): no invented tasks are made.")
    emails = {person.email.split(".")[0]: person.email for person, _where in load_people()}
    people = {name: User.objects.get(email=email) for name, email in emails.items()}
    count = sum(_load(task, people) for task in TASKS)
    digest.make_reminders(date.today())
    return count


def _load(demo: DemoTask, people: dict[str, User]) -> bool:
    mechanism, by, owner = Mechanism.objects.get(slug=demo.npm), people[demo.by], people.get(demo.to)
    if Task.objects.filter(mechanism=mechanism, title=demo.title).exists():
        return False
    due_on = date.today() + timedelta(days=demo.days)
    task = give_task(
        mechanism=mechanism,
        title=demo.title,
        due_on=due_on - timedelta(days=demo.moved_by),
        by=by,
        owner=owner,
        body=None if owner else MemberBody.objects.get(mechanism=mechanism, slug=demo.to),
    )
    if demo.moved_by:
        reason = "Invented: the papers came late."
        move_task(task=task, due_on=due_on, reason=reason, by=owner or by, seen_version=task.version)
    if demo.outcome:
        finish_task(task=task, outcome=demo.outcome, by=owner or by, seen_version=task.version)
    return True
