"""Every fault is reported with its row and its reason, and a file with faults writes nothing."""

import time
from datetime import date, timedelta

import pytest
from django.utils import translation

from npmportal import jobs
from tests.factories import PlaceFactory, VisitFactory
from tests.visits.import_files import HEADER, checked, csv_bytes, problems_of, received, stored
from visits.actions import imports
from visits.actions.imports import ImportRefused
from visits.importing.files import first_rows
from visits.models import Import, Visit

NAME = "Quozandel Prison (invented)"
HEAD = [*HEADER, "Body", "Joint with", "End date", "Delay", "Access", "Arrival"]


def row(number, **cells):
    """Return a good row, but for ``cells`` by the number of their column."""
    good = [f"A-{number}", NAME, "2024-05-14", "routine", "unannounced", "", "ALPHA", "", "", "", "", ""]
    for place, cell in cells.items():
        good[int(place[1:])] = cell
    return good


def late(days=1):
    return (date.today() + timedelta(days=days)).isoformat()


# What is planted, and what is said of it.
FAULTS = [
    ({"c1": "No Such Place"}, "Establishment", "no place with this code or name"),
    ({"c1": ""}, "Establishment", "must be given"),
    ({"c2": "31/02/2024"}, "Date of visit", "no such day"),
    ({"c2": "soon"}, "Date of visit", "no day"),
    ({"c2": ""}, "Date of visit", "must be given"),
    ({"c2": late()}, "Date of visit", "lies in the future"),
    ({"c2": "2001-01-01"}, "Date of visit", "in force since"),
    ({"c8": "2024-05-13"}, "End date", "before the first"),
    ({"c3": "X9"}, "Type of visit", "not mapped"),
    ({"c4": "perhaps"}, "Announced", "not mapped"),
    ({"c5": "=cmd|' /C calc'!A0"}, "Summary", "formula"),
    ({"c5": "a\x00b"}, "Summary", "unprintable"),
    ({"c5": "x" * 10_001}, "Summary", "10001 characters"),
    ({"c5": "#REF!"}, "Summary", "error of the spreadsheet"),
    ({"c6": "BETA"}, "Body", "visits of ALPHA alone"),
    ({"c6": "Nobody"}, "Body", "no member body"),
    ({"c7": "Nobody at all"}, "Joint with", "no member body"),
    ({"c9": "15"}, "Delay", "delayed access only"),
    ({"c9": "99999", "c10": "delayed"}, "Delay", "too large"),
    ({"c9": "soon", "c10": "delayed"}, "Delay", "no whole number"),
    ({"c11": "25:99"}, "Arrival", "no time of day"),
    ({"c0": "R" * 41}, "Our reference", "41 characters"),
]


@pytest.fixture
def allowed(prison, alpha, beta):
    """Beta exists, so that its name is known."""
    return prison


@pytest.mark.parametrize(("cells", "column", "reason"), FAULTS, ids=[reason for _cells, _column, reason in FAULTS])
def test_a_fault_is_reported_with_its_row_column_and_reason(cells, column, reason, allowed, alpha, alpha_lead):
    content = csv_bytes([row(1), row(2, **cells), row(3)], HEAD)

    batch = checked(received(content, alpha, alpha_lead), alpha_lead, date_order="dmy")

    assert batch.counts["wrong"] == 1, (batch.job.error, batch.counts)
    assert [(number, where) for number, where, _reason in problems_of(batch)] == [(3, column)]
    assert reason in problems_of(batch)[0][2]
    with pytest.raises(ImportRefused):
        imports.store_rows(batch=batch, only_good=False, by=alpha_lead)
    assert not Visit.objects.exists()


def test_ragged_rows_foreign_bytes_and_doubled_references_are_reported(allowed, alpha, alpha_lead):
    rows = [row(1), row(2)[:-2], [*row(3), "more"], row(1), row(5)]
    content = csv_bytes(rows, HEAD) + b"A-6,Quozandel\xfc,2024-05-14,routine,unannounced,,ALPHA,,,,,\n"
    content += "A-7,Büren,2024-05-14,routine,unannounced,é,ALPHA,,,,,\n".encode() * 2

    batch = checked(received(content, alpha, alpha_lead), alpha_lead)

    found = problems_of(batch)
    assert [(number, reason.split(" ")[0]) for number, _column, reason in found[:4]] == [
        (3, "The"),
        (4, "The"),
        (5, "Row"),
        (7, "Some"),
    ]


# Of whole lines of the file: how they are planted in the bytes of a good row, and what is said of them.
BROKEN = [
    (lambda line: line.rpartition(b",")[0], "", "The row has 11 cells, the head has 12"),
    (lambda line: line + b",more", "", "The row has 13 cells, the head has 12"),
    (lambda line: line.replace(b",unannounced,,", b",unannounced,Caf\xe9,", 1), "Summary", "Some"),
]
PLANTED = [(column, reason) for _change, column, reason in (*FAULTS, *BROKEN)]


def planted(number):
    """Return the line of one bad row, and which fault it has; some good rows hold letters that only UTF-8 has."""
    which = number % len(PLANTED)
    cells = FAULTS[which][0] if which < len(FAULTS) else {}
    one = row(number, **cells)
    if "c0" not in cells:
        one[0] = f"F-{number}"
    line = csv_bytes([one], HEAD).splitlines(keepends=False)[1]
    return (line if which < len(FAULTS) else BROKEN[which - len(FAULTS)][0](line)) + b"\r\n"


def test_ten_thousand_faults_are_all_reported_and_nothing_is_written(allowed, alpha, alpha_lead):
    good = csv_bytes([row(f"G-{number}", c5="Früh, à l’étage") for number in range(1_000)], HEAD)
    content = good + b"".join(planted(number) for number in range(10_000))
    started = time.monotonic()

    batch = received(content, alpha, alpha_lead)
    if batch.state == Import.State.RECEIVED:  # too large to be read while the person waits: the worker's turn
        batch = worked(batch)
    imports.map_columns(batch=batch, columns=batch.columns, fixed={}, by=alpha_lead)
    imports.map_values(batch=batch, terms={}, date_order="dmy", hand_in=False, by=alpha_lead)
    batch = worked(batch)

    assert batch.counts["wrong"] == 10_000
    assert (batch.counts["new"], len(batch.preview["problems"])) == (1_000, 50)  # the first 50 stand on the screen
    assert {number for number, _column, _reason in problems_of(batch)} == set(range(1_002, 11_002))
    by_row = {number: (column, reason) for number, column, reason in problems_of(batch)}
    for number in range(10_000):
        column, reason = PLANTED[number % len(PLANTED)]
        assert by_row[number + 1_002][0] == column
        assert reason in by_row[number + 1_002][1]
    assert time.monotonic() - started < 60
    assert not Visit.objects.exists()


def worked(batch):
    """Do what waits, as the worker would."""
    jobs.run(str(Import.objects.get(pk=batch.pk).job_id))
    return Import.objects.select_related("job").get(pk=batch.pk)


@pytest.mark.parametrize(("language", "separator"), [("en-gb", ","), ("nl", ";")])
def test_the_good_rows_are_imported_and_the_rest_is_given_back(allowed, alpha, alpha_lead, language, separator):
    content = csv_bytes([row(1), row(2, c1="No Such Place", c5="=1+1"), row(3)], HEAD)
    with translation.override(language):
        found = received(content, alpha, alpha_lead)
    batch = checked(found, alpha_lead)
    assert first_rows(batch, "problems", 1)[0][:1] == ["3"]
    batch = stored(batch, alpha_lead, only_good=True)
    assert batch.state == Import.State.DONE, batch.job.error
    assert (batch.counts["new"], batch.counts["wrong"]) == (2, 1)

    with batch.rest.open("rb") as file:
        rest = file.read()

    assert rest.decode("utf-8-sig").splitlines()[0] == separator.join(HEAD)
    assert b"'=1+1" in rest
    PlaceFactory(mechanism=alpha.mechanism, name="No Such Place")
    again = stored(checked(received(rest, alpha, alpha_lead), alpha_lead), alpha_lead)
    assert (again.counts["new"], again.counts["wrong"]) == (1, 0)
    assert Visit.objects.get(reference="A-2").summary == "=1+1"


def test_what_lies_outside_the_remit_is_noted_and_imported_as_a_draft(allowed, alpha, alpha_lead):
    south = alpha.mechanism.jurisdictions.get(slug="south")
    PlaceFactory(mechanism=alpha.mechanism, name="Far Place", jurisdiction=south)

    batch = checked(received(csv_bytes([row(1, c1="Far Place")], HEAD), alpha, alpha_lead), alpha_lead)

    assert (batch.counts["new"], batch.counts["notes"]) == (1, 1)
    assert "outside the body’s remit" in batch.preview["notes"][0][1]


def test_a_name_that_several_places_bear_asks_for_the_code(allowed, alpha, alpha_lead):
    south = alpha.mechanism.jurisdictions.get(slug="south")
    PlaceFactory(mechanism=alpha.mechanism, name=NAME, jurisdiction=south)

    batch = checked(received(csv_bytes([row(1)], HEAD), alpha, alpha_lead), alpha_lead)

    assert "several places" in problems_of(batch)[0][2]


def test_rows_whose_word_is_left_out_are_skipped(allowed, alpha, alpha_lead):
    content = csv_bytes([row(1), row(2, c3="Desk study")], HEAD)

    batch = checked(received(content, alpha, alpha_lead), alpha_lead, terms={"kind": {"Desk study": "!skip"}})

    assert (batch.counts["new"], batch.counts["skipped"], batch.counts["wrong"]) == (1, 1, 0)


def test_a_visit_that_is_handed_in_is_not_changed_and_that_is_said(allowed, alpha, alpha_lead):
    VisitFactory(place=allowed, lead_body=alpha, reference="A-1", state="approved", kind="thematic")

    batch = checked(received(csv_bytes([row(1), row(2)], HEAD), alpha, alpha_lead), alpha_lead)

    assert (batch.counts["skipped"], batch.counts["new"]) == (1, 1)
    assert "“approved”" in problems_of(batch)[0][2]


def test_rows_that_became_wrong_since_the_check_write_nothing(allowed, alpha, alpha_lead):
    batch = checked(received(csv_bytes([row(1), row(2)], HEAD), alpha, alpha_lead), alpha_lead)
    allowed.merged_into = PlaceFactory(mechanism=alpha.mechanism)
    allowed.save(update_fields=["merged_into"])

    batch = stored(batch, alpha_lead)

    assert batch.job.state == "failed"
    assert "changed since the rows were checked" in batch.job.error
    assert not Visit.objects.exists()
