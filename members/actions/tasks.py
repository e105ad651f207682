"""Giving a task, and every step that is taken with it. Each is kept with its words and written down without them."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from members.models import GroupSeat, Mechanism, Meeting, MemberBody, Task, TaskStep, User
from members.models.task import people_of
from npmportal import audit
from npmportal.access import CONVENE, MANAGE_BODY_PEOPLE, grants_of

LONGEST_TEXT = 10_000


class TaskRefused(Exception):
    """The step cannot be taken; the message says why, in words for the person who asked."""


class TaskChangedMeanwhile(Exception):
    """Somebody else has taken a step since the page was opened; ``task`` is what stands now. Nothing was stored."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.task = task


def owners_for(user: Any, mechanism: Mechanism, meeting: Meeting | None = None) -> QuerySet[Any]:
    """Return the roles, as they are today, that ``user`` may see and so give a task to.

    Who convenes sees all of the mechanism, a lead those of the body, everybody the own ones; who keeps the group of a
    meeting (chair, secretary) sees those who hold a seat in it in person too.
    """
    grants, today = grants_of(user), date.today()
    held = people_of(mechanism, today)
    if mechanism.pk in grants.on(CONVENE):
        return held
    seen = Q(body__in=grants.on(MANAGE_BODY_PEOPLE)) | Q(user=user.pk)
    if meeting and _keeps(user, meeting):
        seats = GroupSeat.objects.as_at(today).filter(group=meeting.group_id).exclude(person=None)
        seen |= Q(user__in=seats.values("person"))
    return held.filter(seen)


def bodies_for(user: Any, mechanism: Mechanism, meeting: Meeting | None = None) -> QuerySet[MemberBody]:
    """Return the bodies that ``user`` may give a task: all for who convenes or keeps the meeting, else the own ones."""
    grants = grants_of(user)
    bodies = MemberBody.objects.filter(mechanism=mechanism)
    if mechanism.pk in grants.on(CONVENE) or (meeting and _keeps(user, meeting)):
        return bodies
    return bodies.filter(pk__in=grants.on(MANAGE_BODY_PEOPLE) | _works_in(user, mechanism))


@transaction.atomic
def give_task(
    *,
    mechanism: Mechanism,
    title: str,
    due_on: date,
    by: User,
    owner: User | None = None,
    body: MemberBody | None = None,
    note: str = "",
    meeting: Meeting | None = None,
    concerns: models.Model | None = None,
) -> Task:
    """Give a task to ``owner``, or to ``body``, whose lead then names somebody, or to an owner in a body.

    Without ``body`` it belongs to the one body the owner works for; an owner of the mechanism's own staff needs none.
    ``meeting`` is where it was agreed, ``concerns`` the record it is about. Raises PermissionDenied where ``by`` may
    not give a task to them, TaskRefused with the reason in words where owner, body and meeting do not go together.
    """
    if meeting and meeting.group.mechanism_id != mechanism.pk:
        raise TaskRefused(_("The meeting belongs to another network."))
    body = body or (_body_of(owner, mechanism) if owner else None)
    _check_owes(by, mechanism, owner, body, meeting)
    task = Task.objects.create(
        mechanism=mechanism,
        title=title.strip(),
        note=note.strip(),
        body=body,
        owner=owner,
        due_on=due_on,
        created_by=by,
        meeting=meeting,
        concerns=concerns._meta.label_lower if concerns else "",
        concerns_id=str(concerns.pk) if concerns else "",
    )
    note_step(task, TaskStep.Kind.GIVEN, by, new_owner=owner, new_due_on=due_on)
    return task


def _check_owes(
    by: User, mechanism: Mechanism, owner: User | None, body: MemberBody | None, meeting: Meeting | None
) -> None:
    if owner is None and body is None:
        raise TaskRefused(_("Say who is to do it: a person, or a body whose lead then names somebody."))
    if body and body.mechanism_id != mechanism.pk:
        raise TaskRefused(_("The body belongs to another network."))
    if body and owner is None and not bodies_for(by, mechanism, meeting).filter(pk=body.pk).exists():
        raise PermissionDenied
    if owner:
        roles = owners_for(by, mechanism, meeting).filter(user=owner)
        if not roles.exists():
            raise PermissionDenied
        check_works_for(owner, mechanism, body)


def check_works_for(owner: User, mechanism: Mechanism, body: MemberBody | None) -> None:
    """Refuse an owner who does not work for what owes the task: the person would not see it."""
    held = people_of(mechanism, date.today()).filter(user=owner)
    if not held.filter(body=body).exists() and not held.filter(mechanism=mechanism, role="coordinator").exists():
        if body is None:
            raise TaskRefused(_("The person works for several bodies: say for which one the task is."))
        raise TaskRefused(_("The person does not work for the body that is to do it."))


def _body_of(owner: User, mechanism: Mechanism) -> MemberBody | None:
    """Return the one body ``owner`` works for in ``mechanism``; None for its own staff and where there are several."""
    held = list(people_of(mechanism, date.today()).filter(user=owner).select_related("body"))
    bodies = {role.body_id: role.body for role in held if role.body}
    return next(iter(bodies.values())) if len(bodies) == 1 and all(role.body for role in held) else None


def _works_in(user: Any, mechanism: Mechanism) -> frozenset[int]:
    return frozenset(
        people_of(mechanism, date.today()).filter(user=user.pk).exclude(body=None).values_list("body", flat=True)
    )


def _keeps(user: Any, meeting: Meeting) -> bool:
    return Meeting.objects.kept_by(user).filter(pk=meeting.pk).exists()


def note_step(task: Task, kind: str, by: User, *, words: str = "", **values: Any) -> TaskStep:
    """Keep the step with its words, and write down that it was taken, without them (security R-55)."""
    step = TaskStep.objects.create(task=task, kind=kind, by=by, words=words, **values)
    bodies = [task.body_id] if task.body_id else []
    audit.record(f"task.{kind}", by=by, obj=task, mechanism=task.mechanism, bodies=bodies, state=task.state)
    return step
