"""The finished file, judged by a validator and an audit, not by eye."""

import page
import pikepdf
import pytest

from tests.reports.conftest import ATTACHMENT, HOSTILE_BODY, IMAGE, SCRIPT
from tests.reports.pdf_text import text_of


@pytest.fixture
def pdf(annual_pdf):
    with pikepdf.open(annual_pdf) as found:
        yield found


def elements(pdf, kind):
    return [thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == kind]


def test_report_is_valid_pdf_ua(annual_pdf):
    limits = page.SafetyLimits(max_table_grid_rows=100_000, max_table_grid_cells=10_000_000)

    report = page.validate_pdf(str(annual_pdf), profile="ua1", limits=limits)

    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert report.is_compliant


def test_report_says_its_language_title_and_that_it_is_tagged(pdf):
    assert str(pdf.Root.Lang) == "en-gb"
    assert bool(pdf.Root.MarkInfo.Marked)
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    with pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == "National Preventive Mechanism of Examplia: annual report 2024–25"
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["pdfaid:part"] == "3"


def test_dates_are_those_of_the_snapshot(pdf):
    assert str(pdf.docinfo["/CreationDate"]).startswith("D:20250602")


def test_report_names_no_person(pdf):
    assert str(pdf.docinfo["/Author"]) == "National Preventive Mechanism of Examplia"


def test_every_chapter_has_a_bookmark(pdf):
    with pdf.open_outline() as outline:
        titles = [item.title for item in outline.root]

    assert len(titles) == 14  # cover, contents, twelve chapters
    assert "4 Who monitors what" in titles


def test_every_figure_has_words(pdf):
    figures = elements(pdf, "/Figure")

    assert len(figures) == 4
    assert all(str(figure.Alt) for figure in figures)


def test_table_cells_point_to_their_headers(pdf):
    assert elements(pdf, "/TH")
    assert all("/Headers" in cell.A for cell in elements(pdf, "/TD"))


def test_hostile_names_are_shown_as_typed(pdf):
    words = text_of(pdf)

    for name in (SCRIPT, IMAGE, ATTACHMENT, HOSTILE_BODY):
        assert "".join(name.split()) in words


def test_nothing_is_embedded_but_the_reports_own_tables(pdf):
    assert all(name.endswith(".csv") for name in pdf.attachments)
    assert not any(b"root:" in pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments)
    assert "/JavaScript" not in str(pdf.Root.get("/Names", {}))
