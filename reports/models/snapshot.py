import hashlib
import json
from typing import Any

from django.db import models

from reports.models.year import ReportingYear


def fingerprint(content: dict[str, Any]) -> str:
    """Return the SHA-256 of ``content`` written as canonical JSON: the same data give the same 64 digits."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def keep(self, year: ReportingYear, content: dict[str, Any]) -> "Snapshot":
        """Store ``content`` unless the very same is stored already; return the snapshot."""
        snapshot, _created = self.get_or_create(year=year, sha256=fingerprint(content), defaults={"content": content})
        return snapshot


class Snapshot(models.Model):
    """Everything a report is made of, read in one REPEATABLE READ transaction and never changed (security R-39)."""

    year = models.ForeignKey(ReportingYear, on_delete=models.PROTECT, related_name="snapshots")
    taken_at = models.DateTimeField(auto_now_add=True)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["-taken_at"]
        constraints = [
            models.UniqueConstraint(name="reports_snapshot_kept_once", fields=["year", "sha256"]),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.sha256[:12]}"

    @property
    def is_intact(self) -> bool:
        """Whether the content still is what was frozen."""
        return fingerprint(self.content) == self.sha256
