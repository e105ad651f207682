"""Long lists that are made into a file in the background."""

import hashlib
import json
import uuid
from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from members.models import Mechanism, User
from npmportal.access import grants_of
from npmportal.models import Job
from visits.models.visit_query import mechanisms_knowing_visits

FOLDER = "downloads"


def download_path(download: "Download", _filename: str) -> str:
    """Return where the file is kept: the id, nothing that tells what is in it."""
    return f"{FOLDER}/{download.pk}"


def rights_of(user: Any) -> str:
    """Return a checksum of everything ``user`` may do now: where it is another one, so may be what they may read."""
    held = {name: sorted(ids) for name, ids in grants_of(user).held.items()}
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()


class DownloadQuerySet(models.QuerySet["Download"]):
    def visible_to(self, user: Any) -> Self:
        """Return the files ``user`` asked for, with the rights of then and of now, that are not too old."""
        readable = mechanisms_knowing_visits(grants_of(user))
        mine = self.filter(requested_by=getattr(user, "pk", None), mechanism__in=readable, rights=rights_of(user))
        return mine.filter(expires_at__gt=timezone.now())

    def end_for(self, bodies: Iterable[int]) -> None:
        """Let nobody of ``bodies`` fetch what was made before: these are being taken off a visit that may be in it.

        Once that stands: until then a file could still be begun with the visit in it.
        """
        if taken_off := sorted(bodies):
            files = self.filter(requested_by__affiliations__body__in=taken_off)
            transaction.on_commit(lambda: files.update(expires_at=timezone.now()))

    def over(self) -> Self:
        """Return what nobody can fetch any more: a day has passed, or the person has been retired."""
        return self.filter(Q(expires_at__lte=timezone.now()) | Q(requested_by__is_active=False))


class Download(models.Model):
    """One list of visits as a file, for the person alone who asked for it, for a day."""

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"
        JSON = "json", "JSON"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    rights = models.CharField(max_length=64)
    format = models.CharField(max_length=4, choices=Format.choices)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    query = models.TextField(blank=True)  # the filters, as they stand in the address of the list
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    file = models.FileField(upload_to=download_path, max_length=200, blank=True)
    size = models.PositiveBigIntegerField(null=True)
    records = models.PositiveIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField()

    objects = DownloadQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at"]
        indexes = [models.Index(fields=["expires_at"], name="visits_download_expires")]

    def __str__(self) -> str:
        return f"{self.format} {self.requested_at:%Y-%m-%d}"

    @property
    def file_name(self) -> str:
        """What the file is called when it is handed out."""
        return f"visits.{self.format}"
