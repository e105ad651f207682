"""Ratings and answers in the downloads of the list, and the filter by grade."""

import csv
import io
import json
from datetime import date

import pytest
from django.db.models import F
from django.http import QueryDict
from django.urls import reverse
from openpyxl import load_workbook

from tests.factories import VisitFactory, person
from tests.visits.field_table_tools import with_word
from tests.visits.question_tools import questions_of, scale_of
from visits import field_table
from visits.actions.versions import publish
from visits.downloading import lines, lists
from visits.downloading.formats import FORMATS
from visits.models import Answer, Grade, Question, RatingScale, Standard, Visit, VisitRating

SAFETY, RESPECT = "Rating: Alpha tests: Safety", "Rating: Alpha tests: Respect"
BELL, DEGREES = "Answer: ALPHA: Was the bell answered?", "Answer: ALPHA: Degrees in the cell"
CLEAN, SEEN = "Answer: ALPHA: How clean?", "Answer: ALPHA: What did you see?"


@pytest.fixture
def scale(alpha, alpha_lead):
    return scale_of(alpha, alpha_lead)


@pytest.fixture
def visits(scale, alpha, alpha_lead, prison):
    """Two visits judged by one version of a scale and one by the next; the last also answers every question."""
    standards = {standard.name_en: standard for standard in scale.versions.get().standards.all()}
    grades = {grade.name_en: grade for grade in scale.versions.get().grades.all()}
    common = {"place": prison, "lead_body": alpha, "state": "approved"}
    good = VisitFactory(**common, reference="GOOD", starts_on=date(2023, 1, 1))
    poor = VisitFactory(**common, reference="POOR", starts_on=date(2023, 2, 1))
    VisitRating.objects.create(visit=good, standard=standards["Safety"], grade=grades["Good"])
    VisitRating.objects.create(visit=good, standard=standards["Respect"], grade=grades["Good"], note="=Kind staff.")
    VisitRating.objects.create(visit=poor, standard=standards["Safety"], grade=grades["Fair"])
    VisitRating.objects.create(visit=poor, standard=standards["Respect"], grade=grades["Poor"])
    version = scale.versions.create()
    safety = Standard.objects.create(version=version, name_en="Safety", position=0)
    fine = Grade.objects.create(version=version, name_en="Fine", position=0)
    publish(version=version, starts_on=date(2024, 1, 1), by=alpha_lead)
    last = VisitFactory(**common, reference="LAST", starts_on=date(2024, 2, 1))
    VisitRating.objects.create(visit=last, standard=safety, grade=fine)
    asked = questions_of(alpha, prison.setting, alpha_lead)
    bell, degrees, clean, seen = Question.objects.filter(version__question_set=asked).order_by("position")
    Answer.objects.create(visit=last, question=bell, number=1)
    Answer.objects.create(visit=last, question=degrees, number="18.50")
    Answer.objects.create(visit=last, question=clean, number=2)
    Answer.objects.create(visit=last, question=seen, text="A made bed.")
    Answer.objects.create(visit=good, question=bell, availability="refused")
    return {"GOOD": good, "POOR": poor, "LAST": last}


def address(mechanism, name):
    return reverse(f"visits:{name}", kwargs={"npm": mechanism.slug})


def lines_of(client, mechanism, query=()):
    content = client.get(address(mechanism, "visits_csv"), dict(query)).getvalue().decode("utf-8-sig")
    return {line["reference"]: line for line in csv.DictReader(io.StringIO(content))}


def test_each_standard_and_question_of_the_list_is_a_column(as_, mechanism, visits, coordinator):
    lines = lines_of(as_(coordinator), mechanism)

    told = {name: (line[SAFETY], line[RESPECT]) for name, line in lines.items()}
    assert told == {"GOOD": ("Good (3)", "Good (3)"), "POOR": ("Fair (2)", "Poor (1)"), "LAST": ("Fine", "")}
    assert lines["GOOD"][f"{RESPECT}: grounds"] == "'=Kind staff."
    assert f"{SAFETY}: grounds" not in lines["GOOD"]
    # Grounds without a grade are no grade.
    VisitRating.objects.filter(visit=visits["GOOD"], note="").update(grade=None, note="Fair staff.")
    line = lines_of(as_(coordinator), mechanism)["GOOD"]
    assert (line[SAFETY], line[f"{SAFETY}: grounds"]) == ("", "Fair staff.")
    assert [lines["LAST"][name] for name in (BELL, DEGREES, CLEAN, SEEN)] == ["Yes", "18.5", "Dirty", "A made bed."]
    assert [lines["GOOD"][name] for name in (BELL, DEGREES)] == ["refused", ""]
    # Of what the filters leave out there is no column.
    few = lines_of(as_(coordinator), mechanism, {"reference": "POOR"})
    assert [name for name in few["POOR"] if name.startswith(("Rating", "Answer"))] == [SAFETY, RESPECT]


def test_workbook_holds_numbers_and_json_lists_of_judgements(as_, mechanism, visits, alpha_reader):
    client = as_(alpha_reader)
    content = client.get(address(mechanism, "visits_xlsx")).getvalue()
    header, first, *_rest = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    row = dict(zip(header, first, strict=True))
    assert (row[SAFETY], row[BELL], row[DEGREES]) == ("Fine", "Yes", 18.5)

    found = json.loads(client.get(address(mechanism, "visits_json")).getvalue())["visits"]
    by_name = {each["reference"]: each for each in found}

    assert by_name["POOR"]["answers"] is None
    assert by_name["GOOD"]["ratings"][1] == {
        "scale": "alpha-tests", "version_from": "2020-01-01", "standard_en": "Respect", "standard_nl": "Respect",
        "theme": None, "grade_en": "Good", "grade_nl": "", "number": 3, "is_not_applicable": False,
        "grounds": "=Kind staff.",
    }  # fmt: skip
    answers = by_name["LAST"]["answers"]
    assert [answer["value"] for answer in answers] == [True, 18.5, 2, "A made bed."]
    assert (answers[2]["choice_en"], answers[2]["choice_nl"]) == ("Dirty", "Vuil")
    assert by_name["GOOD"]["answers"][0]["availability"] == "refused"


def test_what_is_hidden_makes_no_column_and_no_filter(as_, mechanism, visits, coordinator, monkeypatch):
    VisitFactory(place=visits["GOOD"].place, lead_body=visits["GOOD"].lead_body, state="withdrawn", reference="GONE")
    monkeypatch.setattr(field_table, "TABLE", with_word("ratings", "coordinator", "never"))
    lines = lines_of(as_(coordinator), mechanism)
    assert not [name for name in lines["GOOD"] if name.startswith("Rating")]
    assert "rating" not in as_(coordinator).get(address(mechanism, "visit_list")).context["filters"].fields

    # Open in some states alone: what is rated in the others alone has no column, and each line says what it hides.
    monkeypatch.setattr(field_table, "TABLE", with_word("ratings", "coordinator", "approved"))
    type(visits["POOR"]).objects.filter(reference__in=("GOOD", "POOR")).update(state="withdrawn")
    lines = lines_of(as_(coordinator), mechanism)
    assert [name for name in lines["LAST"] if name.startswith("Rating")] == [SAFETY]
    assert [lines[name][SAFETY] for name in ("LAST", "POOR")] == ["Fine", "not open to you"]
    file = as_(coordinator).get(address(mechanism, "visits_json")).getvalue().decode()
    assert "Kind staff" not in file


def test_filter_by_a_grade_or_worse(
    as_, mechanism, visits, coordinator, beta, beta_monitor, django_assert_max_num_queries
):
    url, client = address(mechanism, "visit_list"), as_(coordinator)
    choices = {label: key for key, label in client.get(url).context["filters"].fields["rating"].choices if key}

    assert list(choices) == [
        "Alpha tests, from 2024: Fine", "Alpha tests, from 2020: Good (3) or worse",
        "Alpha tests, from 2020: Fair (2) or worse", "Alpha tests, from 2020: Poor (1)",
    ]  # fmt: skip
    for label, expected in zip(choices, (["LAST"], ["POOR", "GOOD"], ["POOR"], ["POOR"]), strict=True):
        response = client.get(url, {"rating": choices[label]})
        assert [row.reference for row in response.context["rows"]] == expected
        assert [active.value for active in response.context["active"]] == [label]
    assert client.get(url, {"rating": "999999"}).context["has_errors"]
    # What other bodies judge by is not offered to who reads none of their visits.
    assert not as_(beta_monitor).get(url).context["filters"].fields["rating"].choices[1:]
    with django_assert_max_num_queries(16):
        client.get(url, {"rating": next(iter(choices.values()))})


def test_scales_that_are_called_the_same_are_told_apart(as_, mechanism, scale, alpha_lead, beta, coordinator):
    scale_of(beta, person("body_lead", beta), grades=("Good",), name="Beta tests")
    scale_of(None, coordinator, mechanism=mechanism, grades=("Good",), name="Common tests")
    RatingScale.objects.update(name_en="Alpha tests", name_nl="")
    version = scale.versions.create()
    Standard.objects.create(version=version, name_en="Safety")
    Grade.objects.create(version=version, name_en="Fine")
    publish(version=version, starts_on=date(2020, 7, 1), by=alpha_lead)

    fields = as_(coordinator).get(address(mechanism, "visit_list")).context["filters"].fields

    assert {label.partition(" or ")[0] for key, label in fields["rating"].choices if key} == {
        "Alpha tests (ALPHA), from 1 Jul 2020: Fine", "Alpha tests (ALPHA), from 1 Jan 2020: Good (3)",
        "Alpha tests (ALPHA), from 1 Jan 2020: Fair (2)", "Alpha tests (ALPHA), from 1 Jan 2020: Poor (1)",
        "Alpha tests (BETA): Good (1)", "Alpha tests (All members together): Good (1)",
    }  # fmt: skip


def test_nothing_is_told_of_what_was_typed_after_the_line_was_read(mechanism, visits, coordinator, monkeypatch):
    """The lines are those of the moment the file was begun; what stands in other tables is read as it goes on."""
    monkeypatch.setattr(lines, "AT_ONCE", 1)
    found = lists.filtered_list(coordinator, mechanism, QueryDict()).lines(FORMATS["csv"])
    written = found.rows("closed")
    newest = next(written)
    Visit.objects.filter(pk=visits["GOOD"].pk).update(state="returned", version=F("version") + 1)
    VisitRating.objects.filter(visit=visits["GOOD"]).update(grade=None, note="Typed while it was open.")

    *_between, oldest = written

    assert "closed" not in newest
    assert "Typed while it was open." not in oldest
    assert set(oldest) == {"closed"}
