import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs by whom they belong to and by what has become of them."""

    def visible_to(self, user: Any) -> Self:
        """Return the jobs ``user`` asked for; whoever may see the object made by a job reaches it from there."""
        return self.filter(requested_by=user) if user.is_authenticated and user.is_active else self.none()

    def live(self) -> Self:
        """Return the jobs that are waiting or running."""
        return self.filter(state__in=Job.LIVE)

    def abandoned(self) -> Self:
        """Return running jobs whose worker has not been heard of since the lease ran out."""
        return self.filter(state=Job.State.RUNNING, lease_until__lt=timezone.now())


class Job(models.Model):
    """Work that takes time. This row is the truth; Celery only carries its id (design section 5, ADR 0004)."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("in progress")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    LIVE = (State.QUEUED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120, help_text="at most one live job has this key")
    arguments = models.JSONField(default=dict, help_text="ids only, never content")
    mechanism = models.ForeignKey("members.Mechanism", on_delete=models.PROTECT, null=True, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True, help_text="when Celery was last told of it")
    progress_done = models.PositiveSmallIntegerField(default=0)
    progress_total = models.PositiveSmallIntegerField(default=0)
    progress_label = models.CharField(max_length=120, blank=True)
    error = models.CharField(max_length=300, blank=True, help_text="a plain sentence for the person who asked")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="npmportal_job_one_live_per_key", fields=["key"], condition=Q(state__in=["queued", "running"])
            ),
            models.CheckConstraint(
                name="npmportal_job_attempts_within_maximum", condition=Q(attempts__lte=F("max_attempts"))
            ),
        ]
        indexes = [
            models.Index(fields=["sent_at"], name="npmportal_job_live", condition=Q(state__in=["queued", "running"])),
            models.Index(fields=["requested_by", "-created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id} ({self.state})"

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE

    @property
    def is_stalled(self) -> bool:
        """Whether the worker that had it is gone and no other has taken it over yet."""
        return self.state == self.State.RUNNING and self.lease_until is not None and self.lease_until < timezone.now()

    @property
    def percent(self) -> int:
        return round(100 * self.progress_done / self.progress_total) if self.progress_total else 0

    def in_words(self) -> Self:
        """Return the job with its step and its error in the reader's language (a job keeps them in English)."""
        self.progress_label = gettext(self.progress_label) if self.progress_label else ""
        self.error = gettext(self.error) if self.error else ""
        return self
