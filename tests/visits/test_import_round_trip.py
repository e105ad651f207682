"""What a download of visits holds comes back through the import as it went: every field that a file may bring."""

import csv
import io
from datetime import date, time

import pytest
from django.urls import reverse
from django.utils import translation
from openpyxl import Workbook, load_workbook

from tests.factories import PlaceFactory, VisitFactory
from tests.visits.import_files import HEADER, checked, csv_bytes, problems_of, received, stored
from tests.visits.question_tools import QUESTIONS, questions_of, scale_of
from visits import field_table
from visits.actions.versions import publish
from visits.field_table import TABLE
from visits.importing.columns import LANGUAGES, TERM, columns_of
from visits.importing.synonyms import simple
from visits.importing.terms import words_of
from visits.models import (
    Answer,
    Grade,
    NeedExamined,
    Question,
    Standard,
    Visit,
    VisitFigure,
    VisitPartner,
    VisitRating,
)

# Why these lines of the field table do not come back: they follow from the place, are steps somebody takes, are told in
# files without the names they need, or are records with a form of their own.
NOT_TAKEN = {"setting", "jurisdiction", "state", "team", "team_names", "history", "created_by", "attachments"}
NOT_TAKEN |= {"findings"}
BESIDE = {"figures": VisitFigure, "needs": NeedExamined, "ratings": VisitRating, "answers": Answer}
MARKS = {"=": '=1+1; “quoted”, "so"\n_x0041_ <&>', "-": "- first\n- second", "'": "'tis quiet"}
SAID = {
    "time_in": time(3, 33), "time_out": time(7, 47), "kind": "thematic", "own_kind": "Spot check", "mode": "remote",
    "notice": "short_notice", "trigger": "intelligence", "validity": "abandoned", "satisfaction": "unsatisfactory",
    "confidentiality": "restricted", "outside_remit_reason": MARKS["'"], "access": "delayed",
    "access_delay_minutes": 90, "access_reason": "staff_shortage", "access_note": MARKS["-"], "privacy": "in_hearing",
    "interpreting": "unavailable", "interpreting_note": "007", "areas_seen": "n/a", "staff_spoken_to": "1 May",
    "documents_checked": "0.5", "isolation_note": "#1", "summary": MARKS["="], "starts_on": date(2024, 5, 4),
    "ends_on": date(2024, 5, 9), **dict(zip(Visit.FUNNEL, (90, 0, 2, 3, 4, 5, 6), strict=True)),
}  # fmt: skip


@pytest.fixture
def visit(prison, alpha, beta, alpha_lead):
    """A draft of alpha and beta in which every field says something; figures and answers also say why they do not."""
    visit = VisitFactory(place=prison, lead_body=alpha, reference="0042", **SAID)
    VisitPartner.objects.create(visit=visit, body=beta)
    why = ["not_recorded", "not_asked", "refused"]
    for number, measure in enumerate(VisitFigure.Measure):
        said = {"availability": why[number]} if number < len(why) else {"value": number - len(why)}
        VisitFigure.objects.create(visit=visit, measure=measure, **said)
    for group, answer in zip(NeedExamined.Group, [*NeedExamined.Answer, NeedExamined.Answer.EXAMINED], strict=True):
        NeedExamined.objects.create(visit=visit, group=group, answer=answer)
    version = scale_of(alpha, alpha_lead).versions.get()
    safety, respect = version.standards.order_by("position")
    VisitRating.objects.create(visit=visit, standard=safety, grade=version.grades.get(number=2), note="- Calm wings.")
    VisitRating.objects.create(visit=visit, standard=respect, note="Staff know everybody.")
    more = tuple({"text_en": f"Asked {reason}?", "kind": "number"} for reason in why)
    asked = questions_of(alpha, prison.setting, alpha_lead, questions=QUESTIONS + more)
    values = ({"number": 0}, {"number": "18.50"}, {"number": 2}, {"text": "Refused"})
    said_of = (*values, *({"availability": reason} for reason in why))
    questions = Question.objects.filter(version__question_set=asked).order_by("position")
    for question, said in zip(questions, said_of, strict=True):
        Answer.objects.create(visit=visit, question=question, **said)
    return Visit.objects.get(pk=visit.pk)


def contents(visit):
    """What each field of the table that a file brings says of the visit."""
    visit = Visit.objects.get(pk=visit.pk)
    found = {
        name: list(model.objects.filter(visit=visit).order_by("pk").values_list()) for name, model in BESIDE.items()
    }
    found = {name: sorted(row[2:] for row in rows) if rows else [] for name, rows in found.items()}
    plain = [rule.field for rule in TABLE.rules if rule.field not in NOT_TAKEN | set(found) | {"partners"}]
    return found | {name: getattr(visit, name) for name in plain} | {"partners": visit.body_ids[1:]}


def empty(visit, elsewhere):
    """Leave of the visit its reference and what cannot be empty, and that different."""
    for model in (*BESIDE.values(), VisitPartner):
        model.objects.filter(visit=visit).delete()
    must = {"place": elsewhere, "starts_on": date(2023, 1, 1), "ends_on": date(2023, 1, 1), "kind": "routine"}
    must |= {"notice": "announced", "mode": "on_site", "validity": "valid"}
    fields = {name: Visit._meta.get_field(name) for name in SAID}
    none = {name: None if field.null else "" for name, field in fields.items()}
    Visit.objects.filter(pk=visit.pk).update(**none | must | {"confidentiality": "network"})


def downloaded(client, visit, ending, language="en-gb"):
    url = reverse(f"visits:visits_{ending}", kwargs={"npm": visit.mechanism.slug})
    return client.get(url, headers={"accept-language": language}).getvalue()


def cells_of(content):
    if content.startswith(b"PK"):
        return [[cell or "" for cell in row] for row in load_workbook(io.BytesIO(content)).active.values]
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_comes_back_as_it_went(as_, visit, alpha, alpha_lead, ending, language):
    told = contents(visit)
    assert all(value not in (None, "", []) for value in told.values())
    content = downloaded(as_(alpha_lead), visit, ending, language)
    header = cells_of(content)[0]

    batch = checked(received(content, alpha, alpha_lead, name=f"visits.{ending}"), alpha_lead)

    assert (batch.counts["unchanged"], problems_of(batch)) == (1, [])
    with translation.override(language):
        aside = {field_table.label_of(name) for name in NOT_TAKEN}
    assert {heading for number, heading in enumerate(header) if not batch.columns.get(str(number))} <= aside
    empty(visit, PlaceFactory(mechanism=alpha.mechanism, setting=visit.setting, jurisdiction=visit.jurisdiction))
    again = checked(received(content, alpha, alpha_lead, name=f"visits.{ending}"), alpha_lead)
    assert again.counts["updated"] == 1, problems_of(again)
    stored(again, alpha_lead)
    assert contents(visit) == told


def test_words_of_every_term_are_read_as_the_term(mechanism):
    for column in columns_of("visits").values():
        for language in LANGUAGES if column.reads == TERM else ():
            with translation.override(language):
                known = words_of(column, mechanism)
                assert {key: known[simple(str(name))] for key, name in column.choices} == {
                    key: key for key, _name in column.choices
                }, column.name


def test_what_a_file_does_not_bring_is_not_taken_for_something_else(as_, visit, alpha, alpha_lead):
    head, row = cells_of(downloaded(as_(alpha_lead), visit, "csv"))
    kept = [number for number, heading in enumerate(head) if heading != "summary"]
    lines = [[cells[number] for number in kept] for cells in (head, row)]

    batch = received(csv_bytes(lines[1:], lines[0]), alpha, alpha_lead)

    assert "findings and recommendations" in lines[0]
    assert "summary" not in batch.columns.values()


def test_an_apostrophe_that_was_typed_stays(as_, visit, alpha, alpha_lead):
    Visit.objects.update(summary="'=1+1", access_note="' - so they said")
    told = contents(visit)
    content = downloaded(as_(alpha_lead), visit, "csv")
    Visit.objects.update(summary="", access_note="")

    stored(checked(received(content, alpha, alpha_lead), alpha_lead), alpha_lead)

    assert contents(visit) == told


def test_a_formula_in_a_workbook_is_refused_and_a_text_like_one_is_not(prison, alpha, alpha_lead):
    book = Workbook()
    row = [prison.name, "2024-05-14", "routine", "unannounced"]
    book.active.append(HEADER)
    for number in (1, 2):
        book.active.append([f"A-{number}", *row, "=1+1"])
    book.active["F3"].data_type = "s"
    file = io.BytesIO()
    book.save(file)

    batch = checked(received(file.getvalue(), alpha, alpha_lead, name="visits.xlsx"), alpha_lead)

    ((number, column, reason),) = problems_of(batch)
    assert (number, column, "formula" in reason) == (2, "Summary", True)


def test_places_of_one_name_are_told_apart_by_the_visit_that_stands(as_, visit, alpha, alpha_lead):
    said = {"mechanism": alpha.mechanism, "setting": visit.setting, "jurisdiction": visit.jurisdiction}
    wings = [PlaceFactory(parent=PlaceFactory(**said), name="Wing A (invented)", **said) for _number in range(2)]
    others = [VisitFactory(place=wing, lead_body=alpha, reference=f"W-{n}") for n, wing in enumerate(wings)]
    content = downloaded(as_(alpha_lead), visit, "csv")

    batch = checked(received(content, alpha, alpha_lead), alpha_lead)
    assert (batch.counts["unchanged"], problems_of(batch)) == (3, [])

    Visit.objects.filter(pk=others[0].pk).delete()
    batch = checked(received(content, alpha, alpha_lead), alpha_lead)
    ((_number, column, reason),) = problems_of(batch)
    assert (column, batch.counts["unchanged"], "several places of this name" in reason) == ("place", 2, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visit_judged_by_two_versions_has_a_column_for_each(as_, visit, alpha, alpha_lead, language):
    """Its first day was corrected: it was judged by what held then, and by what holds on the right day."""
    newer = Standard.objects.get(name_en="Safety").version.scale.versions.create()
    safety = Standard.objects.create(version=newer, name_en="Safety", name_nl="Veiligheid", position=3)
    fine, bad = (
        Grade.objects.create(version=newer, name_en=name, position=n) for n, name in enumerate(("Fine", "Bad"))
    )
    publish(version=newer, starts_on=date(2024, 1, 1), by=alpha_lead)
    VisitRating.objects.create(visit=visit, standard=safety, grade=fine, note="New doors.")
    again = Question.objects.get(text_en="How clean?").version.question_set.versions.create()
    asked = Question.objects.create(version=again, text_en="How clean?", kind="number")
    publish(version=again, starts_on=date(2024, 1, 1), by=alpha_lead)
    Answer.objects.create(visit=visit, question=asked, number=8)
    other = VisitFactory(place=visit.place, lead_body=alpha, reference="OTHER", starts_on=date(2024, 2, 1))
    VisitRating.objects.create(visit=other, standard=safety, grade=bad)
    told = [contents(each) for each in (visit, other)]
    content = downloaded(as_(alpha_lead), visit, "csv", language)
    lines = {line[5]: dict(zip(cells_of(content)[0], line, strict=True)) for line in cells_of(content)[1:]}
    words = {name: cell for name, cell in lines["0042"].items() if cell in ("Fine", "Fair (2)", "8", "Dirty", "Vuil")}
    assert len([name for name in words if "2024-01-01" in name]) == 2
    assert len([name for name in words if "2020-01-01" in name]) == 2

    batch = checked(received(content, alpha, alpha_lead), alpha_lead)
    assert (batch.counts["unchanged"], problems_of(batch)) == (2, [])
    assert [contents(each) for each in (visit, other)] == told

    head, *rows = cells_of(content)
    changed = [["Good (3)" if cell == "Fair (2)" else "9" if cell == "8" else cell for cell in row] for row in rows]
    batch = checked(received(csv_bytes(changed, head), alpha, alpha_lead), alpha_lead)
    assert (batch.counts["updated"], batch.counts["unchanged"], problems_of(batch)) == (1, 1, [])
    stored(batch, alpha_lead)
    grades = VisitRating.objects.filter(visit=visit, standard__name_en="Safety").order_by("standard_id")
    assert [str(rating.grade) for rating in grades] == ["Good (3)", "Fine"]
    assert Answer.objects.get(visit=visit, question=asked).number == 9

    # The columns are offered where the file has them, and only there.
    url = reverse("visits:import_columns", kwargs={"npm": alpha.mechanism.slug, "pk": batch.pk})
    plain = received(csv_bytes([["A-9", visit.place.name, "2024-05-14", "routine", "", ""]]), alpha, alpha_lead)
    client = as_(alpha_lead)
    offers = [
        client.get(url.replace(str(batch.pk), str(each.pk))).content.decode()
        for each in (received(content, alpha, alpha_lead), plain)
    ]
    assert ["(2020-01-01, no. " in page for page in offers] == [True, False]
