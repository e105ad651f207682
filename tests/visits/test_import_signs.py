"""What an import tells apart: grades, choices and headings by a sign, versions by the visit, reasons from texts."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook

from tests.visits.import_files import HEADER, checked, csv_bytes, problems_of, received, stored
from tests.visits.question_tools import Y2020, questions_of, scale_of
from visits.actions.versions import publish
from visits.importing import guessing, templates
from visits.importing.columns import Column
from visits.importing.judged import Judged
from visits.models import Answer, Grade, Place, Question, Standard, Visit, VisitFigure, VisitRating

ASKED = (
    {"text_en": "Doors (+)?", "kind": "choice", "choices_en": ["< 24 hours", "> 24 hours"]},
    {"text_en": "Doors (-)?", "kind": "text"},
)


@pytest.fixture
def asked(alpha, alpha_lead, prison):
    """A scale with grades that differ by signs, and two questions whose words do not differ otherwise."""
    scale = scale_of(alpha, None, since=None, grades=("A+", "A", "A-"))
    Grade.objects.filter(name_en="A").update(name_nl="Goed", number=4)
    publish(version=scale.versions.get(), starts_on=Y2020, by=alpha_lead)
    questions_of(alpha, prison.setting, alpha_lead, questions=ASKED)
    return scale


def imported(alpha, person, prison, rows, more):
    """Check a file with the columns ``more``: ``rows`` holds the cells of a visit by its reference."""
    common = [prison.name, "2024-05-14", "Full inspection", "Unannounced", ""]
    content = csv_bytes([[reference, *common, *cells] for reference, cells in rows.items()], [*HEADER, *more])
    return checked(received(content, alpha, person), person)


def test_grades_choices_and_headings_that_differ_by_a_sign(asked, alpha, alpha_lead, prison):
    said = {
        "A-1": ["A+", "> 24 hours", "Refused"],
        "A-2": ["a", "<24 hours", "refused"],
        "A-3": ["A−", "", "n/a"],
        "A-4": ["goed (4)", "", ""],
        "A-5": ["4", "", ""],
    }
    more = ["Safety", "Doors (+)?", "Doors (-)?"]
    batch = imported(alpha, alpha_lead, prison, said, more)
    assert not problems_of(batch)
    stored(batch, alpha_lead)

    grades = VisitRating.objects.values_list("visit__reference", "grade__name_en")
    assert dict(grades) == {"A-1": "A+", "A-2": "A", "A-3": "A-", "A-4": "A", "A-5": "A"}
    answers = Answer.objects.values_list("visit__reference", "question__kind", "availability", "number", "text")
    assert set(answers) == {
        ("A-1", "choice", "recorded", 2, ""),
        ("A-2", "choice", "recorded", 1, ""),
        ("A-1", "text", "recorded", None, "Refused"),
        ("A-2", "text", "refused", None, ""),
        ("A-3", "text", "recorded", None, "n/a"),
    }
    # What is none of them is refused, not read as the one it resembles; a text that stands there is no reason.
    Answer.objects.filter(text="n/a").update(text="not asked")
    again = {"A-1": ["A++", "", ""], "A-2": ["", "24 hours", ""], "A-3": ["", "", "not asked"]}
    batch = imported(alpha, alpha_lead, prison, again, more)
    assert [(row, told.partition(":")[0]) for row, _column, told in problems_of(batch)] == [
        (2, "This is no grade of that scale"),
        (3, "This is none of the choices"),
    ]
    assert batch.counts["unchanged"] == 1


def test_headings_are_told_apart_and_those_of_older_downloads_known(asked, alpha, alpha_lead, prison):
    old = alpha.names.get()
    alpha.names.update(abbreviation="OLD", ends_on=date(2022, 1, 1))
    alpha.names.create(name_en="Alpha", abbreviation="ALPHA", starts_on=date(2022, 1, 1), source=old.source)
    bell, doors = ({"text_en": text, "kind": "text"} for text in ("Bell?", "Bell!"))
    question_set = alpha.question_sets.get()
    later = question_set.versions.create()
    for position, question in enumerate((bell, doors, ASKED[0])):
        Question.objects.create(version=later, position=position, **question)
    publish(version=later, starts_on=date(2023, 1, 1), by=alpha_lead)
    words = guessing.words_for(Judged(alpha, alpha.mechanism).columns)

    header = ["Bell!", "Bell", "Answer: OLD: Doors (+)?", "Doors (-)?", "Oordeel: Alpha tests: Veiligheid", "Total"]
    found = guessing.guess("visits", [*header, "Men", "Deaths"], {}, words)

    assert len({found[number] for number in found}) == 5
    assert set(found) == {"0", "2", "3", "4", "7"}  # “Bell” may be either; “Total” and “Men” of anything
    doors = [words.of(heading) for heading in ("Answer: ALPHA: Doors (+)?", "Doors (-)?")]
    assert [found["2"], found["3"]] == doors
    told = guessing.remembered(["Bell!", "Bell?", "Rating"], {"0": "one", "2": "three"})
    assert told == {"bell!": "one", "bell?": "", "rating": "three"}


def test_a_visit_is_read_by_its_own_setting_and_by_what_it_was_judged_by(asked, alpha, alpha_lead, prison, mechanism):
    more = ["Safety", "Doors (+)?", "Deaths", "Isolated", "People held in all"]
    first = imported(alpha, alpha_lead, prison, {"A-1": ["A", "", "NA", "", "-"]}, more)
    stored(first, alpha_lead)
    assert list(VisitFigure.objects.values_list("measure", "availability")) == [("deaths", "not_recorded")]
    # The place becomes one of another setting, and the visit moves to a day of the next version.
    Place.objects.filter(pk=prison.pk).update(setting=mechanism.settings.get(slug="police-custody"))
    version = asked.versions.create()
    Standard.objects.create(version=version, name_en="Safety")
    Grade.objects.create(version=version, name_en="Fine")
    publish(version=version, starts_on=date(2024, 5, 1), by=alpha_lead)

    batch = imported(alpha, alpha_lead, prison, {"A-1": ["A-", "< 24 hours", "", "", ""]}, more)
    assert (problems_of(batch), batch.counts["updated"]) == ([], 1)
    stored(batch, alpha_lead)

    assert VisitRating.objects.get().grade.name_en == "A-"
    assert Answer.objects.get().number == 1
    # A visit that is new is of the setting that the place has now.
    batch = imported(alpha, alpha_lead, prison, {"A-2": ["Fine", "< 24 hours", "", "", ""]}, more)
    assert [told[:15] for _row, _column, told in problems_of(batch)] == ["On that day the"]
    assert Visit.objects.count() == 1


def test_control_characters_in_names_make_no_spreadsheet_fail():
    column = Column("one", "rating", "Bell\x0brings\x07")
    content = templates.workbook([column], None, {"one": ["Good\x0b(1)", "Poor"]})

    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet["A1"].value == "Bell rings"
    assert [rule.formula1 for rule in sheet.data_validations.dataValidation] == ['"Good (1),Poor"']
