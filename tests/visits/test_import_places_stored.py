"""What a list of places says is checked with what the register says already: by row, before anything is written."""

from datetime import date, timedelta

import pytest

from npmportal import jobs
from tests.factories import PlaceFactory
from tests.visits.import_files import checked, csv_bytes, problems_of, received, stored
from visits.actions import imports
from visits.actions.place_facts import enter_place_fact, rename_place
from visits.models import Import, Place
from visits.place_fact_kinds import KINDS

TOMORROW = date.today() + timedelta(days=1)


@pytest.fixture
def place(mechanism):
    setting, jurisdiction = mechanism.settings.get(slug="prisons"), mechanism.jurisdictions.get(slug="north")
    return PlaceFactory(mechanism=mechanism, setting=setting, jurisdiction=jurisdiction, name="Quozandel", town="Quoz")


@pytest.fixture
def bring(mechanism, administrator, place):
    """Return what checks rows of the place's own setting and jurisdiction."""

    def check(head, *rows):
        batch = received(csv_bytes(rows, head), None, administrator, kind="places", mechanism=mechanism)
        fixed = {"setting": str(place.setting_id), "jurisdiction": str(place.jurisdiction_id)}
        return checked(batch, administrator, fixed=fixed)

    return check


def coded(place, code="Q1"):
    place.codes.create(mechanism=place.mechanism, code=code)
    return place


def beside(place, **more):
    """Return another place of the same setting and jurisdiction."""
    return PlaceFactory(
        mechanism=place.mechanism, setting=place.setting, jurisdiction=place.jurisdiction, **{"name": "Vrimble", **more}
    )


def assert_refused(batch, *expected):
    assert batch.job.error == ""
    assert [(row, column) for row, column, _reason in problems_of(batch)] == [
        (row, column) for row, column, _ in expected
    ]
    for (_row, _column, said), (_r, _c, words) in zip(problems_of(batch), expected, strict=True):
        assert words in said


def test_what_is_entered_ahead_is_said_by_row(bring, place, administrator):
    coded(place)
    rename_place(place=place, name="Quozandel from tomorrow", by=administrator, starts_on=TOMORROW)
    ends = {"values": {"official": 5}, "starts_on": date(2020, 1, 1), "ends_on": TOMORROW}
    enter_place_fact(place=place, kind=KINDS["capacities"], by=administrator, **ends)

    batch = bring(["code", "name", "capacity"], ["Q1", "Quozandel renamed", "7"])

    assert_refused(batch, (2, "name", "later day"), (2, "capacity", "later day"))


def test_what_was_entered_today_is_corrected_whatever_follows(bring, place, administrator):
    coded(place)
    rename_place(place=place, name="Quozandel from today", by=administrator, starts_on=date.today())
    rename_place(place=place, name="Quozandel from tomorrow", by=administrator, starts_on=TOMORROW)

    batch = stored(bring(["code", "name"], ["Q1", "Quozandel renamed"]), administrator)

    assert batch.state == Import.State.DONE, batch.job.error
    assert Place.objects.get().name == "Quozandel renamed"


def test_an_entry_made_since_the_check_is_told_in_its_own_words(bring, place, administrator, monkeypatch):
    batch = bring(["name", "capacity"], ["Quozandel", "7"])
    ends = {"values": {"official": 5}, "starts_on": date(2020, 1, 1), "ends_on": TOMORROW}
    enter_place_fact(place=place, kind=KINDS["capacities"], by=administrator, **ends)
    # It comes between the second check of the rows and their storing.
    monkeypatch.setattr("visits.importing.places.settled_ahead", lambda mechanism: {})

    batch = stored(batch, administrator)

    assert batch.job.state == jobs.Job.State.FAILED
    assert "Another entry holds on some of these days" in batch.job.error


@pytest.mark.parametrize(("column", "day"), [("closed", "2019-12-31"), ("opened", "2024-01-01")])
def test_days_are_compared_with_those_of_the_register(bring, place, column, day):
    place.opened_on, place.closed_on = date(2020, 1, 1), None if column == "closed" else date(2023, 1, 1)
    place.save(update_fields=["opened_on", "closed_on"])

    batch = bring(["name", column], ["Quozandel", day])

    assert_refused(batch, (2, column, "closes after it opens"))


def test_a_place_is_no_unit_of_itself_and_units_have_none(bring, place):
    unit = beside(place, name="Quozandel East", parent=place)
    beside(place, name="Vrimble")

    head = ["name", "part of"]
    batch = bring(
        head, ["Vrimble", "Vrimble"], ["Zarnock", unit.name], ["Quozandel", "Vrimble"], [unit.name, "Vrimble"]
    )

    assert batch.counts["updated"] == 1, "the unit moves"
    assert_refused(
        batch, (2, "part of", "not a unit of itself"), (3, "part of", "This is a unit"), (4, "part of", "has units")
    )


@pytest.mark.parametrize("turned", [False, True])
def test_units_of_units_within_one_file_are_found_in_any_order(bring, place, turned):
    beside(place, name="Vrimble")
    beside(place, name="Zarnock")
    rows = [["Zarnock", "Vrimble"], ["Vrimble", "Quozandel"]]

    batch = bring(["name", "part of"], *(reversed(rows) if turned else rows))

    assert_refused(batch, (3, "part of", "unit"))


def test_a_capacity_that_a_file_gives_leaves_the_operational_one(bring, place, administrator):
    both = {"official": 100, "operational": 80}
    enter_place_fact(place=place, kind=KINDS["capacities"], values=both, by=administrator, starts_on=date(2020, 1, 1))

    batch = stored(bring(["name", "capacity", "operator"], ["Quozandel", "120", "Somebody"]), administrator)

    assert batch.state == Import.State.DONE, batch.job.error
    now = place.capacities.as_at(date.today()).get()
    assert (now.official, now.operational) == (120, 80)
    imports.undo_import(batch=batch, reason="The wrong list.", by=administrator)
    now = place.capacities.get()
    assert (now.official, now.operational, now.ends_on) == (100, 80, None)


def test_undoing_brings_back_the_operational_capacity_that_stood_alone(bring, place, administrator):
    enter_place_fact(
        place=place, kind=KINDS["capacities"], values={"operational": 80}, by=administrator, starts_on=date(2020, 1, 1)
    )

    batch = stored(bring(["name", "capacity"], ["Quozandel", "120"]), administrator)
    imports.undo_import(batch=batch, reason="The wrong list.", by=administrator)

    now = place.capacities.get()
    assert (now.official, now.operational, now.ends_on) == (None, 80, None)


def test_codes_and_names_that_others_have_are_said(bring, place):
    gone = beside(place, name="Gone", merged_into=place)
    coded(gone, "G1")
    coded(beside(place, name="Vrimble"), "V1")
    coded(beside(place, name="Zarnock"), "Z1")

    batch = bring(
        ["code", "name"], ["G1", "Quozandel"], ["N1", "New one"], ["N1", "New two"], ["V1", "Same"], ["Z1", "Same"]
    )

    assert_refused(
        batch,
        (2, "code", "no longer in the register"),
        (4, "code", "Row 3 gives this code"),
        (6, "name", "Row 5 gives another place this name"),
    )


def test_of_two_codes_either_finds_the_place_unchanged(bring, place):
    coded(place, "Q1")
    coded(place, "Q2")

    batch = bring(["code", "name"], ["Q1", "Quozandel"])

    assert (batch.counts["unchanged"], batch.counts["wrong"]) == (1, 0)


def test_a_unit_does_not_come_beside_its_namesake(bring, place):
    vrimble = beside(place, name="Vrimble")
    beside(place, name="East", parent=place)
    coded(beside(place, name="East", parent=vrimble), "E2")

    batch = bring(["code", "name", "part of"], ["E2", "East", "Quozandel"])

    assert_refused(batch, (2, "name", "Another place has this name"))


def test_a_long_reason_for_undoing_is_kept_whole(bring, place, administrator):
    batch = stored(bring(["name", "town"], ["Quozandel", "Elsewhere"]), administrator)

    imports.undo_import(batch=batch, reason="Wrong. " * 1000, by=administrator)

    assert len(Import.objects.get(pk=batch.pk).undone_reason) == 6999
