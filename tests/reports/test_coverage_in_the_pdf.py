"""The coverage matrix as it stands in the PDF of the real networks, on the days that matter."""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import page
import pikepdf
import pytest

from members.actions.reference import load_reference
from members.models import Mechanism
from members.reference.registers import read as read_register
from npmportal.pdf import write_pdf
from reports.document import STYLESHEET
from reports.models import ReportingYear
from reports.snapshot import read
from tests.reports.conftest import composed
from tests.reports.pdf_text import text_of

BROCHURE = Path(__file__).parents[1] / "members" / "brochure.csv"


@pytest.fixture
def words_of(db, tmp_path):
    """Return a function that gives the words of the report's PDF for a year that ends with the day ``on``."""

    def words(npm, on):
        load_reference(register=read_register(npm))
        mechanism = Mechanism.objects.get(slug=npm)
        days = {"starts_on": on - timedelta(days=364), "ends_on": on + timedelta(days=1)}
        year = ReportingYear.objects.create(mechanism=mechanism, label=f"{on:%Y-%m}", **days)
        path = tmp_path / f"{npm}-{on}.pdf"
        created = datetime(2026, 1, 1, tzinfo=UTC)
        html = composed(read(year)).html
        write_pdf(html, path, stylesheet=STYLESHEET, identifier="coverage", created=created)
        assert page.validate_pdf(str(path), profile="ua1").is_compliant
        with pikepdf.open(path) as pdf:
            return text_of(pdf)

    return words


def without_spaces(text):
    return "".join(text.split())


def test_brochure_stands_in_the_pdf_as_at_1_january_2014(words_of):
    words = words_of("uk", date(2014, 1, 1))

    with BROCHURE.open(encoding="utf-8") as file:
        cells = [row["in_words"] for row in csv.DictReader(file)]
    assert len(cells) == 36
    assert [cell for cell in cells if without_spaces(cell) not in words] == []
    assert "Nomonitor" in words
    assert "HMICFRS" not in words


def test_july_2022_stands_in_the_pdf_as_at_1_january_2023(words_of):
    words = words_of("uk", date(2023, 1, 1))

    assert "HMICFRSwithCQC" in words
    assert "HMICFRSandHMIP" not in words


def test_dutch_pdf_differs_before_and_after_1_april_2024(words_of):
    before, after = words_of("nl", date(2024, 3, 31)), words_of("nl", date(2024, 4, 1))

    assert "IGJinrelationtohealthcare" in before
    assert "RvdR,onwhosebehalfIJenVacts" in before
    assert "IGJ" not in after
    assert "NetherlandsInstituteforHumanRights" in after
