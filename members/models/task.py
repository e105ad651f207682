"""What somebody has to do by a day, the reminders of it, and the letters that told of it."""

import uuid
from datetime import date
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.body import MemberBody
from members.models.mechanism import Mechanism
from members.models.meeting import Meeting
from members.models.person import User
from npmportal.access import CONVENE, MANAGE_BODY_PEOPLE, grants_of

OFFSETS = (-30, -7, 0, 7, 30)  # days from the due day on which a reminder may go out


def every_offset() -> list[int]:
    """Return the offsets of somebody who chose none."""
    return list(OFFSETS)


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: Any) -> Self:
        """Return the person's own tasks, those the person gave, the body's for its lead, all for who convenes."""
        grants = grants_of(user)
        own = Q(owner=user.pk) | Q(created_by=user.pk) | Q(body__in=grants.on(MANAGE_BODY_PEOPLE))
        return self.filter(Q(mechanism__in=grants.on(CONVENE)) | own & Q(mechanism__in=grants.mechanism_ids))

    def doable_by(self, user: Any) -> Self:
        """Return the tasks ``user`` may finish: the own ones, the body's for its lead, all for who convenes."""
        grants = grants_of(user)
        own = Q(owner=user.pk, mechanism__in=grants.mechanism_ids) | Q(body__in=grants.on(MANAGE_BODY_PEOPLE))
        return self.filter(Q(mechanism__in=grants.on(CONVENE)) | own)

    def open_ones(self) -> Self:
        """Return the tasks that are still to be done."""
        return self.filter(state=Task.State.OPEN)

    def overdue(self, on: date) -> Self:
        """Return the open tasks whose day has passed on ``on``."""
        return self.open_ones().filter(due_on__lt=on)


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
    # A body owes it; a person of that body (or of the coordinator's staff) does it.
    body = models.ForeignKey(MemberBody, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    due_on = models.DateField(_("due"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    outcome = models.TextField(_("what was done, or why not"), blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tasks_given")
    created_at = models.DateTimeField(auto_now_add=True)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    concerns = models.CharField(_("concerns"), max_length=60, blank=True)
    concerns_id = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "created_at"]
        indexes = [
            models.Index(fields=["owner", "due_on"], condition=Q(state="open"), name="members_task_open_of_owner"),
            models.Index(fields=["mechanism", "state", "due_on"], name="members_task_by_state"),
            models.Index(fields=["concerns", "concerns_id"], name="members_task_concerns"),
        ]
        constraints = [
            models.CheckConstraint(
                name="members_task_closed_with_an_outcome",
                condition=Q(state="open", closed_by=None) | (~Q(state="open") & ~Q(outcome="") & ~Q(closed_by=None)),
            ),
            models.CheckConstraint(name="members_task_somebody_owes_it", condition=~Q(owner=None) | ~Q(body=None)),
        ]

    def __str__(self) -> str:
        return self.title

    def is_overdue(self, on: date) -> bool:
        """Tell whether the day has passed and the task is still open."""
        return self.state == self.State.OPEN and self.due_on < on


class ReminderChoice(models.Model):
    """How a person wants to be reminded: on which days around the due day, and whether by letter at all."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="reminder_choice")
    by_mail = models.BooleanField(_("send a digest by e-mail"), default=True)
    offsets = ArrayField(models.SmallIntegerField(), default=every_offset)

    def __str__(self) -> str:
        return str(self.user)


class Reminder(models.Model):
    """That a person was reminded of a task at one offset: once each. The digest takes what has no letter yet."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="reminders")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="reminders")
    offset = models.SmallIntegerField()
    is_escalation = models.BooleanField(default=False)
    due_at = models.DateField()
    letter = models.ForeignKey(
        "npmportal.MailRecord", on_delete=models.SET_NULL, null=True, blank=True, related_name="reminders"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="members_reminder_once_an_offset", fields=["task", "user", "offset"]),
        ]

    def __str__(self) -> str:
        return f"{self.task}, {self.offset:+d}"
