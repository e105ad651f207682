"""The reports of a desk: one question for those that failed, those being made and those made lately."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from members.models import Mechanism
from npmportal.access import MAKE_REPORTS, Grants
from npmportal.models import Job
from reports.models import Report
from reports.sorted_groups import DONE_DAYS, Sorted


def report_groups(
    user: Any, mechanism: Mechanism, grants: Grants, *, shown: int, counted: int
) -> dict[str, Sorted[Report]]:
    """Return the reports on ``user``'s desk in ``mechanism`` by group, the newest first; groups without one left out.

    “failed”: not finished. “live”: being made. “built”: in the last 30 days. One query, for who makes reports.
    """
    if mechanism.pk not in grants.on(MAKE_REPORTS):
        return {}
    since = timezone.now() - timedelta(days=DONE_DAYS)
    asked = Q(job__state__in=[Job.State.FAILED, *Job.LIVE]) | Q(built_at__gte=since)
    reports = Report.objects.visible_to(user).filter(asked, year__mechanism=mechanism)
    groups: dict[str, list[Any]] = {"failed": [], "live": [], "built": []}
    rows = {report.pk: report for report in reports.for_list()[: len(groups) * (counted + 1)]}
    for key, report in rows.items():
        if report.job and report.job.state == Job.State.FAILED:
            groups["failed"].append(key)
        if report.job and report.job.state in Job.LIVE:
            groups["live"].append(key)
        if report.built_at and report.built_at >= since:
            groups["built"].append(key)
    return {name: Sorted.of(keys, rows, shown=shown, counted=counted) for name, keys in groups.items() if keys}
