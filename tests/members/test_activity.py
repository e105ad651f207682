import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from members.actions.register_changes import record_change
from members.activity_entries import entries
from members.models import BodyName, RegisterChange
from npmportal import audit
from npmportal.models import AuditEvent
from tests.factories import PlaceFactory, VisitFactory

ACTIVITY = "/examplia/desk/activity/"
CSV = "/examplia/desk/activity.csv"


@pytest.fixture
def renamed(mechanism, alpha, coordinator):
    """Alpha bears another name; before and after as the register keeps them."""
    return record_change(
        act=RegisterChange.Act.CHANGE,
        row=BodyName.objects.get(body=alpha),
        mechanism=mechanism,
        body=alpha,
        by=coordinator,
        before={"abbreviation": "HMIC", "name_en": "Old <b>name</b>"},
        after={"abbreviation": "HMICFRS", "name_en": "New name"},
        effective_on=date(2017, 7, 19),
        reason="The {Act} of <2017>",
    )


def text_of(response):
    return " ".join(response.content.decode().split())


def sentences(user):
    return [entry.text for entry in entries(AuditEvent.objects.visible_to(user).newest_first(), user)]


# -- Who may be here --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [ACTIVITY, CSV])
def test_activity_is_for_people_of_the_mechanism(
    path, client, as_, administrator, coordinator, alpha_lead, alpha_monitor, alpha_reader, stranger
):
    for user in (administrator, coordinator, alpha_lead, alpha_monitor, alpha_reader):
        assert as_(user).get(path).status_code == 200
        assert as_(user).post(path).status_code == 405
    assert as_(stranger).get(path).status_code == 404
    assert client.get(path).url.startswith(reverse("account_login"))


def test_page_and_file_hold_what_the_reader_may_know_and_no_more(as_, mechanism, alpha, beta, alpha_lead, beta_monitor):
    audit.record("person.retired", by=beta_monitor, obj=alpha_lead, mechanism=mechanism, bodies=[alpha.pk])
    audit.record("visit.logged", by=beta_monitor, mechanism=mechanism, bodies=[beta.pk])

    page, file = as_(alpha_lead).get(ACTIVITY), as_(alpha_lead).get(CSV).getvalue().decode()

    assert [entry.text for entry in page.context["happened"]] == ["Bert Monitor retired Alva Lead."]
    assert "Bert Monitor retired Alva Lead." in text_of(page)
    assert "Download this entry" in text_of(page)
    assert "Bert Monitor retired Alva Lead." in file
    assert "logged" not in file


def test_events_of_another_mechanism_are_not_here(as_, administrator, stranger, mechanism):
    theirs = stranger.affiliations.get().mechanism
    audit.record("person.retired", by=administrator, mechanism=theirs)

    assert as_(administrator).get(ACTIVITY).context["happened"] == []


# -- Sentences --------------------------------------------------------------------------------------------------------


def test_change_of_the_register_tells_before_after_day_and_reason(as_, coordinator, renamed):
    page = text_of(as_(coordinator).get(ACTIVITY))

    assert "Cora Coordinator changed in the register: name of ALPHA." in page
    assert "Abbreviation: HMIC <span" in page
    assert "HMICFRS" in page
    assert "Old &lt;b&gt;name&lt;/b&gt;" in page
    assert "In force from 19 Jul" in page
    assert "Reason: The {Act} of &lt;2017&gt;" in page


@pytest.mark.parametrize(
    ("act", "before", "after", "sentence"),
    [
        ("change", {}, {"abbreviation": "A"}, "Cora Coordinator added to the register: name of ALPHA."),
        ("correction", {"abbreviation": "A"}, {"abbreviation": "B"}, "Cora Coordinator corrected in the register:"),
        ("removal", {"abbreviation": "A"}, {}, "Cora Coordinator removed from the register: name of ALPHA."),
    ],
)
def test_acts_on_the_register_have_their_own_sentences(act, before, after, sentence, mechanism, alpha, coordinator):
    record_change(
        act=act,
        row=BodyName.objects.get(body=alpha),
        mechanism=mechanism,
        body=alpha,
        by=coordinator,
        before=before,
        after=after,
        reason="Because",
    )

    assert sentences(coordinator)[0].startswith(sentence)


def test_record_is_named_and_linked_only_to_those_who_may_see_it(mechanism, alpha, alpha_lead, coordinator):
    visit = VisitFactory(place__mechanism=mechanism, lead_body=alpha, reference="ALPHA-7")
    audit.record("visit.recalled", by=alpha_lead, obj=visit, mechanism=mechanism, bodies=[alpha.pk])

    [own] = entries(AuditEvent.objects.visible_to(alpha_lead), alpha_lead)
    [other] = entries(AuditEvent.objects.visible_to(coordinator), coordinator)

    assert f'took back <a href="/examplia/desk/visits/{visit.pk}/">visit ALPHA-7</a>.' in own.sentence
    assert other.sentence == "Alva Lead took back a visit."


def test_names_with_braces_and_markup_are_shown_as_they_are(mechanism, coordinator):
    coordinator.name = "{who} <i>"
    coordinator.save(update_fields=["name"])
    place = PlaceFactory(mechanism=mechanism, name="{0} & <b>")
    audit.record("place.added", by=coordinator, obj=place, mechanism=mechanism)

    [entry] = entries(AuditEvent.objects.visible_to(coordinator), coordinator)

    assert entry.text == "{who} <i> added {0} & <b> to the register of places."
    assert "{who} &lt;i&gt; added" in entry.sentence
    assert "{0} &amp; &lt;b&gt;</a>" in entry.sentence


def test_figures_of_an_export_are_not_for_the_lead_of_one_body(mechanism, alpha, beta, alpha_lead, coordinator):
    audit.record("visits.exported", by=coordinator, mechanism=mechanism, bodies=[alpha.pk, beta.pk], records=1234)

    [to_lead] = entries(AuditEvent.objects.visible_to(alpha_lead), alpha_lead)
    [to_coordinator] = entries(AuditEvent.objects.visible_to(coordinator), coordinator)

    assert to_lead.raw == []
    assert ("records", 1234) in to_coordinator.raw


def test_action_without_a_sentence_is_shown_as_it_is(mechanism, coordinator):
    audit.record("some.{thing}", by=coordinator, mechanism=mechanism)

    assert sentences(coordinator) == ["Cora Coordinator: some.thing"]


@pytest.mark.parametrize("who", ["coordinator", "alpha_lead"])
def test_pages_of_records_lead_to_what_happened_to_them(request, as_, mechanism, alpha, coordinator, who, renamed):
    reader = as_(request.getfixturevalue(who))
    visit = VisitFactory(lead_body=alpha, place__mechanism=mechanism, state="submitted")
    audit.record("visit.submitted", by=None, obj=visit, mechanism=mechanism, bodies=[alpha.pk])
    pages = {
        f"/examplia/desk/visits/{visit.pk}/": "submitted visit",
        "/examplia/desk/members/alpha/": "changed in the register",
        f"/examplia/desk/places/{visit.place.pk}/": "",
    }
    for page, said in pages.items():
        link = re.search(r'href="([^"]*activity/[^"]*)">Activity of this record', reader.get(page).content.decode())
        answer = reader.get(unescape(link[1]))
        assert answer.context["filters"].errors == {}
        assert said in strip_tags(answer.content.decode())


def test_who_reads_of_own_acts_alone_gets_no_link(as_, alpha_monitor, client):
    assert "Activity of this record" not in as_(alpha_monitor).get("/examplia/desk/members/alpha/").content.decode()
    assert "Activity of this record" not in client.get("/examplia/members/alpha/").content.decode()


# -- Filters ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def events(mechanism, alpha, beta, coordinator, administrator):
    place = PlaceFactory(mechanism=mechanism)
    return {
        "alpha": audit.record("visit.submitted", by=administrator, mechanism=mechanism, bodies=[alpha.pk]),
        "beta": audit.record("visit.approved", by=coordinator, mechanism=mechanism, bodies=[beta.pk]),
        "place": audit.record("place.added", by=coordinator, obj=place, mechanism=mechanism),
        "report": audit.record("report.built", by=None, mechanism=mechanism),
    }


def shown(as_, user, query):
    response = as_(user).get(f"{ACTIVITY}?{query}")
    return {entry.event.action for entry in response.context["happened"]}


@pytest.mark.parametrize("rare", [0, 2_000], ids=["walked", "looked up first"])
@pytest.mark.parametrize(
    ("query", "actions"),
    [
        ("", {"visit.submitted", "visit.approved", "place.added", "report.built"}),
        ("body={alpha}", {"visit.submitted"}),
        ("person=cora", {"visit.approved", "place.added"}),
        ("person=nobody", set()),
        ("kind=reports", {"report.built"}),
        ("kind=visits&body={beta}", {"visit.approved"}),
        ("action=place.added", {"place.added"}),
        ("record=visits.place:{place}", {"place.added"}),
        ("first=2000-01-01&last=2001-01-01", set()),
        ("first={today}&last={today}", {"visit.submitted", "visit.approved", "place.added", "report.built"}),
    ],
)
def test_filters(as_, coordinator, alpha, beta, events, query, actions, rare, monkeypatch):
    monkeypatch.setattr("members.activity_entries.RARE", rare)
    query = query.format(
        alpha=alpha.pk, beta=beta.pk, place=events["place"].object_id, today=events["place"].at.date().isoformat()
    )

    assert shown(as_, coordinator, query) == actions


@pytest.mark.parametrize(
    "query",
    [
        "body=0",
        "body=x",
        "kind=x",
        "action=x",
        "first=0001-01-01",
        "last=9999-12-31",
        "first=x",
        "first=2020-02-02&last=2020-01-01",
        "record=x",
        "record=no.model:1",
        "person=%00",
    ],
)
def test_filter_that_cannot_be_read_says_so(as_, coordinator, events, query):
    response = as_(coordinator).get(f"{ACTIVITY}?{query}")

    assert response.status_code == 200
    assert response.context["filters"].errors
    assert "There is a problem" in text_of(response)


@pytest.mark.parametrize(
    "place",
    ["x", "2024-01-01_1", "2024-01-01T00:00:00_1", "2024-13-01T00:00:00+00:00_1", "0001-01-01T00:00:00+00:00_1"],
)
def test_place_in_the_list_that_cannot_be_read_shows_the_first_page(as_, coordinator, events, place):
    response = as_(coordinator).get(ACTIVITY, {"after": place})

    assert response.status_code == 200
    assert response.context["page"].problem
    assert len(response.context["happened"]) == 4


def test_lead_chooses_among_the_own_bodies_and_others_not_at_all(as_, alpha, beta, alpha_lead, alpha_monitor):
    lead = as_(alpha_lead).get(ACTIVITY).context["filters"]

    assert [value for value, _label in lead.fields["body"].choices] == ["", alpha.pk]
    assert "body" not in as_(alpha_monitor).get(ACTIVITY).context["filters"].fields


# -- Pages and the file -----------------------------------------------------------------------------------------------


def test_pages_are_walked_newest_first_and_back(as_, mechanism, coordinator):
    for number in range(25):
        audit.record("report.built", by=None, mechanism=mechanism, number=number)
    client = as_(coordinator)

    first = client.get(ACTIVITY).context["page"]
    second = client.get(ACTIVITY + first.next_url).context["page"]
    back = client.get(ACTIVITY + second.previous_url).context["page"]

    assert [event.details["number"] for event in first.rows] == list(range(24, 4, -1))
    assert [event.details["number"] for event in second.rows] == [4, 3, 2, 1, 0]
    assert [event.pk for event in back.rows] == [event.pk for event in first.rows]


def test_file_tells_the_same_and_is_itself_written_down(as_, mechanism, coordinator, alpha, renamed):
    text = as_(coordinator).get(f"{CSV}?kind=register").getvalue().decode()

    assert "Cora Coordinator changed in the register: name of ALPHA." in text
    assert "Abbreviation: HMIC → HMICFRS" in text
    assert "2017-07-19" in text
    event = AuditEvent.objects.get(action="activity.exported")
    assert (event.details, event.actor) == ({"records": 1, "filters": ["kind"]}, coordinator)


def test_file_of_a_lead_concerns_the_own_bodies(as_, alpha, beta, alpha_lead):
    as_(alpha_lead).get(CSV)

    assert AuditEvent.objects.get(action="activity.exported").body_ids == [alpha.pk]


@pytest.mark.parametrize("path", [f"{ACTIVITY}?size=50", CSV])
def test_queries_do_not_grow_with_the_events(as_, path, mechanism, alpha, coordinator):
    client = as_(coordinator)

    def queries(number):
        for n in range(number):
            visit = VisitFactory(place__mechanism=mechanism, lead_body=alpha, submitted=True)
            audit.record("visit.submitted", by=coordinator, obj=visit, mechanism=mechanism, bodies=[alpha.pk])
            record_change(
                act="change",
                row=BodyName.objects.get(body=alpha),
                mechanism=mechanism,
                body=alpha,
                by=coordinator,
                before={"abbreviation": f"A{n}"},
                after={"abbreviation": f"B{n}"},
            )
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(path).getvalue()
        return len(captured)

    client.get(path).getvalue()
    few = queries(2)
    assert queries(10) == few


def test_filter_by_person_guesses_no_address(as_, mechanism, alpha, alpha_lead, administrator, coordinator):
    audit.record("register.changed", by=coordinator, mechanism=mechanism, bodies=[alpha.pk])
    guess = f"{ACTIVITY}?person={coordinator.email.partition('@')[0]}%40"

    assert list(as_(alpha_lead).get(guess).context["page"].rows) == []
    assert [event.actor for event in as_(alpha_lead).get(f"{ACTIVITY}?person=cora").context["page"].rows] == [
        coordinator
    ]
    assert len(as_(administrator).get(guess).context["page"].rows) == 1
