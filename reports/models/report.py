import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import User
from npmportal.access import MAKE_REPORTS, grants_of
from npmportal.models import Job
from npmportal.private_files import size_of
from reports.models.snapshot import Snapshot
from reports.models.year import ReportingYear


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: Any) -> Self:
        """Return the reports of the mechanisms whose annual report ``user`` may make. None is public yet."""
        return self.filter(year__mechanism__in=grants_of(user).on(MAKE_REPORTS))

    def for_list(self) -> Self:
        """Load what the list of reports prints."""
        return self.select_related("year", "job", "requested_by")

    def for_detail(self) -> Self:
        """Load what the page of one report prints."""
        return self.select_related("year__mechanism", "job", "requested_by", "snapshot").defer("snapshot__content")

    def built(self) -> Self:
        """Return the reports whose file is there."""
        return self.exclude(file="")


def report_path(report: "Report", _filename: str) -> str:
    """Return where a report's file is kept: the id, nothing that tells what is in it."""
    return f"reports/{report.pk}.pdf"


class Report(models.Model):
    """One edition of a reporting year's annual report (OPCAT Article 23): its snapshot, its job and its PDF."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    year = models.ForeignKey(ReportingYear, on_delete=models.PROTECT, related_name="reports")
    edition = models.PositiveSmallIntegerField(_("edition"))
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en-gb")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, related_name="reports")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    file = models.FileField(_("file"), upload_to=report_path, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    pages = models.PositiveIntegerField(_("pages"), null=True)
    built_at = models.DateTimeField(null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at"]
        constraints = [models.UniqueConstraint(name="reports_report_one_per_edition", fields=["year", "edition"])]

    def __str__(self) -> str:
        return f"{self.year} – {self.edition}"

    @property
    def file_name(self) -> str:
        """What the file is called when it is handed out."""
        year = self.year
        return f"{year.mechanism.slug}-annual-report-{year.label}-edition-{self.edition}-{self.language}.pdf"

    @property
    def size(self) -> int | None:
        """The bytes of the file, or None where there is none (yet, or any more)."""
        return size_of(self.file)
