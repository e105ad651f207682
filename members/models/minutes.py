"""The minutes of a meeting: a draft, then approved and frozen, then only added to."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.group import circles_of
from members.models.meeting import Meeting
from members.models.person import User
from npmportal.private_files import size_of


class MinutesQuerySet(models.QuerySet["Minutes"]):
    def visible_to(self, user: Any) -> Self:
        """Return the minutes, drafts included, of the groups whose inside ``user`` knows: never an invitee's."""
        return self.filter(circles_of(user).inside.q("meeting__group"))

    def for_detail(self) -> Self:
        """Load what the page of the minutes prints."""
        return self.select_related("meeting__group__mechanism", "job", "approved_by")


def minutes_path(minutes: "Minutes", _filename: str) -> str:
    """Return where the file of minutes is kept: the meeting's id, nothing that tells what is in it."""
    return f"minutes/{minutes.meeting_id}.pdf"


class Minutes(models.Model):
    """What was said, in words: a draft until approved, then frozen and printed."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        APPROVED = "approved", _("approved")

    meeting = models.OneToOneField(Meeting, on_delete=models.CASCADE, related_name="minutes")
    text = models.TextField(_("minutes"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    language = models.CharField(_("language"), max_length=5, default="en-gb")
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    # Stored when the minutes are approved, because the world moves on and what was approved does not: "actions" as they
    # were agreed (each with "title", "who" (a body's name, in the language of the minutes, or "") and "due_on") and
    # "bodies", by their keys: what those who came are called on paper. A bare list are actions kept without the names.
    agreed = models.JSONField(default=list, blank=True)
    pdf = models.FileField(_("file"), upload_to=minutes_path, max_length=200, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    pages = models.PositiveIntegerField(_("pages"), null=True)
    job = models.ForeignKey("npmportal.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = MinutesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "minutes"
        constraints = [
            models.CheckConstraint(
                name="members_minutes_approved_by_somebody",
                condition=Q(state="draft", approved_by=None, approved_at=None)
                | Q(state="approved", approved_by__isnull=False, approved_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting}: {self.get_state_display()}"

    @property
    def is_approved(self) -> bool:
        return self.state == self.State.APPROVED

    @property
    def file_name(self) -> str:
        """What the file is called when it is handed out: whose and of which day, not what it was about."""
        meeting = self.meeting
        return f"{meeting.group.mechanism.slug}-minutes-{meeting.group.local(meeting.starts_at):%Y-%m-%d}.pdf"

    @property
    def size(self) -> int | None:
        """The bytes of the file, or None where there is none (yet, or any more)."""
        return size_of(self.pdf)


class MinutesAddition(models.Model):
    """What is added to approved minutes: they are never changed, a correction stands dated below them."""

    minutes = models.ForeignKey(Minutes, on_delete=models.CASCADE, related_name="additions")
    text = models.TextField(_("addition"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["minutes", "at", "pk"]

    def __str__(self) -> str:
        return self.text[:80]
