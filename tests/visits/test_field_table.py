"""The field table: its file, that it agrees with `visible_to`, and as it is printed."""

import csv
import io

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from npmportal.field_table import parse
from tests.visits.field_table_tools import CANARIES, FIELDS, IN_TABLES, LINES, without
from visits import field_table
from visits.actions.visits import RECORDED
from visits.field_table import CONDITIONS, RESTRICTED, SHAPE, STATES, TABLE, reader_of
from visits.models import Visit


# -- The file ---------------------------------------------------------------------------------------------------------
def test_every_field_of_a_visit_has_a_line():
    assert set(FIELDS) == SHAPE.fields
    assert set(RECORDED) | {"partners"} | IN_TABLES == {rule.field for rule in TABLE.rules if rule.changed["lead_body"]}
    assert set(CANARIES) == set(FIELDS)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sumary,summary,always,never,never,never,never,open", "there is no field “sumary”"),
        ("summary,somewhere,always,never,never,never,never,open", "there is no part “somewhere”"),
        ("summary,summary,allways,never,never,never,never,open", "“allways” is none of the conditions"),
        ("place,visit,always,never,never,never,never,open", "has a line already"),
        ("summary,summary,handed in,never,never,never,never,open", "changed by somebody who does not see it"),
        ("summary,summary,always", "is none of the conditions"),
    ],
)
def test_mistake_in_the_file_stops_the_start_and_is_named(line, said):
    lines = [text for text in LINES if not text.startswith("summary,")]

    with pytest.raises(ImproperlyConfigured, match=r"test.csv, line \d+") as refusal:
        parse([*lines, line], SHAPE, "test.csv")

    assert said in str(refusal.value)


@pytest.mark.parametrize("name", sorted(SHAPE.essential))
def test_line_without_which_no_visit_can_be_logged_is_missed(name):
    with pytest.raises(ImproperlyConfigured, match=name):
        without(name)


def test_columns_of_another_table_are_refused():
    with pytest.raises(ImproperlyConfigured, match="the columns must be"):
        parse(["field,part\n", "place,visit\n"], SHAPE, "test.csv")


# -- The table and the rows agree -------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", ["alpha_reader", "coordinator", "outsider", "administrator"])
def test_content_is_shown_in_the_states_in_which_the_visit_is_open(request, who, state, draft):
    """The table shows a visit's content to exactly those, in exactly the states, whom `visible_to` lets in."""
    user = request.getfixturevalue(who)
    stored, restricted = ("approved", "restricted") if state == RESTRICTED else (state, "network")
    Visit.objects.filter(pk=draft.pk).update(state=stored, confidentiality=restricted)
    draft.refresh_from_db()

    sees = reader_of(user, draft.mechanism).sees(draft)

    assert ("summary" in sees) == Visit.objects.visible_to(user).filter(pk=draft.pk).exists()
    known = Visit.objects.visible_to(user) | Visit.objects.known_to(user)
    assert ({"place", "starts_on", "lead_body"} <= sees) == known.filter(pk=draft.pk).exists()
    assert ("summary" in reader_of(user, draft.mechanism).changes(draft)) is False


@pytest.mark.parametrize("state", [state for state in STATES if state != RESTRICTED])
def test_fields_are_open_to_change_when_the_visit_is(state, draft, alpha_monitor, alpha_reader):
    Visit.objects.filter(pk=draft.pk).update(state=state)
    draft.refresh_from_db()

    changes = reader_of(alpha_monitor, draft.mechanism).changes(draft)

    assert bool(changes) == Visit.objects.editable_by(alpha_monitor).filter(pk=draft.pk).exists()
    assert not reader_of(alpha_reader, draft.mechanism).changes(draft)


# -- The printed table ------------------------------------------------------------------------------------------------
@pytest.fixture
def url(mechanism):
    return reverse("visits:fields", kwargs={"npm": mechanism.slug})


@pytest.mark.parametrize("who", ["alpha_reader", "coordinator", "administrator", "outsider"])
def test_table_is_printed_for_everybody_in_the_network(request, as_, who, url):
    page = as_(request.getfixturevalue(who)).get(url)

    assert page.status_code == 200
    html = page.content.decode()
    assert all(field_table.label_of(name).capitalize()[:12] in html for name in FIELDS)


def test_printed_table_is_the_one_that_enforces(as_, coordinator, url, mechanism, monkeypatch):
    monkeypatch.setattr(field_table, "TABLE", without("summary"))
    client = as_(coordinator)

    assert ">Summary</th>" not in client.get(url).content.decode()
    assert "Summary" not in client.get(reverse("visits:fields_csv", kwargs={"npm": mechanism.slug})).getvalue().decode()


def test_file_of_the_table_has_a_line_per_field_and_audience(as_, coordinator, mechanism):
    file = as_(coordinator).get(reverse("visits:fields_csv", kwargs={"npm": mechanism.slug}))

    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig"))))

    assert len(rows) == len(FIELDS) * 6
    (row,) = (row for row in rows if (row["field"], row["who"]) == ("Summary", "Coordinator: see it"))
    assert [row[str(label)] for label in STATES.values()] == ["no", "no", "yes", "yes", "yes", "yes", "no"]


@pytest.mark.parametrize("name", ["fields", "fields_csv"])
def test_table_is_not_for_strangers(as_, stranger, mechanism, name):
    url = reverse(f"visits:{name}", kwargs={"npm": mechanism.slug})

    assert as_(stranger).get(url).status_code == 404
    assert as_(None).get(url).url.startswith(reverse("account_login"))
    assert as_(stranger).post(url).status_code in (404, 405)


def test_conditions_speak_of_states_that_exist():
    assert all(states <= set(STATES) for states in CONDITIONS.values())
