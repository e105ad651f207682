"""The field table drives pages, list, file and form: a line taken out of the file takes the field out of them all."""

import csv
import io

import pytest
from django.urls import reverse

from tests.visits.field_table_tools import (
    CANARIES,
    FIELDS,
    IN_TABLES,
    NOT_IN_LIST,
    canary_visit,
    column_of,
    main_of,
    pages,
    stands_in,
    with_word,
    without,
)
from visits import field_table
from visits.actions.visits import change_visit
from visits.field_table import SHAPE, TABLE, reader_of
from visits.models import Visit


@pytest.fixture
def canary(prison, alpha, coordinator):
    return canary_visit(prison, alpha, coordinator)


# -- Field × role × page, list and file (security R-05) ---------------------------------------------------------------
@pytest.mark.parametrize("who", ["alpha_reader", "coordinator"])
def test_every_field_is_shown_to_those_the_table_names(request, as_, who, canary):
    detail, _rows, line = pages(as_(request.getfixturevalue(who)), canary)

    sees = reader_of(request.getfixturevalue(who), canary.mechanism).sees(canary)
    assert {name for name in FIELDS if stands_in(name, detail)} == sees
    assert set(FIELDS) - sees == ({"team_names"} if who == "coordinator" else set())
    own = {field_table.label_of(name) for name in FIELDS if name not in NOT_IN_LIST}
    assert own <= set(line)
    assert all(line[label] for label in own)
    assert (line["For unpaid fines"], line["Needs of LGBTQI+ people"]) == ("77007", "examined")
    assert CANARIES["team"] in line[column_of("team")]
    assert (line[column_of("ratings")], line[column_of("answers")]) == ("Words", "Yes")
    assert CANARIES["team_names"] not in str(line)


@pytest.mark.parametrize("name", sorted(set(FIELDS) - SHAPE.essential))
def test_line_taken_out_takes_the_field_out_of_page_list_and_file(as_, alpha_reader, canary, monkeypatch, name):
    monkeypatch.setattr(field_table, "TABLE", without(name))

    detail, rows, line = pages(as_(alpha_reader), canary)

    assert not stands_in(name, detail)
    assert not stands_in(name, rows)
    assert column_of(name) not in line
    gone = {"history", "created_by"} if name == "history" else {name}  # who logged it is told in the history
    others = set(FIELDS) - gone
    assert {other for other in others if not stands_in(other, detail)} == set()


@pytest.mark.parametrize("name", FIELDS)
def test_field_closed_to_the_coordinator_is_open_to_the_body_alone(
    as_, alpha_reader, coordinator, canary, monkeypatch, name
):
    monkeypatch.setattr(field_table, "TABLE", with_word(name, "coordinator", "never"))

    detail, rows, line = pages(as_(coordinator), canary)
    own = pages(as_(alpha_reader), canary)

    assert not stands_in(name, detail)
    assert not stands_in(name, rows)
    assert line.get(column_of(name), "not open to you") == "not open to you"
    assert stands_in(name, own[0])


def test_file_says_of_each_line_what_is_hidden(as_, coordinator, canary, draft, monkeypatch):
    """Hidden is not the same as not recorded: the cell says so."""
    Visit.objects.filter(pk=draft.pk).update(state="approved", summary="open to read")
    monkeypatch.setattr(field_table, "TABLE", with_word("summary", "coordinator", "approved"))

    url = reverse("visits:visits_csv", kwargs={"npm": draft.mechanism.slug})
    file = as_(coordinator).get(url).getvalue().decode("utf-8-sig")

    summaries = {row["reference"]: row["summary"] for row in csv.DictReader(io.StringIO(file))}
    assert summaries == {"CANARY-REF": "not open to you", draft.reference: "open to read"}


@pytest.mark.parametrize(("word", "offered"), [("handed in", True), ("approved", False), ("never", False)])
def test_filter_is_offered_for_what_is_always_shown(as_, coordinator, canary, monkeypatch, word, offered):
    """A filter by a hidden field would tell what is in it: by the number of visits it finds."""
    monkeypatch.setattr(field_table, "TABLE", with_word("kind", "coordinator", word))
    url = reverse("visits:visit_list", kwargs={"npm": canary.mechanism.slug})

    response = as_(coordinator).get(url, {"kind": "rapid"})

    assert ("kind" in response.context["filters"].fields) is offered
    assert len(response.context["rows"]) == (0 if offered else 1)


def test_what_others_know_follows_the_table(as_, outsider, canary, monkeypatch):
    # Of what did not take place there, others know nothing.
    Visit.objects.filter(pk=canary.pk).update(state="approved", validity="valid", mode="on_site")
    url = reverse("visits:place_detail", kwargs={"npm": canary.mechanism.slug, "pk": canary.place_id})
    client = as_(outsider)
    shown = {name for name in FIELDS if stands_in(name, main_of(client.get(url)))}
    monkeypatch.setattr(field_table, "TABLE", with_word("ends_on", "other_members", "never"))

    # The place page prints bodies by their abbreviations, and setting and jurisdiction of the place itself.
    assert shown & {"starts_on", "ends_on", "place"} == {"starts_on", "ends_on", "place"}
    assert shown <= {"place", "setting", "jurisdiction", "lead_body", "partners", "starts_on", "ends_on"}
    assert not stands_in("ends_on", main_of(client.get(url)))


# -- The form ---------------------------------------------------------------------------------------------------------
WRITTEN = sorted({rule.field for rule in TABLE.rules if rule.changed["lead_body"]} - SHAPE.essential - IN_TABLES)


@pytest.mark.parametrize("name", WRITTEN)
def test_line_taken_out_takes_the_field_out_of_the_form(as_, alpha_monitor, canary, monkeypatch, name):
    Visit.objects.filter(pk=canary.pk).update(state="draft")
    url = reverse("visits:visit_change", kwargs={"npm": canary.mechanism.slug, "pk": canary.pk})
    client = as_(alpha_monitor)
    form = client.get(url).context["form"]
    posted = {key: form[key].value() for key in form.fields if form[key].value() is not None}
    posted["kind"] = next(kind for kind in Visit.Kind.values if kind != canary.kind)  # something to save
    monkeypatch.setattr(field_table, "TABLE", without(name))

    page = client.get(url)
    response = client.post(url, posted | {name: "" if name != "validity" else "valid"})

    assert name in form.fields
    assert name not in page.context["form"].fields
    assert f'name="{name}"' not in page.content.decode()
    assert response.status_code == 302
    stored = Visit.objects.get(pk=canary.pk)
    assert stored.version == canary.version + 1
    assert stored.body_ids == canary.body_ids
    assert name == "partners" or getattr(stored, name) == getattr(canary, name)


def test_action_refuses_a_field_that_is_closed_whatever_form_sent_it(draft, alpha_monitor, monkeypatch):
    from django.core.exceptions import PermissionDenied

    monkeypatch.setattr(field_table, "TABLE", with_word("summary", "lead_body_changes", "never"))
    draft.summary = "written past the form"

    with pytest.raises(PermissionDenied):
        change_visit(visit=draft, partners=None, expected_version=draft.version, by=alpha_monitor)

    assert Visit.objects.get(pk=draft.pk).summary == ""


def test_logging_leaves_out_what_is_closed(as_, alpha_monitor, mechanism, entered, monkeypatch):
    monkeypatch.setattr(field_table, "TABLE", without("summary"))
    url = reverse("visits:visit_create", kwargs={"npm": mechanism.slug})

    response = as_(alpha_monitor).post(url, entered | {"summary": "written past the form"})

    assert response.status_code == 302
    assert Visit.objects.get().summary == ""
