"""The report on the desk: who may ask for it, see it being made, and take the file."""

import hashlib
import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from npmportal import jobs
from npmportal.models import AuditEvent, Job
from reports.actions import request_report
from reports.models import Report, ReportingYear
from tests.factories import MechanismFactory, ReportingYearFactory, VisitFactory, person

PDF = b"%PDF-1.7 not really one"
GET_PAGES = ("report_detail", "report_progress", "report_download")


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr(jobs.app, "send_task", lambda name, args: None)


@pytest.fixture
def report(year, coordinator):
    return request_report(year=year, language="en-gb", by=coordinator)


@pytest.fixture
def built(report):
    Job.objects.filter(pk=report.job.pk).update(state=Job.State.DONE, progress_done=16, progress_total=16)
    report.file.save("x", ContentFile(PDF), save=False)
    report.pages, report.built_at, report.file_sha256 = 32, timezone.now(), hashlib.sha256(PDF).hexdigest()
    report.save()
    return report


def set_job(report, **fields):
    Job.objects.filter(pk=report.job.pk).update(**fields)


def address(name, report=None, npm="examplia"):
    return reverse(f"reports:{name}", kwargs={"npm": npm} | ({"pk": report.pk} if report else {}))


# -- The list ---------------------------------------------------------------------------------------------------------
def test_report_list_works(as_, coordinator, report):
    response = as_(coordinator).get(address("report_list"))

    assert response.status_code == 200
    assert address("report_detail", report) in response.content.decode()


def test_report_list_suggests_the_last_complete_year(as_, coordinator, mechanism):
    VisitFactory(place__mechanism=mechanism, approved=True)
    response = as_(coordinator).get(address("report_list"))

    suggested = ReportingYear.objects.get(mechanism=mechanism, label=response.context["form"].initial["year"])
    assert suggested.ends_on <= timezone.localdate() < suggested.ends_on + timedelta(days=366)


def test_report_list_stranger_404(as_, stranger, mechanism):
    assert as_(stranger).get(address("report_list")).status_code == 404


@pytest.mark.parametrize("who", ["administrator", "alpha_lead"])
def test_report_list_colleague_without_the_right_403(as_, request, who, mechanism):
    assert as_(request.getfixturevalue(who)).get(address("report_list")).status_code == 403


def test_report_list_anonymous_to_login(as_, mechanism):
    assert as_(None).get(address("report_list")).url.startswith(reverse("account_login"))


def test_report_list_wrong_method(as_, coordinator, mechanism):
    assert as_(coordinator).post(address("report_list")).status_code == 405


def test_report_list_costs_the_same_with_many_reports(as_, coordinator, mechanism, django_assert_num_queries):
    client = as_(coordinator)
    client.get(address("report_list"))
    for number in range(5):
        year = ReportingYearFactory(mechanism=mechanism, label=f"20{30 + number}", starts_on=f"20{30 + number}-01-01",
                                    ends_on=f"20{31 + number}-01-01")  # fmt: skip
        request_report(year=year, language="en-gb", by=coordinator)

    with django_assert_num_queries(13):
        client.get(address("report_list"))


# -- Asking for it ----------------------------------------------------------------------------------------------------
def ask(client, **fields):
    return client.post(address("report_request"), {"year": "2024-25", "language": "en-gb"} | fields)


def test_report_request_works(as_, coordinator, year, django_capture_on_commit_callbacks, monkeypatch):
    sent = []
    monkeypatch.setattr(jobs.app, "send_task", lambda name, args: sent.append(args))

    with django_capture_on_commit_callbacks(execute=True):
        response = ask(as_(coordinator))

    report = Report.objects.get()
    assert response.url == address("report_detail", report)
    assert (report.edition, report.requested_by, report.job.state) == (1, coordinator, "queued")
    assert sent == [[str(report.job.pk)]]
    assert report.job.arguments == {"report_id": str(report.pk)}
    assert AuditEvent.objects.get(action="report.requested").object_id == str(report.pk)


def test_report_request_pressed_twice_is_one_report(as_, coordinator, year):
    client = as_(coordinator)

    assert ask(client).url == ask(client).url
    assert (Report.objects.count(), Job.objects.count()) == (1, 1)


def test_report_request_after_a_finished_one_is_the_next_edition(as_, coordinator, built):
    ask(as_(coordinator), language="nl")

    assert sorted(Report.objects.values_list("edition", "language")) == [(1, "en-gb"), (2, "nl")]


def test_report_request_after_a_failure_tries_that_edition_again(as_, coordinator, report):
    set_job(report, state=Job.State.FAILED, attempts=3, error="x")

    ask(as_(coordinator))

    report.job.refresh_from_db()
    assert Report.objects.count() == 1
    assert (report.job.state, report.job.max_attempts) == ("queued", 6)


@pytest.mark.parametrize(("field", "value"), [("year", "1066"), ("year", ""), ("language", "xx"), ("language", "")])
def test_report_request_invalid_shows_the_error_and_keeps_the_rest(as_, coordinator, year, field, value):
    response = ask(as_(coordinator), **{field: value})

    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert "<title>Error: " in re.sub(r"\s+", " ", response.content.decode())
    assert not Report.objects.exists()


def test_report_request_for_a_year_of_another_mechanism_is_invalid(as_, coordinator, mechanism):
    ReportingYearFactory(mechanism=MechanismFactory(slug="elsewhere"), label="2024-25")

    assert "year" in ask(as_(coordinator)).context["form"].errors


def test_report_request_stranger_404(as_, stranger, year):
    assert ask(as_(stranger)).status_code == 404


def test_report_request_colleague_without_the_right_403(as_, administrator, year):
    assert ask(as_(administrator)).status_code == 403
    assert AuditEvent.objects.filter(result="refused", actor=administrator).exists()


def test_report_request_anonymous_to_login(as_, year):
    assert ask(as_(None)).url.startswith(reverse("account_login"))


def test_report_request_wrong_method(as_, coordinator, year):
    assert as_(coordinator).get(address("report_request")).status_code == 405


# -- One report -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", GET_PAGES)
def test_report_pages_stranger_404(as_, stranger, built, name):
    assert as_(stranger).get(address(name, built)).status_code == 404


@pytest.mark.parametrize("name", GET_PAGES)
def test_report_pages_of_another_mechanism_404(as_, stranger, built, name):
    assert as_(stranger).get(address(name, built, npm="elsewhere")).status_code == 404


@pytest.mark.parametrize("name", GET_PAGES)
@pytest.mark.parametrize("who", ["administrator", "alpha_monitor"])
def test_report_pages_colleague_without_the_right_403(as_, request, who, built, name):
    assert as_(request.getfixturevalue(who)).get(address(name, built)).status_code == 403


@pytest.mark.parametrize("name", GET_PAGES)
def test_report_pages_anonymous_to_login(as_, built, name):
    assert as_(None).get(address(name, built)).url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", GET_PAGES)
def test_report_pages_wrong_method(as_, coordinator, built, name):
    assert as_(coordinator).post(address(name, built)).status_code == 405


def test_report_detail_shows_how_far_it_is_and_survives_a_reload(as_, coordinator, report, django_assert_num_queries):
    soon = timezone.now() + timedelta(seconds=30)
    set_job(report, state="running", attempts=1, lease_until=soon, progress_done=3, progress_total=16,
            progress_label="Freezing the figures")  # fmt: skip
    client = as_(coordinator)
    client.get(address("report_detail", report))  # what is read once in a process is read now

    with django_assert_num_queries(5):
        text = client.get(address("report_detail", report)).content.decode()

    assert "3 of 16: Freezing the figures" in " ".join(text.split())
    assert f'hx-get="{address("report_progress", report)}"' in text
    assert "Look again" in text
    assert address("report_download", report) not in text


def test_report_detail_says_when_the_worker_is_gone(as_, coordinator, report):
    set_job(report, state="running", attempts=1, lease_until=timezone.now() - timedelta(seconds=1))

    assert "has stopped" in as_(coordinator).get(address("report_detail", report)).content.decode()


def test_report_detail_of_a_failure_offers_to_try_again(as_, coordinator, report):
    set_job(report, state="failed", error="The PDF file could not be made.")

    text = as_(coordinator).get(address("report_detail", report)).content.decode()

    assert "The PDF file could not be made." in text
    assert f'action="{address("report_retry", report)}"' in text


def test_report_detail_of_a_finished_report_tells_what_the_file_is(as_, coordinator, built):
    text = as_(coordinator).get(address("report_detail", built)).content.decode()

    assert address("report_download", built) in text
    assert built.file_sha256 in text
    assert "32" in text
    assert "hx-get" not in text


def test_report_progress_gives_the_piece_to_htmx_and_the_page_to_others(as_, coordinator, report):
    client = as_(coordinator)

    piece = client.get(address("report_progress", report), headers={"HX-Request": "true"})

    assert piece.status_code == 200
    assert b"<html" not in piece.content
    assert client.get(address("report_progress", report)).url == address("report_detail", report)


def test_report_progress_of_a_finished_report_has_the_page_loaded_again(as_, coordinator, built):
    response = as_(coordinator).get(address("report_progress", built), headers={"HX-Request": "true"})

    assert response.headers["HX-Refresh"] == "true"


# -- Trying again -----------------------------------------------------------------------------------------------------
def test_report_retry_works_once(as_, coordinator, report):
    set_job(report, state="failed", attempts=3)
    client = as_(coordinator)

    for _press in range(2):
        assert client.post(address("report_retry", report)).url == address("report_detail", report)

    report.job.refresh_from_db()
    assert (report.job.state, report.job.max_attempts) == ("queued", 6)
    assert AuditEvent.objects.filter(action="report.retried").count() == 1


def test_report_retry_stranger_404(as_, stranger, report):
    assert as_(stranger).post(address("report_retry", report)).status_code == 404


def test_report_retry_colleague_without_the_right_403(as_, alpha_lead, report):
    assert as_(alpha_lead).post(address("report_retry", report)).status_code == 403


def test_report_retry_anonymous_to_login(as_, report):
    assert as_(None).post(address("report_retry", report)).url.startswith(reverse("account_login"))


def test_report_retry_wrong_method(as_, coordinator, report):
    assert as_(coordinator).get(address("report_retry", report)).status_code == 405


# -- The file ---------------------------------------------------------------------------------------------------------
def test_report_download_works_and_is_written_down(as_, coordinator, built):
    response = as_(coordinator).get(address("report_download", built))

    assert b"".join(response.streaming_content) == PDF
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == (
        'attachment; filename="examplia-annual-report-2024-25-edition-1-en-gb.pdf"'
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    event = AuditEvent.objects.get(action="report.downloaded")
    assert (event.actor, event.object_id) == (coordinator, str(built.pk))


def test_report_download_before_there_is_a_file_404(as_, coordinator, report):
    assert as_(coordinator).get(address("report_download", report)).status_code == 404


def test_report_download_of_a_file_that_is_gone_404(as_, coordinator, built):
    built.file.storage.delete(built.file.name)

    assert as_(coordinator).get(address("report_download", built)).status_code == 404


def test_report_download_ends_with_the_right(as_, coordinator, built):
    client = as_(coordinator)
    coordinator.is_active = False
    coordinator.save(update_fields=["is_active"])

    assert client.get(address("report_download", built)).status_code == 302


def test_coordinator_of_two_mechanisms_reaches_each_report_under_its_own_address_only(as_, built, mechanism):
    other = MechanismFactory(slug="elsewhere")
    user = person("coordinator", other)

    assert as_(user).get(address("report_detail", built, npm="elsewhere")).status_code == 404


# -- The public -------------------------------------------------------------------------------------------------------
def test_public_report_list_is_open_and_shows_nothing_private(as_, mechanism, built):
    response = as_(None).get(address("public_report_list"))

    assert response.status_code == 200
    assert b"No annual report has been published" in response.content
    assert str(built.pk).encode() not in response.content


def test_public_report_list_of_no_mechanism_404(as_, db):
    assert as_(None).get(address("public_report_list", npm="nowhere")).status_code == 404


def test_public_report_list_wrong_method(as_, mechanism):
    assert as_(None).post(address("public_report_list")).status_code == 405
