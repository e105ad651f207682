"""The sheet of a visit: on paper, and as a spreadsheet whose columns the import knows."""

import csv
import io
from datetime import date

import pikepdf
import pytest
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from tests.factories import RemitFactory
from tests.visits.import_files import checked, received, stored, xlsx_bytes
from tests.visits.question_tools import questions_of, scale_of
from visits.documents import sheet
from visits.importing.columns import columns_of
from visits.importing.judged import columns_for
from visits.models import Import, Visit, VisitFigure

KINDS = ("pdf", "csv", "xlsx")


def url_of(kind, body="alpha", setting="prisons"):
    return reverse(f"visits:question_sheet_{kind}", kwargs={"npm": "examplia", "body": body, "setting": setting})


@pytest.fixture
def asked(alpha, mechanism, alpha_lead):
    scale_of(alpha, alpha_lead)
    return questions_of(alpha, mechanism.settings.get(slug="prisons"), alpha_lead)


def test_sheet_asks_what_is_recorded_and_names_nobody(alpha, mechanism, asked, django_assert_max_num_queries):
    setting = mechanism.settings.get(slug="prisons")

    with django_assert_max_num_queries(12):
        html = sheet.compose(mechanism, alpha, setting, date(2024, 1, 1))

    assert "Write no names of detained people" in html
    assert "Alpha Inspectorate" in html
    for said in ("Safety", "Good (3)", "Was the bell answered?", "Clean", "Without names.", "not asked"):
        assert said in html
    labels = [columns_of("visits")[name].label for name in sheet.COLUMNS]
    labels += [str(measure.label) for measure in VisitFigure.Measure]
    assert [label for label in labels if label not in html] == []


def test_sheet_asks_what_is_in_force_on_the_day_and_for_the_setting(alpha, mechanism, asked):
    prisons, custody = mechanism.settings.get(slug="prisons"), mechanism.settings.get(slug="police-custody")

    assert "Was the bell answered?" not in sheet.compose(mechanism, alpha, prisons, date(2019, 12, 31))
    assert "Was the bell answered?" not in sheet.compose(mechanism, alpha, custody, date(2024, 1, 1))
    with translation.override("nl"):
        assert "Werd de bel beantwoord?" in sheet.compose(mechanism, alpha, prisons, date(2024, 1, 1))


def test_paper_is_a_pdf_for_everybody_and_the_same_sheet_the_same_bytes(as_, alpha_reader, asked):
    client = as_(alpha_reader)
    first, second = (client.get(url_of("pdf")) for _time in range(2))

    assert first.headers["Content-Type"] == "application/pdf"
    assert "visit-sheet-alpha-prisons.pdf" in first.headers["Content-Disposition"]
    assert first.content.startswith(b"%PDF-")
    with pikepdf.open(io.BytesIO(first.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
    assert first.content == second.content


@pytest.mark.parametrize("language", ["en-gb", "nl"])
def test_spreadsheet_has_the_columns_of_the_import_alone(as_, alpha_reader, alpha, asked, language):
    client = as_(alpha_reader)
    client.cookies["django_language"] = language
    file = client.get(url_of("csv"))
    text = (b"".join(file.streaming_content) if file.streaming else file.content).decode("utf-8-sig")
    (header,) = csv.reader(io.StringIO(text))
    book = client.get(url_of("xlsx"))
    content = b"".join(book.streaming_content) if book.streaming else book.content
    page = load_workbook(io.BytesIO(content)).active

    assert header == [cell.value for cell in page[1]]
    known = columns_for(Import(kind="visits", body=alpha, mechanism=alpha.mechanism))
    labels = {label: name for name, column in known.items() for label in column.labels}
    names = [labels[title] for title in header]
    assert names[: len(sheet.COLUMNS)] == list(sheet.COLUMNS)
    assert set(names[len(sheet.COLUMNS) :]) >= set(VisitFigure.Measure.values)
    assert len([name for name in names if name.startswith(("rating.", "answer."))]) == 6
    offered = {rule.formula1 for rule in page.data_validations.dataValidation}
    assert '"Good (3),Fair (2),Poor (1)"' in offered
    required = {name for name, column in known.items() if column.is_required}
    assert required <= set(sheet.COLUMNS)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en-gb", "nl"])
def test_filled_spreadsheet_comes_back_through_the_import(as_, kind, language, alpha, alpha_lead, prison, asked):
    filled = {
        "reference": "PAPER-1",
        "place": prison.name,
        "starts_on": "2024-05-14",
        "time_in": "02:15",
        "access": "delayed",
        "access_delay_minutes": "25",
        "people_seen": "7",
        "privacy": "in_sight",
        "areas_seen": "Wing; a “quoted” part",
        "satisfaction": "unsatisfactory",
        "summary": "One line,\nand another.",
        "kind": "routine",
        "notice": "unannounced",
    }
    client = as_(alpha_lead)
    client.cookies["django_language"] = language
    answer = client.get(url_of(kind))
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if kind == "csv":
        (header,) = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    else:
        header = [cell.value for cell in load_workbook(io.BytesIO(content)).active[1]]
    judged = {"Safety": "Fair (2)", "Veiligheid": "Fair", "Degrees in the cell": "18,5"}
    figures = {"People held in all": "120", "ingesloten personen in totaal": "120"}
    with translation.override(language):
        row = [in_words(name, filled.get(name, "")) for name in sheet.COLUMNS]
    for title in header[len(row) :]:
        row.append(next((said for word, said in (judged | figures).items() if title.endswith(word)), ""))
    assert len([cell for cell in row[len(sheet.COLUMNS) :] if cell]) >= 2

    batch = received(_as_file(kind, [header, row]), alpha, alpha_lead, name=f"sheet.{kind}")
    batch = stored(checked(batch, alpha_lead), alpha_lead)

    assert set(batch.columns) == {str(number) for number in range(len(header))}
    visit = Visit.objects.get(reference="PAPER-1")
    plain = {name: getattr(visit, name) for name in filled}
    assert plain["place"] == prison
    assert (str(visit.starts_on), f"{visit.time_in:%H:%M}") == ("2024-05-14", "02:15")
    for name in ("access", "privacy", "satisfaction", "kind", "notice", "areas_seen", "summary"):
        assert plain[name] == filled[name]
    assert visit.ratings.get().grade.name_en == "Fair"
    assert str(visit.answers.get().number) == "18.50"
    assert (visit.access_delay_minutes, visit.people_seen, visit.people_offered) == (25, 7, None)


def in_words(name, value):
    """Return a value as people write it on the sheet: terms by the words printed there."""
    return str(dict(columns_of("visits")[name].choices).get(value, value))


def _as_file(kind, rows):
    if kind == "xlsx":
        return xlsx_bytes(rows)
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


@pytest.mark.parametrize("kind", KINDS)
def test_sheets_are_for_the_body_s_own_people(
    as_, kind, alpha_reader, beta_monitor, coordinator, administrator, stranger, asked
):
    url = url_of(kind)

    for user in (beta_monitor, coordinator, administrator):
        assert as_(user).get(url).status_code == 403
    assert as_(stranger).get(url).status_code == 404
    assert as_(None).get(url).url.startswith(reverse("account_login"))
    client = as_(alpha_reader)
    assert client.post(url).status_code == 405
    assert client.get(url_of(kind, setting="nowhere")).status_code == 404
    assert client.get(url_of(kind, body="nobody")).status_code == 404


def test_list_offers_the_sheets_of_the_settings_the_body_monitors(as_, alpha_reader, alpha, mechanism, coordinator):
    north, prisons = mechanism.jurisdictions.get(slug="north"), mechanism.settings.get(slug="prisons")
    RemitFactory(setting=prisons, bodies=[alpha], spanning=[north])
    url = reverse("visits:question_list", kwargs={"npm": "examplia"})

    own = as_(alpha_reader).get(url).content.decode()

    assert url_of("pdf") in own
    assert url_of("pdf", setting="police-custody") not in own
    assert "/sheets/" not in as_(coordinator).get(url).content.decode()
