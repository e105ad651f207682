from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Mechanism
from npmportal.access import MAKE_REPORTS, grants_of


class ReportingYearQuerySet(models.QuerySet["ReportingYear"]):
    def visible_to(self, user: Any) -> Self:
        """Return the years of the mechanisms whose annual report ``user`` may make."""
        return self.filter(mechanism__in=grants_of(user).on(MAKE_REPORTS))

    def complete(self) -> Self:
        """Return the years that are over."""
        return self.filter(ends_on__lte=timezone.localdate())

    def with_reports(self) -> Self:
        """Load the editions of each year's report, the newest first, for the list."""
        return self.prefetch_related("reports__job", "reports__requested_by")


class ReportingYear(models.Model):
    """The twelve months of an annual report: April to March in the UK, the calendar year in the Netherlands."""

    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="reporting_years")
    label = models.CharField(_("year"), max_length=9, help_text="2024-25, or 2024 for a calendar year")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("until (exclusive)"))

    objects = ReportingYearQuerySet.as_manager()

    class Meta:
        ordering = ["mechanism", "-starts_on"]
        constraints = [
            models.UniqueConstraint(name="reports_reportingyear_one_per_label", fields=["mechanism", "label"]),
            models.UniqueConstraint(name="reports_reportingyear_one_per_start", fields=["mechanism", "starts_on"]),
            models.CheckConstraint(
                name="reports_reportingyear_ends_after_it_starts", condition=Q(ends_on__gt=F("starts_on"))
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def last_day(self) -> Any:
        """The last day of the year, as people write it."""
        return self.ends_on - timedelta(days=1)
