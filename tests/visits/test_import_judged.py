"""Figures, needs, ratings and answers as columns of a file of visits: read, checked, stored, told, taken back."""

import csv
import io
import re
from datetime import date

import pytest
from django.urls import reverse

from tests.factories import VisitFactory
from tests.visits.import_files import HEADER, checked, csv_bytes, problems_of, received, stored
from tests.visits.question_tools import questions_of, scale_of
from visits.actions import imports
from visits.actions.record import change_record
from visits.actions.versions import publish
from visits.models import Answer, Grade, Import, NeedExamined, Standard, Visit, VisitFigure, VisitRating, VisitText

SAFETY, RESPECT = "Rating: Alpha tests: Safety", "Oordeel: Alpha tests: Respect"
BELL, DEGREES, CLEAN, SEEN = "Was the bell answered?", "Answer: Degrees in the cell", "How clean?", "What did you see?"
HEAD = [*HEADER, SAFETY, f"{SAFETY}: grounds", "Respect", BELL, DEGREES, CLEAN, SEEN, "People held in all", "Deaths"]
HEAD += ["Needs of women"]
SAID = ["Good", "Calm wings.", "1", "ja", "18,5", "vuil", "A made bed.", "120", "not asked", "examined"]
EMPTY = [""] * len(SAID)


@pytest.fixture
def scale(alpha, alpha_lead):
    return scale_of(alpha, alpha_lead)


@pytest.fixture
def asked(alpha, alpha_lead, prison, scale):
    return questions_of(alpha, prison.setting, alpha_lead)


def row_of(reference, prison, *said, day="2024-05-14"):
    return [reference, prison.name, day, "Full inspection", "Unannounced", "", *said]


def imported(rows, alpha, person, head=HEAD):
    return checked(received(csv_bytes(rows, head), alpha, person), person)


def standing(visit):
    figures = {row.measure: row.stated for row in VisitFigure.objects.filter(visit=visit)}
    rated = VisitRating.objects.filter(visit=visit).select_related("standard", "grade")
    ratings = {row.standard.name_en: (str(row.grade or ""), row.note) for row in rated}
    answers = {
        row.question.text_en: row.stated for row in Answer.objects.filter(visit=visit).select_related("question")
    }
    needs = {row.group: (row.answer, row.note) for row in NeedExamined.objects.filter(visit=visit)}
    return figures, ratings, answers, needs


def holding(*words):
    """Return which parts of records are found by each of the words."""
    return [set(VisitText.objects.filter(words=word).values_list("part", flat=True)) for word in words]


ALL = (
    {"held": 120, "deaths": "not asked"},
    {"Safety": ("Good (3)", "Calm wings."), "Respect": ("Poor (1)", "")},
    {BELL: "Yes", "Degrees in the cell": "18.5", CLEAN: "Dirty", SEEN: "A made bed."},
    {"women": ("examined", "")},
)


def test_they_come_in_with_new_visits_and_a_second_run_changes_nothing(asked, prison, alpha, alpha_lead):
    rows = [row_of("A-1", prison, *SAID), row_of("A-2", prison, *EMPTY)]
    batch = imported(rows, alpha, alpha_lead)
    assert (batch.counts["new"], batch.counts["wrong"]) == (2, 0), problems_of(batch)
    assert set(batch.columns) == {str(number) for number in range(len(HEAD))}

    assert stored(batch, alpha_lead).state == Import.State.DONE
    assert standing(Visit.objects.get(reference="A-1")) == ALL
    assert standing(Visit.objects.get(reference="A-2")) == ({}, {}, {}, {})
    assert imported(rows, alpha, alpha_lead).counts["unchanged"] == 2

    assert holding("calm", "bed") == [{"ratings"}, {"answers"}]

    imports.undo_import(batch=batch, reason="The wrong file.", by=alpha_lead)
    assert not Visit.objects.exists()
    assert not any(model.objects.exists() for model in (VisitFigure, VisitRating, Answer, NeedExamined, VisitText))


def test_what_differs_is_changed_told_and_put_back(asked, prison, alpha, alpha_lead):
    stored(imported([row_of("A-1", prison, *SAID)], alpha, alpha_lead), alpha_lead)
    visit = Visit.objects.get()
    NeedExamined.objects.update(note="A wing of their own.")
    changes = ["Fair (2)", "", "", "nee", "", "", "An open window.", "121", "", "no"]
    second = imported([row_of("A-1", prison, *changes)], alpha, alpha_lead)
    assert second.counts["updated"] == 1

    second = stored(second, alpha_lead)

    figures, ratings, answers, _needs = ALL
    answered = answers | {BELL: "No", SEEN: "An open window."}
    changed = (figures | {"held": 121}, ratings | {"Safety": ("Fair (2)", "Calm wings.")}, answered)
    assert standing(visit) == (*changed, {"women": ("not_examined", "A wing of their own.")})
    assert holding("wing", "window", "bed") == [{"ratings", "needs"}, {"answers"}, set()]
    told = visit.changes.get().fields
    assert set(told) == {"figures", "ratings", "answers", "needs"}
    key = str(Standard.objects.get(name_en="Safety").pk)
    grades = [content[key][1] for content in told["ratings"]]
    assert grades == [["Good (3)", ""], ["Fair (2)", ""]]
    imports.undo_import(batch=second, reason="Typed wrongly.", by=alpha_lead)
    assert standing(visit) == (*ALL[:3], {"women": ("examined", "A wing of their own.")})
    assert holding("wing", "window", "bed") == [{"ratings", "needs"}, set(), {"answers"}]


def test_what_was_added_since_keeps_an_import_from_being_undone(asked, prison, alpha, alpha_lead):
    batch = stored(imported([row_of("A-1", prison, *SAID)], alpha, alpha_lead), alpha_lead)
    visit = Visit.objects.get()
    figures = [VisitFigure(measure="held", value=5)]
    change_record(visit=visit, part="situation", rows=figures, expected_version=visit.version, by=alpha_lead)

    with pytest.raises(imports.ImportRefused, match="have been used since"):
        imports.undo_import(batch=batch, reason="Too late.", by=alpha_lead)
    assert standing(visit)[0] == {"held": 5}


@pytest.mark.parametrize(
    ("number", "said", "reason"),
    [
        (0, "Splendid", r"no grade of that scale: Good \(3\), Fair \(2\), Poor \(1\)"),
        (3, "perhaps", "Write “yes” or “no”"),
        (4, "18.555", "at most two decimals"),
        (4, "warm", "at most two decimals"),
        (5, "Spotless", "none of the choices: Clean, Dirty"),
        (6, "=1+1", "formula"),
        (7, "many", "no whole number"),
        (7, "-1", "no whole number"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_row_and_column(number, said, reason, asked, prison, alpha, alpha_lead):
    cells = EMPTY.copy()
    cells[number] = said
    batch = imported([row_of("A-1", prison, *SAID), row_of("A-2", prison, *cells)], alpha, alpha_lead)

    ((row, column, told),) = problems_of(batch)
    assert (row, column) == (3, HEAD[len(HEADER) + number])
    assert re.search(reason, told)
    assert (batch.counts["wrong"], batch.counts["new"]) == (1, 1)


def test_each_visit_is_read_by_the_version_of_its_day_and_setting(asked, scale, prison, alpha, alpha_lead):
    version = scale.versions.create()
    Standard.objects.create(version=version, name_en="Safety", position=0)
    for position, name in enumerate(("Fine", "Bad")):
        Grade.objects.create(version=version, name_en=name, position=position)
    Grade.objects.create(version=version, name_en="Not applicable", position=2, is_not_applicable=True)
    publish(version=version, starts_on=date(2024, 1, 1), by=alpha_lead)
    days = {"2023-05-01": "Good", "2024-05-01": "n/a", "2024-05-02": "Good", "2019-05-01": "Good"}
    rows = [row_of(f"A-{n}", prison, said, day=day) for n, (day, said) in enumerate(days.items())]

    batch = imported(rows, alpha, alpha_lead, [*HEADER, "Safety"])

    assert [(row, told.partition(":")[0]) for row, _column, told in problems_of(batch)] == [
        (4, "This is no grade of that scale"),
        (5, "On that day the body did not judge or ask by this at places of this setting."),
    ]
    stored(batch, alpha_lead, only_good=True)
    assert set(VisitRating.objects.values_list("visit__reference", "grade__name_en")) == {
        ("A-0", "Good"),
        ("A-1", "Not applicable"),
    }


def test_a_download_comes_back_as_it_went(as_, asked, prison, alpha, alpha_lead):
    stored(imported([row_of("A-1", prison, *SAID)], alpha, alpha_lead), alpha_lead)
    url = reverse("visits:visits_csv", kwargs={"npm": prison.mechanism.slug})
    content = as_(alpha_lead).get(url).getvalue()
    header = next(csv.reader(io.StringIO(content.decode("utf-8-sig"))))

    batch = received(content, alpha, alpha_lead)

    judged = {name for name in header if name.startswith(("Rating", "Answer"))}
    assert len(judged) == 7
    assert {header[int(number)] for number in batch.columns} >= judged | {
        "People held in all",
        "Deaths",
        "Needs of women",
    }
    assert checked(batch, alpha_lead).counts["unchanged"] == 1


def test_on_the_screens_they_are_offered_to_the_body_alone(as_, asked, prison, alpha, beta, alpha_lead, beta_monitor):
    for body, person, is_offered in ((alpha, alpha_lead, True), (beta, beta_monitor, False)):
        batch = received(csv_bytes([row_of("A-1", prison, *SAID)], HEAD), body, person)
        where = {"npm": prison.mechanism.slug, "pk": batch.pk}
        client = as_(person)
        page = client.get(reverse("visits:import_columns", kwargs=where)).content.decode()
        assert (f">{SAFETY}</option>" in page) is is_offered
        assert ">Deaths</option>" in page
        batch = checked(batch, person, terms={"kind": {"Full inspection": "in_depth"}})
        shown = client.get(reverse("visits:import_check", kwargs=where)).content.decode()
        assert ("Good (3): Calm wings." in shown) is is_offered
        assert "not asked" in shown


def test_a_visit_that_is_handed_in_keeps_what_it_says(asked, prison, alpha, alpha_lead):
    stored(imported([row_of("A-1", prison, *SAID)], alpha, alpha_lead), alpha_lead)
    Visit.objects.update(state="submitted")

    batch = imported([row_of("A-1", prison, "Poor")], alpha, alpha_lead, [*HEADER, SAFETY])

    assert (batch.counts["skipped"], batch.counts["updated"]) == (1, 0)
    VisitFactory(place=prison, lead_body=alpha, state="draft")  # no visit of the file: nothing is compared with it
    assert imported([row_of("A-1", prison, "Good")], alpha, alpha_lead, [*HEADER, SAFETY]).counts["unchanged"] == 1
