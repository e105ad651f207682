"""Downloads of exactly what is filtered: complete, as CSV, XLSX and JSON, at once or made in the background."""

import csv
import io
import json
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from members.actions import people
from members.models import Affiliation, User
from members.models.affiliation_groups import sync_groups
from npmportal import jobs
from npmportal.field_table import parse
from npmportal.models import AuditEvent, Job
from tests.factories import VisitFactory
from visits import field_table
from visits.downloading import keeping, lists
from visits.models import Download, NeedExamined, TeamMember, Visit, VisitFigure

ENDINGS = ("csv", "xlsx", "json")


@pytest.fixture
def visit(alpha, mechanism):
    visit = VisitFactory(
        place__mechanism=mechanism, lead_body=alpha, state="approved", reference="A-1", time_in=time(14, 30),
        summary="=HYPERLINK(1)\x0b _x0041_ <&>", people_seen=0, kind="in_depth", starts_on=date(2024, 5, 14),
    )  # fmt: skip
    VisitFigure.objects.create(visit=visit, measure="held", value=12)
    VisitFigure.objects.create(visit=visit, measure="deaths", availability="refused")
    NeedExamined.objects.create(visit=visit, group="women", answer="examined")
    TeamMember.objects.create(visit=visit, body=alpha, name="Nobody Real", standing="lay", sex="female")
    return visit


def url(mechanism, name, **kwargs):
    return reverse(f"visits:{name}", kwargs={"npm": mechanism.slug, **kwargs})


def read(response, ending):
    content = response.getvalue()
    if ending == "csv":
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    if ending == "json":
        return json.loads(content)["visits"]
    header, *rows = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


# -- At once ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("ending", ENDINGS)
def test_file_holds_what_is_filtered(as_, coordinator, mechanism, visit, alpha, ending):
    VisitFactory(place=visit.place, lead_body=alpha, state="approved", reference="A-2", kind="routine")
    VisitFactory(place=visit.place, lead_body=alpha, state="draft", reference="A-3")

    response = as_(coordinator).get(url(mechanism, f"visits_{ending}"), {"kind": "in_depth"})

    assert [row["reference"] for row in read(response, ending)] == ["A-1"]
    assert response["Content-Disposition"] == f'attachment; filename="visits.{ending}"'
    event = AuditEvent.objects.get(action="visits.exported")
    assert event.details == {"records": 1, "format": ending, "filters": ["kind"]}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(("name", "status"), [("stranger", 404), ("administrator", 403)])
def test_file_is_not_for_others(request, as_, mechanism, visit, ending, name, status):
    assert as_(request.getfixturevalue(name)).get(url(mechanism, f"visits_{ending}")).status_code == status


@pytest.mark.parametrize("ending", ENDINGS)
def test_filter_that_cannot_be_read_gives_no_file_of_everything(as_, coordinator, mechanism, visit, ending):
    client, query = as_(coordinator), "setting=999999"

    answers = [
        client.get(url(mechanism, f"visits_{ending}") + f"?{query}"),
        client.post(url(mechanism, "download_new") + f"?format={ending}&{query}"),
    ]

    assert {answer.url for answer in answers} == {f"{url(mechanism, 'visit_list')}?{query}"}
    assert not Download.objects.exists()


@pytest.mark.parametrize("ending", ENDINGS)
def test_anonymous_to_login_and_wrong_method_405(as_, coordinator, mechanism, ending):
    address = url(mechanism, f"visits_{ending}")

    assert as_(None).get(address).url.startswith(reverse("account_login"))
    assert as_(coordinator).post(address).status_code == 405


def test_figures_needs_and_team_are_columns(as_, coordinator, mechanism, visit):
    (row,) = read(as_(coordinator).get(url(mechanism, "visits_csv")), "csv")

    figures = (row["People held in all"], row["Deaths"], row["Incidents of self-harm"])
    assert figures == ("12", "refused", "")
    assert row["Needs of women"] == "examined"
    assert row["the team without names"] == "1 person; 1 member; 1 lay; 1 woman"
    assert "Nobody Real" not in str(row)


def test_json_speaks_in_field_names_and_fixed_terms(as_, coordinator, mechanism, visit):
    (row,) = read(as_(coordinator).get(url(mechanism, "visits_json")), "json")

    assert row["kind"] == "in_depth"
    assert row["setting"] == visit.setting.slug
    assert (row["people_seen"], row["people_declined"], row["access_note"]) == (0, None, None)
    assert (row["figures.held"], row["figures.deaths"], row["figures.self_harm"]) == (12, "refused", None)
    assert (row["starts_on"], row["time_in"]) == ("2024-05-14", "14:30")


def test_xlsx_texts_are_texts(as_, coordinator, mechanism, visit):
    content = as_(coordinator).get(url(mechanism, "visits_xlsx")).getvalue()
    sheet = load_workbook(io.BytesIO(content)).active
    header = [cell.value for cell in sheet[1]]
    row = dict(zip(header, sheet[2], strict=True))

    # “_x0041_” would be read as the letter A: the underscore before it is written by its number, as Excel does.
    assert (row["summary"].data_type, row["summary"].value) == ("s", "=HYPERLINK(1) _x005F_x0041_ <&>")
    assert row["first day"].value.date() == date(2024, 5, 14)
    assert (row["accepted (seen)"].value, row["declined"].value) == (0, None)


@pytest.mark.parametrize("ending", ENDINGS)
def test_empty_list_is_a_whole_file(as_, coordinator, mechanism, ending):
    assert read(as_(coordinator).get(url(mechanism, f"visits_{ending}")), ending) == []


def test_a_field_the_table_hides_is_in_no_line(as_, mechanism, visit, alpha_lead, coordinator, monkeypatch):
    lines = field_table.FILE.read_text().replace("summary,summary,always,handed in", "summary,summary,always,never")
    monkeypatch.setattr(field_table, "TABLE", parse(lines.splitlines(), field_table.SHAPE, "test"))

    (row,) = read(as_(coordinator).get(url(mechanism, "visits_json")), "json")
    (own,) = read(as_(alpha_lead).get(url(mechanism, "visits_json")), "json")

    assert "summary" not in row
    assert own["summary"].startswith("=HYPERLINK")


def test_queries_do_not_grow_with_the_lines(as_, coordinator, mechanism, visit, alpha):
    client = as_(coordinator)
    client.get(url(mechanism, "visits_csv")).getvalue()  # what the process keeps of the register is read once
    with CaptureQueriesContext(connection) as few:
        client.get(url(mechanism, "visits_csv")).getvalue()
    VisitFactory.create_batch(15, place=visit.place, lead_body=alpha, state="approved")
    with CaptureQueriesContext(connection) as many:
        client.get(url(mechanism, "visits_csv")).getvalue()

    assert len(many) == len(few)


# -- In the background ------------------------------------------------------------------------------------------------
@pytest.fixture
def long_list(monkeypatch, visit, alpha):
    """Three visits, where more than two are too many to wait for."""
    monkeypatch.setattr(lists, "MOST_AT_ONCE", 2)
    return [visit, *VisitFactory.create_batch(2, place=visit.place, lead_body=alpha, state="approved")]


def asked_for(client, mechanism, ending="csv", **filters):
    page = client.get(url(mechanism, f"visits_{ending}"), filters)
    assert page.status_code == 302
    assert client.get(page.url).status_code == 200
    assert client.post(page.url).status_code == 302
    return Download.objects.get()


def made(client, mechanism, ending="csv"):
    download = asked_for(client, mechanism, ending)
    jobs.run(str(download.job_id))
    download.refresh_from_db()
    return download


@pytest.mark.parametrize("ending", ENDINGS)
def test_long_list_is_made_by_a_job(as_, coordinator, mechanism, long_list, ending):
    client = as_(coordinator)

    download = made(client, mechanism, ending)

    page = client.get(url(mechanism, "download_detail", pk=download.pk)).content.decode()
    assert "Download these 3 records" in page
    response = client.get(url(mechanism, "download_file", pk=download.pk))
    assert len(read(response, ending)) == 3
    assert AuditEvent.objects.get(action="visits.exported").details["records"] == 3
    assert AuditEvent.objects.get(action="visits.file_fetched").actor == coordinator


def test_while_it_is_made_the_page_says_so(as_, coordinator, mechanism, long_list):
    client = as_(coordinator)
    download = asked_for(client, mechanism)
    again = client.post(client.get(url(mechanism, "visits_csv")).url)

    page = client.get(again.url).content.decode()

    assert Download.objects.get() == download
    assert "Waiting to be started" in page
    assert client.get(url(mechanism, "download_file", pk=download.pk)).status_code == 404
    assert client.get(url(mechanism, "download_progress", pk=download.pk)).status_code == 302


def test_arguments_of_the_job_hold_no_content(as_, coordinator, mechanism, long_list):
    download = asked_for(as_(coordinator), mechanism, kind="in_depth")

    assert download.job.arguments == {"download": str(download.pk)}
    assert download.query == "kind=in_depth"


@pytest.mark.parametrize("name", ["alpha_lead", "beta_monitor", "stranger"])
def test_file_is_for_the_person_alone_who_asked(request, as_, coordinator, mechanism, long_list, name):
    download = made(as_(coordinator), mechanism)
    other = as_(request.getfixturevalue(name))

    for page in ("download_detail", "download_progress", "download_file"):
        assert other.get(url(mechanism, page, pk=download.pk)).status_code == 404
    assert other.post(url(mechanism, "download_retry", pk=download.pk)).status_code == 404


def test_file_is_refused_when_the_rights_have_changed(as_, coordinator, mechanism, alpha, long_list):
    client = as_(coordinator)
    download = made(client, mechanism)

    Affiliation.objects.filter(user=coordinator).update(ends_on="2021-01-01")
    Affiliation.objects.create(user=coordinator, body=alpha, role="body_reader", starts_on="2020-01-01")
    sync_groups(coordinator)

    assert client.get(url(mechanism, "visit_list")).status_code == 200
    assert client.get(url(mechanism, "download_file", pk=download.pk)).status_code == 404


def test_job_of_somebody_who_lost_the_right_makes_nothing(as_, coordinator, mechanism, long_list):
    download = asked_for(as_(coordinator), mechanism)
    Affiliation.objects.filter(user=coordinator).update(ends_on="2021-01-01")
    sync_groups(coordinator)

    jobs.run(str(download.job_id))

    download.refresh_from_db()
    assert Job.objects.get().state == Job.State.FAILED
    assert not download.file


def test_file_dies_with_retirement(
    as_, coordinator, administrator, mechanism, long_list, django_capture_on_commit_callbacks
):
    download = made(as_(coordinator), mechanism)
    storage, name = download.file.storage, download.file.name

    with django_capture_on_commit_callbacks(execute=True):
        people.retire_person(user=User.objects.get(pk=coordinator.pk), mechanism=mechanism, by=administrator)

    assert not Download.objects.exists()
    assert not storage.exists(name)


def test_file_goes_after_a_day(as_, coordinator, mechanism, long_list, django_capture_on_commit_callbacks):
    client = as_(coordinator)
    download = made(client, mechanism)
    storage, name = download.file.storage, download.file.name
    assert keeping.forget_old_downloads() == 0

    Download.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert client.get(url(mechanism, "download_file", pk=download.pk)).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        assert keeping.forget_old_downloads() == 1
    assert not storage.exists(name)


def test_what_failed_can_be_tried_again(as_, coordinator, mechanism, long_list, monkeypatch):
    client = as_(coordinator)
    download = asked_for(client, mechanism)
    with monkeypatch.context() as patch:
        patch.setattr("visits.downloading.jobs._write", lambda *_: 1 / 0)
        patch.setattr("npmportal.jobs.logger.exception", lambda *_a, **_k: None)
        jobs.run(str(download.job_id))
    assert "could not be made" in client.get(url(mechanism, "download_detail", pk=download.pk)).content.decode()

    assert client.post(url(mechanism, "download_retry", pk=download.pk)).status_code == 302
    jobs.run(str(download.job_id))

    assert Download.objects.get().records == 3


ODD = ("", "?format=exe", "?format=csv&kind=%00", "?format=csv&after=x&body=999999999999999999999")


@pytest.mark.parametrize("query", ODD)
def test_asking_in_odd_words_gets_an_answer(as_, coordinator, mechanism, visit, query):
    response = as_(coordinator).get(url(mechanism, "download_new") + query)

    assert response.status_code == (302 if "csv" in query else 404)  # the list says what cannot be read


def test_list_leads_to_all_three(as_, coordinator, mechanism, visit):
    page = as_(coordinator).get(url(mechanism, "visit_list"), {"kind": "in_depth", "size": "10"}).content.decode()

    for ending in ENDINGS:
        assert f"{url(mechanism, f'visits_{ending}')}?kind=in_depth" in page
    assert Visit.objects.count() == 1
