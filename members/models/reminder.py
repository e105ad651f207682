"""How a person wants to be reminded, and that the person was."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.person import User
from members.models.task import OFFSETS, Task, every_offset


class ReminderChoice(models.Model):
    """How a person wants to be reminded: on which days around the due day, and whether by letter at all."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="reminder_choice")
    by_mail = models.BooleanField(_("send a digest by e-mail"), default=True)
    offsets = ArrayField(models.SmallIntegerField(), default=every_offset, blank=True)
    language = models.CharField(_("language of the letters"), max_length=10, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="members_reminderchoice_offsets_there_are", condition=Q(offsets__contained_by=list(OFFSETS))
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Reminder(models.Model):
    """That a person was reminded of a task at one offset from one due day: once each.

    The digest takes what is in no letter yet. Moving the due day begins the reminders anew.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="reminders")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="reminders")
    due_on = models.DateField()  # of the task when the person was reminded
    offset = models.SmallIntegerField()
    is_escalation = models.BooleanField(default=False)
    made_on = models.DateField(default=date.today)
    letter = models.ForeignKey(
        "npmportal.MailRecord", on_delete=models.SET_NULL, null=True, blank=True, related_name="reminders"
    )

    class Meta:
        indexes = [models.Index(fields=["user", "is_escalation", "-made_on"], name="members_reminder_of_user")]
        constraints = [
            models.UniqueConstraint(
                name="members_reminder_once_an_offset", fields=["task", "user", "due_on", "offset"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id}, {self.offset:+d}"
