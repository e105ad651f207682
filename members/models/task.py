"""What somebody has to do by a day, and every step that was taken with it."""

import uuid
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from members.models.body import MemberBody
from members.models.group import Circle, circles_of
from members.models.mechanism import Mechanism
from members.models.meeting import Meeting
from members.models.person import Affiliation, User
from npmportal.access import CONVENE, MANAGE_BODY_PEOPLE, MANAGE_MEMBERS, Grants, grants_of

OFFSETS = (-30, -7, 0, 7, 30)  # days from the due day on which a reminder may go out


def every_offset() -> list[int]:
    """Return the offsets of somebody who chose none."""
    return list(OFFSETS)


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: Any) -> Self:
        """Return the own tasks, those the person gave, the body's for its lead, all for who convenes.

        A task belongs to a body, or to the mechanism's own staff. Who no longer works there sees none of it, not even
        the own tasks and those the person gave; a chair sees those a meeting agreed for as long as the chair lasts.
        """
        seen = _seen_by(user)
        return self.filter(seen) if seen else self.none()

    def known_to(self, user: Any) -> Self:
        """Return the tasks ``user`` may open, and those agreed in a meeting whose decisions the reader knows."""
        agreed = _agreed_in(circles_of(user).inside)
        seen = _seen_by(user) | agreed
        return self.filter(seen) if seen else self.none()

    def doable_by(self, user: Any) -> Self:
        """Return the tasks ``user`` may finish: the own ones, the body's for its lead, all for who convenes."""
        grants = grants_of(user)
        return self.filter(_kept_in_order_by(grants) | Q(owner=user.pk) & _where_the_person_works(grants))

    def managed_by(self, user: Any) -> Self:
        """Return the tasks ``user`` may reword or drop: those the person gave, all for who convenes.

        A lead may do so with what was given inside the body, not with what a meeting or somebody outside asked of it.
        """
        grants = grants_of(user)
        inside = Affiliation.objects.filter(user=OuterRef("created_by"), body=OuterRef("body"))
        led = Q(Exists(inside), body__in=grants.on(MANAGE_BODY_PEOPLE), meeting=None)
        return self.visible_to(user).filter(Q(mechanism__in=grants.on(CONVENE)) | Q(created_by=user.pk) | led)

    def open_ones(self) -> Self:
        """Return the tasks that are still to be done."""
        return self.filter(state=Task.State.OPEN)

    def overdue(self, on: date) -> Self:
        """Return the open tasks whose day has passed on ``on``."""
        return self.open_ones().filter(due_on__lt=on)

    def for_list(self) -> Self:
        """Load whose task it is and who gave it."""
        return self.select_related("owner", "created_by")


def _seen_by(user: Any) -> Q:
    """Return the condition of `visible_to`; an empty one for who sees nothing."""
    grants = grants_of(user)
    if not grants.mechanism_ids:
        return Q()
    here = _where_the_person_works(grants)
    given = Q(created_by=user.pk) & (here | _agreed_in(circles_of(user).kept))
    return _kept_in_order_by(grants) | Q(owner=user.pk) & here | given


def _agreed_in(circle: Circle) -> Q:
    """Return the condition that a meeting of a group in ``circle`` agreed the task; an empty one where it has none."""
    return Q(meeting__in=Meeting.objects.filter(circle.q("group")).order_by().values("pk")) if circle else Q()


def _where_the_person_works(grants: Grants) -> Q:
    return Q(body__in=grants.body_ids) | Q(body=None, mechanism__in=grants.on(MANAGE_MEMBERS))


def _kept_in_order_by(grants: Grants) -> Q:
    return Q(mechanism__in=grants.on(CONVENE)) | Q(body__in=grants.on(MANAGE_BODY_PEOPLE))


class Task(models.Model):
    """An action with an owner and a day, agreed in a meeting or given by a colleague (eTools' action point)."""

    class State(models.TextChoices):
        OPEN = "open", _("to do")
        DONE = "done", _("done")
        DROPPED = "dropped", _("dropped")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="tasks")
    title = models.CharField(_("what is to be done"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    # A body owes it and a person of that body does it; without a body the mechanism's own staff does.
    body = models.ForeignKey(MemberBody, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    due_on = models.DateField(_("due"))
    extensions = models.PositiveSmallIntegerField(_("times put off"), default=0)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    outcome = models.TextField(_("what was done, or why not"), blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tasks_given")
    created_at = models.DateTimeField(auto_now_add=True)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    # Which record it concerns: "members.coveragegap" and its key (members/concerns.py).
    concerns = models.CharField(_("concerns"), max_length=60, blank=True)
    concerns_id = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "created_at", "pk"]
        # Each list of the page of tasks walks one of these from the day it stands at.
        indexes = [
            models.Index(fields=["owner", "state", "due_on", "id"], name="members_task_of_owner"),
            models.Index(fields=["body", "state", "due_on", "id"], name="members_task_of_body"),
            models.Index(fields=["created_by", "state", "due_on", "id"], name="members_task_of_giver"),
            models.Index(fields=["mechanism", "state", "due_on", "id"], name="members_task_of_mechanism"),
            models.Index(fields=["concerns", "concerns_id"], name="members_task_concerns"),
        ]
        constraints = [
            models.CheckConstraint(
                name="members_task_closed_with_an_outcome",
                condition=Q(state="open", closed_by=None, closed_at=None, outcome="")
                | (~Q(state="open") & ~Q(outcome="") & ~Q(closed_by=None) & ~Q(closed_at=None)),
            ),
            models.CheckConstraint(name="members_task_somebody_owes_it", condition=~Q(owner=None) | ~Q(body=None)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    def is_overdue(self, on: date) -> bool:
        """Tell whether the day has passed and the task is still open."""
        return self.is_open and self.due_on < on

    @property
    def lateness(self) -> str:
        """How late it is today, in words; empty for a task that is not late."""
        today = date.today()
        if not self.is_overdue(today):
            return ""
        days = (today - self.due_on).days
        return ngettext("overdue by %(days)s day", "overdue by %(days)s days", days) % {"days": days}


class TaskStep(models.Model):
    """One step taken with a task: what stood there, what stands there now, and why. Rows are added, never changed.

    The audit log knows of each step too, but without its words: reasons and titles may be confidential there, and may
    be read here by those who see the task.
    """

    class Kind(models.TextChoices):
        GIVEN = "given", _("gave the task")
        REWORDED = "reworded", _("reworded the task")
        MOVED = "moved", _("changed the day it is due")
        HANDED = "handed", _("handed the task over")
        DONE = "done", _("reported the task done")
        DROPPED = "dropped", _("dropped the task")
        REOPENED = "reopened", _("reopened the task")

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    words = models.TextField(blank=True)  # the reason, or what was done
    old_due_on = models.DateField(null=True, blank=True)
    new_due_on = models.DateField(null=True, blank=True)
    old_owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    new_owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    before = models.JSONField(default=dict)  # of a rewording: the words that stood there

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["task", "-id"], name="members_taskstep_of_task"),
            models.Index(fields=["new_owner", "at"], name="members_taskstep_new_owner"),
        ]
        constraints = [
            models.CheckConstraint(
                name="members_taskstep_a_step_back_has_a_reason",
                condition=Q(kind__in=["given", "reworded"]) | ~Q(words=""),
            ),
            models.CheckConstraint(
                name="members_taskstep_a_moved_day_has_moved",
                condition=~Q(kind="moved") | ~Q(old_due_on=F("new_due_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by} {self.get_kind_display()}"


def people_of(mechanism: Mechanism, on: date) -> QuerySet[Affiliation]:
    """Return the roles that active people hold on the day ``on`` in ``mechanism`` or in one of its bodies."""
    held = Affiliation.objects.as_at(on).filter(user__is_active=True)
    return held.filter(Q(mechanism=mechanism) | Q(body__mechanism=mechanism))
