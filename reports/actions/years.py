"""The reporting years of a mechanism."""

from datetime import date

from django.utils import timezone

from members.models import Mechanism
from reports.models import ReportingYear
from visits.models import Visit


def ensure_years(mechanism: Mechanism) -> list[ReportingYear]:
    """Add the reporting years that are missing, from the first visit handed in to today; return the new ones.

    Nothing is written where they all stand already, so that a page may call this whenever it is opened. A year is one
    of the mechanism's own (`Mechanism.reporting_year_of`); its label is “2024-25”, or “2024” for a calendar year.
    """
    # What was withdrawn, often because its day was wrong, is in no figure and makes no year.
    states = (Visit.State.SUBMITTED, Visit.State.APPROVED)
    handed_in = Visit.objects.filter(mechanism=mechanism, state__in=states).order_by("starts_on")
    first = handed_in.values_list("starts_on", flat=True).first()
    today = timezone.localdate()
    start, end = mechanism.reporting_year_of(min(first or today, today))
    wanted = []
    while start <= today:
        wanted.append(ReportingYear(mechanism=mechanism, label=_label(start, end), starts_on=start, ends_on=end))
        start, end = mechanism.reporting_year_of(end)
    present = set(mechanism.reporting_years.values_list("starts_on", flat=True))
    missing = [year for year in wanted if year.starts_on not in present]
    return ReportingYear.objects.bulk_create(missing, ignore_conflicts=True) if missing else []


def _label(start: date, end: date) -> str:
    return str(start.year) if start.month == 1 else f"{start.year}-{end.year % 100:02d}"
