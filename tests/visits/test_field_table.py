"""The field table drives pages, list, file and form: a line taken out of the file takes the field out of them all."""

import csv
import io
from datetime import date, time

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils.formats import date_format

from npmportal.field_table import parse
from tests.factories import BodyFactory
from tests.visits.question_tools import questions_of, scale_of
from visits import field_table
from visits.actions.visits import RECORDED, change_visit
from visits.field_table import CONDITIONS, FILE, RESTRICTED, SHAPE, STATES, TABLE, reader_of
from visits.models import (
    Answer,
    Attachment,
    NeedExamined,
    Standard,
    TeamMember,
    Visit,
    VisitEvent,
    VisitFigure,
    VisitPartner,
    VisitRating,
)

LINES = FILE.read_text(encoding="utf-8").splitlines(keepends=True)
FIELDS = [rule.field for rule in TABLE.rules]
IN_TABLES = {
    "figures",
    "needs",
    "ratings",
    "answers",
    "team",
    "team_names",
    "attachments",
}  # not changed with the visit’s own form
# What the page of the canary visit prints of each field; each text stands for this field alone.
CANARIES = {
    "place": "Quozandel Prison (invented)",
    "setting": "Prisons of the canary",
    "jurisdiction": "North of the canary",
    "lead_body": "Alpha Inspectorate",
    "partners": "Gamma-Partner Inspectorate",
    "reference": "CANARY-REF",
    "state": "submitted",
    "starts_on": date_format(date(2023, 3, 4)),
    "ends_on": date_format(date(2023, 3, 9)),
    "time_in": "3:33",
    "time_out": "7:47",
    "kind": "thematic",
    "own_kind": "canary of a word",
    "notice": "announced at short notice",
    "mode": "remote",
    "trigger": "complaint or intelligence",
    "validity": "abandoned",
    "satisfaction": "unsatisfactory",
    "confidentiality": "other members may know of the visit",
    "outside_remit_reason": "canary outside",
    "access": "delayed",
    "access_delay_minutes": "719",
    "access_reason": "staff shortage",
    "access_note": "canary note",
    "people_in_custody": "70,001",
    "people_not_available": "70,002",
    "people_not_offered": "70,003",
    "people_offered": "70,004",
    "people_seen": "70,005",
    "people_declined": "70,006",
    "people_observed": "70,007",
    "privacy": "in hearing of staff",
    "interpreting": "needed but not available",
    "interpreting_note": "canary language",
    "areas_seen": "canary area",
    "staff_spoken_to": "canary function",
    "documents_checked": "canary register",
    "isolation_note": "canary isolation",
    "figures": "77,007",
    "needs": "Needs of LGBTQI+ people",
    "team": "canary tongue",
    "team_names": "Canny Canary",
    "ratings": "canary standard",
    "answers": "Canary asked?",
    "summary": "canary summary",
    "history": "canary reason of a step",
    "created_by": "Greta Logger",
    "attachments": "canary-file.pdf",
}
NOT_IN_LIST = {"history", "created_by"} | IN_TABLES


def without(name):
    return parse([line for line in LINES if not line.startswith(f"{name},")], SHAPE, "test.csv")


def with_word(name, column, word):
    """Return the table with another condition for one field and audience."""
    rows = list(csv.reader(LINES))
    where = rows[0].index(column)
    for row in rows:
        if row[0] == name:
            row[where] = word
    return parse([",".join(row) + "\n" for row in rows], SHAPE, "test.csv")


@pytest.fixture
def canary(prison, alpha, coordinator, mechanism):
    """A submitted joint visit in which every field holds something that stands nowhere else."""
    from tests.factories import UserFactory, VisitFactory

    prison.setting.name_en, prison.jurisdiction.name_en = "Prisons of the canary", "North of the canary"
    prison.setting.save()
    prison.jurisdiction.save()
    numbers = {name: 70_001 + n for n, name in enumerate(Visit.FUNNEL)}
    visit = VisitFactory(
        place=prison,
        lead_body=alpha,
        submitted=True,
        reference="CANARY-REF",
        starts_on=date(2023, 3, 4),
        ends_on=date(2023, 3, 9),
        time_in=time(3, 33),
        time_out=time(7, 47),
        kind="thematic",
        own_kind="canary of a word",
        notice="short_notice",
        mode="remote",
        trigger="intelligence",
        validity="abandoned",
        satisfaction="unsatisfactory",
        outside_remit_reason="canary outside",
        access="delayed",
        access_delay_minutes=719,
        access_reason="staff_shortage",
        access_note="canary note",
        privacy="in_hearing",
        interpreting="unavailable",
        interpreting_note="canary language",
        areas_seen="canary area",
        staff_spoken_to="canary function",
        documents_checked="canary register",
        isolation_note="canary isolation",
        summary="canary summary",
        created_by=UserFactory(name="Greta Logger"),
        **numbers,
    )
    gamma = BodyFactory(mechanism=mechanism, slug="gamma-partner")
    VisitPartner.objects.create(visit=visit, body=gamma)
    VisitEvent.objects.create(
        visit=visit,
        transition="recall",
        from_state="submitted",
        to_state="draft",
        reason="canary reason of a step",
        by=coordinator,
    )
    VisitFigure.objects.create(visit=visit, measure="held_fines", value=77_007)
    NeedExamined.objects.create(visit=visit, group="lgbtqi", answer="examined")
    rate_and_answer(visit, alpha)
    one = {"name": "Canny Canary", "standing": "lay", "profession": "psychiatry", "languages": ["canary tongue"]}
    TeamMember.objects.create(visit=visit, body=alpha, **one)
    Attachment.objects.create(
        visit=visit,
        name="canary-file.pdf",
        extension="pdf",
        size=1,
        received_size=1,
        state="quarantined",
        uploaded_by=UserFactory(name="Una Uploader"),
    )
    visit.refresh_from_db()
    return visit


def rate_and_answer(visit, body):
    """Judge the visit in words by a standard, and answer a question; of drafts, which is what this is not about."""
    scale = scale_of(body, None, since=None, grades=())
    Standard.objects.filter(name_en="Safety").update(name_en="canary standard")
    VisitRating.objects.create(visit=visit, standard=scale.versions.get().standards.first(), note="Words")
    asked = questions_of(body, visit.setting, None, since=None, questions=[{"text_en": "Canary asked?"}])
    Answer.objects.create(visit=visit, question=asked.versions.get().questions.get(), number=1)


def main_of(response):
    """Return what is between the menus: everything about the visit stands there."""
    assert response.status_code == 200
    html = response.content.decode()
    return html[html.index("<title>") : html.index("</title>")] + html[html.index("<main") : html.index("</main>")]


def pages(client, visit):
    """Return (page of the visit, the list's table, its file) as the client's person gets them."""
    slug = visit.mechanism.slug
    detail = main_of(client.get(reverse("visits:visit_detail", kwargs={"npm": slug, "pk": visit.pk})))
    rows = main_of(client.get(reverse("visits:visit_list", kwargs={"npm": slug})))
    table = rows[rows.index("<tbody>") : rows.index("</tbody>")]
    file = client.get(reverse("visits:visits_csv", kwargs={"npm": slug}))
    header, row = csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig")))
    return detail, table, dict(zip(header, row, strict=True))


def column_of(name):
    """Return the column of the file in which the canary of a field stands, if any."""
    of_its_own = {"figures": "For unpaid fines", "needs": "Needs of LGBTQI+ people"}
    return of_its_own.get(name) or field_table.label_of(name)


def stands_in(name, html):
    text = CANARIES[name]
    # The state is printed as a tag; the word alone stands in sentences too.
    return f"</span>{text}" in html or f">{text}<" in html if name == "state" else text in html


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
    Visit.objects.filter(pk=canary.pk).update(state="approved")
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
