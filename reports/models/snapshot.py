from django.db import models

from reports.models.year import ReportingYear


class Snapshot(models.Model):
    """Everything a report is made of, read in one REPEATABLE READ transaction and never changed (security R-39)."""

    year = models.ForeignKey(ReportingYear, on_delete=models.PROTECT, related_name="snapshots")
    taken_at = models.DateTimeField(auto_now_add=True)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-taken_at"]

    def __str__(self) -> str:
        return f"{self.year} {self.sha256[:12]}"
