"""Years and requests: what is written, by whom, and never twice."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from npmportal import jobs
from npmportal.models import AuditEvent, Job
from reports.actions import ensure_years, request_report, retry_report
from reports.models import Report, ReportingYear, Snapshot
from tests.factories import MechanismFactory, PlaceFactory, VisitFactory


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr(jobs.app, "send_task", lambda name, args: None)


@pytest.fixture
def _today(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda: date(2025, 4, 1))


@pytest.mark.usefixtures("_today")
@pytest.mark.parametrize(
    ("month", "labels"), [(4, ["2022-23", "2023-24", "2024-25", "2025-26"]), (1, ["2023", "2024", "2025"])]
)
def test_ensure_years_from_the_first_visit_to_today(db, month, labels):
    mechanism = MechanismFactory(reporting_year_starts_month=month)
    VisitFactory(place=PlaceFactory(mechanism=mechanism), starts_on=date(2023, 3, 31), approved=True)

    made = ensure_years(mechanism)

    assert [year.label for year in made] == labels
    assert ensure_years(mechanism) == []
    years = list(ReportingYear.objects.filter(mechanism=mechanism).order_by("starts_on"))
    assert all(before.ends_on == after.starts_on for before, after in zip(years, years[1:], strict=False))


@pytest.mark.usefixtures("_today")
@pytest.mark.parametrize("state", ["draft", "discarded", "returned", "withdrawn"])
def test_ensure_years_takes_no_notice_of_what_is_not_handed_in_or_withdrawn(mechanism, state):
    """A day mistyped in somebody's draft makes no years, and tells the coordinator nothing of the draft."""
    VisitFactory(place=PlaceFactory(mechanism=mechanism), starts_on=date(2007, 5, 14), state=state)

    assert [year.label for year in ensure_years(mechanism)] == ["2025-26"]


@pytest.mark.usefixtures("_today")
def test_ensure_years_without_visits_gives_the_current_year(mechanism):
    assert [year.label for year in ensure_years(mechanism)] == ["2025-26"]


def test_request_report_needs_the_right(year, administrator, alpha_lead, stranger):
    for person in (administrator, alpha_lead, stranger):
        with pytest.raises(PermissionDenied):
            request_report(year=year, language="en-gb", by=person)

    assert not Report.objects.exists()
    assert not Job.objects.exists()


def test_request_report_that_fails_leaves_no_job_behind(year, coordinator, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("reports.actions.reports.audit.record", broken)

    with pytest.raises(RuntimeError):
        request_report(year=year, language="en-gb", by=coordinator)

    assert not Job.objects.exists()


def test_request_report_of_whoever_runs_the_server_names_nobody(year):
    report = request_report(year=year, language="en-gb", by=None)

    assert report.requested_by is None
    assert AuditEvent.objects.get(action="report.requested").actor is None


def test_retry_report_takes_fresh_figures(year, coordinator):
    report = request_report(year=year, language="en-gb", by=coordinator)
    Report.objects.filter(pk=report.pk).update(snapshot=Snapshot.objects.keep(year, {"old": True}))
    Job.objects.filter(pk=report.job.pk).update(state=Job.State.FAILED)

    assert retry_report(report=report, by=coordinator)

    report.refresh_from_db()
    assert report.snapshot is None


def test_retry_report_needs_the_right(year, coordinator, administrator):
    report = request_report(year=year, language="en-gb", by=coordinator)

    with pytest.raises(PermissionDenied):
        retry_report(report=report, by=administrator)
