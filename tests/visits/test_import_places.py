"""Places come in as the authorities list them; the same list again changes what changed, and nothing else."""

import os
from datetime import date
from pathlib import Path

import pytest

from npmportal.models import AuditEvent
from tests.factories import PlaceFactory, VisitFactory
from tests.visits.import_files import checked, csv_bytes, problems_of, received, stored
from visits.actions import imports
from visits.actions.place_merges import merge_places
from visits.models import Import, Place, PlaceName

# An invented list in the shape of one that a prison service published. The published one lies outside the repository.
HEAD = ["name", "noms_region", "operator", "predominant_function", "designation", "notes", "address", "postcode"]
LIST = [
    ["Quozandel", "Upper Region", "XYZ", "Local", "Prison", "", "High Lane, Quoz", "QZ1 1QZ"],
    ["Vrimble", "Lower Region", "Public", "Open", "Prison", "Women only", "Vrimble Road, Vrim", "VR2 2VR"],
    ["Zarnock", "Lower Region", "Public", "Local", "Young Offender Institution", "", "Camp Hill, Zarn", "ZA3 3ZA"],
    ["Zarnock East", "Lower Region", "Public", "Local", "Prison", "", "Camp Hill East, Zarn", "ZA3 3ZA"],
]
REAL_LIST = os.environ.get("PRISON_ESTATE_FILE", "")


def imported(content, person, mechanism):
    batch = received(content, None, person, kind="places", name="places.csv", mechanism=mechanism)
    setting, jurisdiction = (mechanism.settings.get(slug="prisons"), mechanism.jurisdictions.get(slug="north"))
    fixed = {"setting": str(setting.pk), "jurisdiction": str(jurisdiction.pk)}
    columns = {n: name for n, name in batch.columns.items() if name not in fixed}
    return checked(batch, person, columns=columns, fixed=fixed)


def test_operators_that_would_be_added_are_said(mechanism, administrator):
    mechanism.authorities.create(name="xyz")

    batch = imported(csv_bytes(LIST, HEAD), administrator, mechanism)

    assert batch.preview["notes"] == [["operator", "The register does not know this operator: it will be added.", 3]]


def test_the_columns_of_a_list_are_known(mechanism, coordinator):
    batch = received(csv_bytes(LIST, HEAD), None, coordinator, kind="places", mechanism=mechanism)

    known = {HEAD[int(number)]: name for number, name in batch.columns.items()}
    assert known["name"] == "name"
    assert known["operator"] == "authority"
    assert (known["address"], known["postcode"], known["notes"]) == ("address", "postcode", "note")
    assert known["noms_region"] == "region"


def test_a_list_becomes_places_with_operators_and_dated_names(mechanism, administrator):
    batch = stored(imported(csv_bytes(LIST, HEAD), administrator, mechanism), administrator)

    assert batch.state == Import.State.DONE, batch.job.error
    assert batch.counts["new"] == 4
    place = Place.objects.get(name="Quozandel")
    assert (place.authority.name, place.address, place.postcode) == ("XYZ", "High Lane, Quoz", "QZ1 1QZ")
    assert (place.setting.slug, place.jurisdiction.slug) == ("prisons", "north")
    assert place.names.get().name == "Quozandel"
    assert mechanism.authorities.filter(name="Public").count() == 1
    assert AuditEvent.objects.get(action="places.imported").object_id == str(batch.pk)


def test_the_same_list_again_changes_nothing_and_three_names_three_places(mechanism, administrator):
    stored(imported(csv_bytes(LIST, HEAD), administrator, mechanism), administrator)

    again = imported(csv_bytes(LIST, HEAD), administrator, mechanism)
    assert (again.counts["unchanged"], again.counts["new"], again.counts["updated"]) == (4, 0, 0)
    renamed = [[f"New {row[0]}", *row[1:]] if n < 3 else row for n, row in enumerate(LIST)]
    batch = stored(imported(csv_bytes(renamed, HEAD), administrator, mechanism), administrator)

    assert batch.state == Import.State.DONE, batch.job.error
    assert (batch.counts["updated"], batch.counts["unchanged"], batch.counts["new"]) == (3, 1, 0)
    place = Place.objects.get(name="New Zarnock")
    assert [name.name for name in place.names.all()] == ["Zarnock", "New Zarnock"]
    assert PlaceName.objects.as_at(date.today()).filter(name__startswith="New").count() == 3


def test_places_are_undone_until_they_are_used(mechanism, administrator, alpha):
    stored(imported(csv_bytes(LIST, HEAD), administrator, mechanism), administrator)
    changed = [
        [f"New {LIST[0][0]}", LIST[0][1], "Somebody Else", *LIST[0][3:5], "Closed soon", *LIST[0][6:]],
        *LIST[1:],
    ]
    second = stored(imported(csv_bytes(changed, HEAD), administrator, mechanism), administrator)
    assert Place.objects.get(name="New Quozandel").authority.name == "Somebody Else"

    imports.undo_import(batch=second, reason="The wrong list.", by=administrator)

    second.refresh_from_db()
    assert second.state == Import.State.UNDONE, second.job.error
    place = Place.objects.get(name="Quozandel")
    assert (place.authority.name, place.note, place.names.count()) == ("XYZ", "", 1)


def test_new_places_that_were_visited_stay(mechanism, administrator, alpha):
    batch = stored(imported(csv_bytes(LIST, HEAD), administrator, mechanism), administrator)
    VisitFactory(place=Place.objects.get(name="Vrimble"), lead_body=alpha, submitted=True)

    with pytest.raises(imports.ImportRefused, match="used"):
        imports.undo_import(batch=batch, reason="The wrong list.", by=administrator)

    assert Place.objects.count() == 4


def test_new_places_go_when_their_import_is_undone(mechanism, administrator):
    PlaceFactory(mechanism=mechanism, name="Older")
    batch = stored(imported(csv_bytes(LIST, HEAD), administrator, mechanism), administrator)

    imports.undo_import(batch=batch, reason="The wrong list.", by=administrator)

    assert [place.name for place in Place.objects.all()] == ["Older"]


def test_undoing_an_import_leaves_the_place_its_record_was_merged_into(mechanism, administrator):
    batch = imported(csv_bytes([["Q1", "Quozandel"]], ["code", "name"]), administrator, mechanism)
    stored(batch, administrator)
    twin = Place.objects.get()
    older = PlaceFactory(mechanism=mechanism, setting=twin.setting, jurisdiction=twin.jurisdiction, name="Older")
    merge_places(kept=older, duplicate=twin, reason="The same gate", by=administrator)

    with pytest.raises(imports.ImportRefused, match="used"):
        imports.undo_import(batch=batch, reason="The wrong list.", by=administrator)

    assert Place.objects.filter(pk=older.pk).exists()


def test_two_records_of_one_import_are_merged(mechanism, administrator):
    rows = [["Q1", "Quozandel"], ["Q2", "Quozandell"]]
    stored(imported(csv_bytes(rows, ["code", "name"]), administrator, mechanism), administrator)
    kept, duplicate = Place.objects.order_by("name")

    merge_places(kept=kept, duplicate=duplicate, reason="The same gate", by=administrator)

    assert {code.code for code in kept.codes.all()} == {"Q1", "Q2"}


def test_codes_find_places_whatever_they_are_called(mechanism, administrator):
    head = ["code", "name"]
    stored(imported(csv_bytes([["Q1", "Quozandel"], ["V1", "Vrimble"]], head), administrator, mechanism), administrator)

    batch = imported(csv_bytes([["Q1", "Quite another name"], ["V1", "Vrimble"]], head), administrator, mechanism)
    stored(batch, administrator)

    assert Place.objects.get(codes__code="Q1").name == "Quite another name"
    assert Place.objects.count() == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["", "1", ""], "must be given"),
        (["Quozandel", "many", ""], "no whole number"),
        (["Quozandel", "1", "2020-01-01"], "closes after it opens"),
    ],
)
def test_what_is_wrong_with_a_place_is_said(row, reason, mechanism, administrator):
    content = csv_bytes([[*row, "2020-02-01"]], ["name", "capacity", "closed", "opened"])

    batch = imported(content, administrator, mechanism)

    assert reason in problems_of(batch)[0][2]


def test_two_rows_about_one_place_are_said(mechanism, administrator):
    batch = imported(csv_bytes([LIST[0], LIST[0]], HEAD), administrator, mechanism)

    assert "Row 2 is about the same place" in problems_of(batch)[0][2]


def test_those_who_log_visits_do_not_import_places(mechanism, alpha, alpha_lead):
    with pytest.raises(imports.PermissionDenied):
        received(csv_bytes(LIST, HEAD), None, alpha_lead, kind="places", mechanism=mechanism)


@pytest.mark.skipif(not Path(REAL_LIST).is_file(), reason="PRISON_ESTATE_FILE names no file")
def test_the_published_list_of_121_prisons_as_it_is(mechanism, administrator):
    content = Path(REAL_LIST).read_bytes()
    first = stored(imported(content, administrator, mechanism), administrator)
    assert (first.counts["new"], first.counts["wrong"], first.state) == (121, 0, "done"), first.job.error

    again = imported(content, administrator, mechanism)
    assert (again.counts["unchanged"], again.counts["updated"]) == (121, 0)
    lines = content.splitlines(keepends=True)
    for number in (1, 60, 121):
        lines[number] = b"Renamed " + lines[number]
    third = stored(imported(b"".join(lines), administrator, mechanism), administrator)

    assert (third.counts["updated"], third.counts["unchanged"], third.counts["new"]) == (3, 118, 0), third.job.error
    assert Place.objects.filter(name__startswith="Renamed ").count() == 3
    assert Place.objects.count() == 121
