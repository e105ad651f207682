"""The five screens of an import, without a script: what was typed stays, back works, nobody else sees it."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from npmportal.models import AuditEvent
from tests.visits.import_files import checked, csv_bytes, received, stored, xlsx_bytes
from visits.models import Import, ImportMapping, Visit

GOOD = ["A-1", "Quozandel Prison (invented)", "2024-05-14", "C1", "Unannounced", "Quiet."]
PAGES = ("import_detail", "import_columns", "import_values", "import_check", "import_undo", "import_records")
BUTTONS = ("import_store", "import_retry", "import_discard")


def url(name, mechanism, batch=None, **more):
    kwargs = {"npm": mechanism.slug, **more} | ({"pk": batch.pk} if batch else {})
    return reverse(f"visits:{name}", kwargs=kwargs)


def upload(client, mechanism, body, content, name="visits.csv", kind="visits"):
    data = {"kind": kind, "file": SimpleUploadedFile(name, content)}
    if body is not None:
        data["body"] = str(body.pk)
    return client.post(url("import_new", mechanism), data)


@pytest.fixture
def batch(prison, alpha, alpha_lead):
    return received(csv_bytes([GOOD]), alpha, alpha_lead)


def test_a_file_goes_through_the_five_screens(prison, mechanism, alpha, alpha_lead, as_):
    client = as_(alpha_lead)

    answer = upload(client, mechanism, alpha, csv_bytes([GOOD]))
    batch = Import.objects.get()
    assert answer.url == url("import_columns", mechanism, batch)
    page = client.get(answer.url)
    assert "Our reference" in page.text
    assert "Quozandel Prison (invented)" in page.text
    columns = {f"column_{n}": name for n, name in batch.columns.items()}
    answer = client.post(answer.url, columns)
    assert answer.url == url("import_values", mechanism, batch)
    page = client.get(answer.url)
    assert ">C1<" in page.text
    answer = client.post(answer.url, {"term_kind_0": "in_depth", "term_notice_0": "unannounced"})
    assert answer.url == url("import_check", mechanism, batch)
    page = client.get(answer.url)
    assert "Import 1 row" in page.text
    assert not Visit.objects.exists()
    answer = client.post(url("import_store", mechanism, batch), follow=True)

    visit = Visit.objects.get()
    assert (visit.kind, visit.own_kind, visit.reference) == ("in_depth", "C1", "A-1")
    assert url("import_records", mechanism, batch) in answer.text
    assert visit.reference in client.get(url("import_records", mechanism, batch)).text
    assert not Import.objects.get().rows


def test_what_was_mapped_stays_and_is_known_for_the_next_file(batch, mechanism, alpha, alpha_lead, as_):
    checked(batch, alpha_lead, columns={**batch.columns, "5": "access_note"}, terms={"kind": {"C1": "thematic"}})

    again = received(csv_bytes([GOOD]), alpha, alpha_lead)

    assert again.columns["5"] == "access_note"
    page = as_(alpha_lead).get(url("import_values", mechanism, again))
    assert '<option value="thematic" selected>' in page.text
    assert as_(alpha_lead).get(url("import_columns", mechanism, batch)).status_code == 200
    assert ImportMapping.objects.get().body == alpha


def test_a_column_that_is_mapped_twice_or_missing_is_said(batch, mechanism, alpha_lead, as_):
    page = as_(alpha_lead).post(url("import_columns", mechanism, batch), {"column_0": "place", "column_1": "place"})

    assert page.status_code == 200
    assert '<optgroup label="Situation on the day"><option value="capacity_official">' in page.text
    assert "is imported as “Place” already" in page.text
    assert "Say which column holds “First day”" in page.text
    assert '<option value="place" selected>' in page.text


def test_dates_that_could_be_either_are_asked_about(prison, mechanism, alpha, alpha_lead, as_):
    row = [*GOOD[:2], "03/04/2024", "routine", *GOOD[4:]]
    batch = received(csv_bytes([row]), alpha, alpha_lead)
    client = as_(alpha_lead)

    page = client.post(url("import_values", mechanism, batch), {"term_kind_0": "routine"})
    assert "Say how days are written" in page.text
    client.post(
        url("import_values", mechanism, batch),
        {"term_kind_0": "routine", "term_notice_0": "unannounced", "date_order": "mdy"},
    )

    batch.refresh_from_db()
    assert ["starts_on", "2024-03-04"] in batch.preview["rows"][0]["values"]


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "empty.csv", "The file is empty."),
        (b"%PDF-1.7 no table", "report.pdf", "no rows below the names"),
        (b"PK\x03\x04 broken", "book.xlsx", "damaged"),
        (xlsx_bytes([["Only", "a head"]]), "book.xlsx", "no rows below the names"),
    ],
)
def test_what_is_no_table_is_said_and_stores_nothing(
    content, name, sentence, prison, mechanism, alpha, alpha_lead, as_
):
    answer = upload(as_(alpha_lead), mechanism, alpha, content, name)

    page = answer if answer.status_code == 200 else as_(alpha_lead).get(answer.url)
    assert sentence in page.text
    assert not Import.objects.exclude(rows="").exists()


def test_a_visit_of_another_body_cannot_be_imported(prison, mechanism, alpha, beta, alpha_lead, as_):
    answer = upload(as_(alpha_lead), mechanism, beta, csv_bytes([GOOD]))

    assert answer.status_code == 200
    assert not Import.objects.exists()


@pytest.mark.parametrize("page", PAGES)
def test_only_the_body_itself_sees_an_import(
    page, batch, mechanism, stranger, administrator, coordinator, beta_monitor, as_
):
    address = url(page, mechanism, batch)

    for person in (stranger, administrator, coordinator, beta_monitor):
        assert as_(person).get(address).status_code == 404
    assert as_(None).get(address).status_code == 302


def test_a_reader_of_the_body_sees_what_was_done_and_does_nothing(batch, mechanism, alpha_reader, as_):
    client = as_(alpha_reader)

    assert client.get(url("import_detail", mechanism, batch)).status_code == 200
    assert batch.file_name in client.get(url("import_list", mechanism)).text
    for page in ("import_columns", "import_values", "import_check", "import_undo", "import_problems", "import_rest"):
        assert client.get(url(page, mechanism, batch)).status_code == 403
    for button in BUTTONS:
        assert client.post(url(button, mechanism, batch)).status_code == 403
    assert client.get(url("import_new", mechanism)).status_code == 403


@pytest.mark.parametrize("button", BUTTONS)
def test_buttons_take_posts_of_those_who_log_alone(button, batch, mechanism, alpha_monitor, beta_monitor, as_):
    assert as_(alpha_monitor).get(url(button, mechanism, batch)).status_code == 405
    assert as_(beta_monitor).post(url(button, mechanism, batch)).status_code == 404
    assert as_(alpha_monitor).post(url(button, mechanism, batch)).status_code == 302


def test_nothing_is_stored_before_the_check(batch, mechanism, alpha_lead, as_):
    page = as_(alpha_lead).post(url("import_store", mechanism, batch), follow=True)

    assert "Have the rows checked first." in page.text
    assert not Visit.objects.exists()


def test_a_file_whose_time_is_over_is_to_be_uploaded_again(batch, mechanism, alpha_lead, as_):
    Import.objects.update(expires_at="2020-01-01T00:00:00Z")

    page = as_(alpha_lead).get(url("import_columns", mechanism, batch), follow=True)

    assert "Upload it again" in page.text


def test_an_import_is_undone_with_a_reason(batch, mechanism, alpha_lead, as_):
    stored(checked(batch, alpha_lead, terms={"kind": {"C1": "in_depth"}}), alpha_lead)
    client = as_(alpha_lead)
    assert Visit.objects.count() == 1

    assert "Give a reason" in client.post(url("import_undo", mechanism, batch), {"reason": " "}).text
    page = client.post(url("import_undo", mechanism, batch), {"reason": "The wrong year."}, follow=True)

    assert "This import was undone." in page.text
    assert not Visit.objects.exists()
    assert AuditEvent.objects.get(action="import.undone").object_id == str(batch.pk)


def test_the_file_is_thrown_away(batch, mechanism, alpha_lead, as_, django_capture_on_commit_callbacks):
    storage, name = batch.rows.storage, batch.rows.name

    with django_capture_on_commit_callbacks(execute=True):
        as_(alpha_lead).post(url("import_discard", mechanism, batch))

    assert not Import.objects.exists()
    assert not storage.exists(name)


@pytest.mark.parametrize("kind", ["visits", "people"])
def test_empty_files_come_back_as_they_went(kind, prison, mechanism, alpha_lead, as_):
    for ending in ("csv", "xlsx"):
        answer = as_(alpha_lead).get(url(f"import_template_{ending}", mechanism, kind=kind))
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content)
    assert as_(alpha_lead).get(url("import_template_csv", mechanism, kind="places")).status_code == 403
    assert as_(alpha_lead).get(url("import_template_csv", mechanism, kind="nothing")).status_code == 404


def test_the_list_asks_no_more_for_more_imports(
    batch, mechanism, alpha, alpha_lead, as_, django_assert_max_num_queries
):
    client = as_(alpha_lead)
    with django_assert_max_num_queries(40) as one:
        client.get(url("import_list", mechanism))
    for _n in range(3):
        received(csv_bytes([GOOD]), alpha, alpha_lead)

    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(url("import_list", mechanism))


def test_an_address_of_no_import_is_not_found(prison, mechanism, alpha_lead, as_):
    address = reverse("visits:import_detail", kwargs={"npm": mechanism.slug, "pk": uuid.uuid4()})

    assert as_(alpha_lead).get(address).status_code == 404
