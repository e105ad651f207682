import re
import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from members.models import Designation
from npmportal.models import AuditEvent
from tests.factories import BodyFactory, MechanismFactory, PlaceFactory, VisitFactory
from visits import actions
from visits.models import Place, Visit

TEXTS = ("own_kind", "outside_remit_reason", "access_note", "summary")
HOSTILE = ("<script>alert(1)</script>", "<img src=file:///etc/passwd>", "{{ settings }}", "'; DROP TABLE x; --")


@pytest.fixture
def url(mechanism):
    return reverse("visits:visit_create", kwargs={"npm": mechanism.slug})


@pytest.fixture
def change_url(draft):
    return reverse("visits:visit_change", kwargs={"npm": draft.mechanism.slug, "pk": draft.pk})


def errors_of(response, name):
    return " ".join(response.context["form"].errors.get(name, []))


# -- Logging ----------------------------------------------------------------------------------------------------------
def test_minute_log_makes_a_draft_with_a_reference(as_, alpha_monitor, url, entered, alpha):
    response = as_(alpha_monitor).post(url, entered)

    visit = Visit.objects.get()
    assert response.url == reverse("visits:visit_detail", kwargs={"npm": visit.mechanism.slug, "pk": visit.pk})
    assert (visit.state, visit.reference, visit.ends_on) == ("draft", "ALPHA-2024-0001", date(2024, 5, 14))
    assert (visit.created_by, visit.setting, visit.body_ids) == (alpha_monitor, visit.place.setting, [alpha.pk])
    assert visit.people_in_custody is None
    assert AuditEvent.objects.filter(action="visit.logged", object_id=str(visit.pk)).exists()


def test_page_opens_with_the_only_body_chosen(as_, alpha_monitor, url, prison, alpha):
    response = as_(alpha_monitor).get(url)

    assert response.status_code == 200
    assert response.context["form"]["lead_body"].value() == alpha.pk


def test_lists_begin_with_a_word(as_, alpha_monitor, url, prison):
    response = as_(alpha_monitor).get(url)

    assert "---------" not in response.text
    assert '<option value="">Choose</option>' in response.text


def test_numbers_are_typed_as_text(as_, alpha_monitor, url, prison):
    """A number box hands in nothing when letters were typed: they would be stored as not recorded."""
    assert 'type="number"' not in as_(alpha_monitor).get(url).text


def test_stranger_404(as_, stranger, url):
    assert as_(stranger).get(url).status_code == 404


@pytest.mark.parametrize("who", ["alpha_reader", "coordinator", "administrator"])
def test_colleague_without_the_right_403(request, as_, alpha, who, url, entered, prison):
    client = as_(request.getfixturevalue(who))

    assert client.get(url).status_code == 403
    assert client.post(url, entered).status_code == 403
    assert not Visit.objects.exists()


def test_anonymous_to_login(as_, url):
    assert as_(None).get(url).url.startswith(reverse("account_login"))


def test_same_form_sent_twice_makes_one_visit(as_, alpha_monitor, url, entered):
    entered["form_key"] = str(uuid.uuid4())
    client = as_(alpha_monitor)

    answers = [client.post(url, entered).url for _click in range(2)]

    assert Visit.objects.count() == 1
    assert answers[0] == answers[1]


def test_each_opening_of_the_page_has_its_own_key(as_, alpha_monitor, url):
    client = as_(alpha_monitor)

    keys = {client.get(url).context["form"]["form_key"].value() for _opening in range(2)}

    assert len(keys) == 2


def test_visits_of_one_year_are_numbered_one_after_the_other(as_, alpha_monitor, url, entered, prison, alpha):
    VisitFactory(place=prison, lead_body=alpha, reference="ALPHA-2024-0002")
    for _visit in range(2):
        as_(alpha_monitor).post(url, entered)

    made = Visit.objects.filter(created_by=alpha_monitor).values_list("reference", flat=True)

    assert sorted(made) == ["ALPHA-2024-0001", "ALPHA-2024-0003"]


# -- What is refused, and what is kept --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("place", "", "Choose a place"),
        ("place", "5e0c1f6e-7d4b-4b7c-9a53-0f2f4f6f1b9d", "register"),
        ("place", "x", "register"),
        ("starts_on", "2024-02-30", "day that exists"),
        ("starts_on", "", "Enter the first day"),
        ("starts_on", "0001-01-01", "2006"),
        ("starts_on", (date.today() + timedelta(days=2)).isoformat(), "future"),
        ("ends_on", "2024-05-13", "before the first"),
        ("ends_on", "31-31-31", "day that exists"),
        ("ends_on", "9999-12-31", "future"),
        ("kind", "spelling", "valid choice"),
        ("notice", "", "announced"),
        ("people_seen", "-1", "“Accepted (seen)”: write a whole number"),
        ("people_seen", "99999999999999", "“Accepted (seen)”: this number is too large"),
        ("people_seen", "four", "whole number"),
        ("access_delay_minutes", "10", "delayed access only"),
        ("time_in", "25:00", "Write a time of day"),
        ("summary", "x" * 10_001, "10,000"),
        ("summary", "a\x00b", "unprintable"),
        ("own_kind", "y" * 81, "at most 80"),
        ("partners", ["999999"], "valid choice"),
    ],
)
def test_wrong_value_is_explained_and_everything_typed_stays(as_, alpha_monitor, url, entered, name, value, words):
    entered |= {"own_kind": "rota visit", "people_observed": "7", name: value}

    response = as_(alpha_monitor).post(url, entered)

    assert response.status_code == 200
    assert words.lower() in errors_of(response, name).lower()
    assert not Visit.objects.exists()
    form = response.context["form"]
    assert form["people_observed"].value() == "7"
    assert form[name].value() == value
    assert b"There is a problem" in response.content


def test_text_of_10_000_characters_with_line_breaks_is_taken(as_, alpha_monitor, url, entered):
    entered["summary"] = "ab\r\n" * 3_333

    as_(alpha_monitor).post(url, entered)

    assert len(Visit.objects.get().summary) <= 10_000


def test_place_of_another_network_is_no_choice(as_, alpha_monitor, url, entered):
    entered["place"] = str(PlaceFactory(mechanism=MechanismFactory(slug="elsewhere")).pk)

    assert errors_of(as_(alpha_monitor).post(url, entered), "place")


def test_other_body_cannot_be_named_as_lead(as_, alpha_monitor, beta, url, entered):
    for sent in (str(beta.pk), "9" * 5_000, "-1", "\x00"):  # Python reads no number of 5,000 digits: it raises
        entered["lead_body"] = sent
        assert errors_of(as_(alpha_monitor).post(url, entered), "lead_body")

    assert not Visit.objects.exists()


def test_body_of_another_network_cannot_be_a_partner(as_, alpha_monitor, url, entered):
    entered["partners"] = [str(BodyFactory(mechanism=MechanismFactory(slug="elsewhere"), slug="delta").pk)]

    assert errors_of(as_(alpha_monitor).post(url, entered), "partners")


def test_reference_of_another_visit_is_refused(as_, alpha_monitor, url, entered, draft):
    entered["reference"] = draft.reference

    assert "reference" in errors_of(as_(alpha_monitor).post(url, entered), "reference")


# -- Warnings ---------------------------------------------------------------------------------------------------------
def test_visit_outside_the_remit_is_warned_once_and_saved_with_a_reason(as_, alpha_monitor, mechanism, url, entered):
    south = mechanism.jurisdictions.get(slug="south")
    entered["place"] = str(PlaceFactory(mechanism=mechanism, jurisdiction=south).pk)
    client = as_(alpha_monitor)

    warned = client.post(url, entered)

    assert "does not monitor" in errors_of(warned, "outside_remit_reason")
    assert not Visit.objects.exists()
    assert client.post(url, entered | {"outside_remit_reason": "Asked by the body there."}).status_code == 302
    assert Visit.objects.get().outside_remit_reason == "Asked by the body there."


def test_remit_that_had_ended_on_the_day_gives_a_warning(as_, alpha_monitor, url, entered, prison):
    prison.setting.remits.update(ends_on=date(2020, 1, 1))

    assert errors_of(as_(alpha_monitor).post(url, entered), "outside_remit_reason")


def test_body_that_was_no_member_on_the_day_is_warned_of(as_, alpha_monitor, alpha, url, entered):
    Designation.objects.filter(body=alpha).update(starts_on=date(2025, 1, 1))

    response = as_(alpha_monitor).post(url, entered, follow=True)

    assert Visit.objects.exists()
    assert "not a member of the network" in response.content.decode()


def test_numbers_that_do_not_add_up_are_kept_and_named(as_, alpha_monitor, url, entered):
    entered |= {"people_offered": "10", "people_seen": "4", "people_declined": "3"}

    response = as_(alpha_monitor).post(url, entered, follow=True)

    assert "10 people were offered a conversation, but 7 accepted or declined" in response.content.decode()
    assert Visit.objects.get().people_offered == 10


def test_empty_number_is_not_nought(as_, alpha_monitor, url, entered):
    entered |= {"people_offered": "0", "people_seen": ""}

    as_(alpha_monitor).post(url, entered)

    visit = Visit.objects.get()
    assert (visit.people_offered, visit.people_seen) == (0, None)


# -- Finding the place ------------------------------------------------------------------------------------------------
def test_finding_a_place_keeps_what_was_typed_and_judges_nothing(as_, alpha_monitor, url, entered, prison, beta):
    typed = entered | {
        "place": "",
        "place_q": "quoz",
        "find": "1",
        "partners": [str(beta.pk)],
        "starts_on": "2024-02-30",
    }

    response = as_(alpha_monitor).post(url, typed)

    assert prison.name in response.content.decode()
    form = response.context["form"]
    assert not form.is_bound
    assert form["starts_on"].value() == "2024-02-30"
    assert form["partners"].value() == [str(beta.pk)]


def test_place_visited_lately_is_offered(as_, alpha_monitor, url, draft):
    assert draft.place.name in as_(alpha_monitor).get(url).content.decode()


def test_place_named_in_the_address_is_chosen(as_, alpha_monitor, url, prison):
    response = as_(alpha_monitor).get(url, {"place": str(prison.pk)})

    assert re.search(rf'value="{prison.pk}"[^>]* checked', response.content.decode())


@pytest.mark.parametrize("words", ["quoz", "QUOZANDEL prison", "nothing of the kind", "%", "\x00", "'"])
def test_typing_asks_for_places_alone(as_, alpha_monitor, mechanism, prison, words):
    part = reverse("visits:place_options", kwargs={"npm": mechanism.slug})

    response = as_(alpha_monitor).get(part, {"place_q": words})

    assert response.status_code == 200
    assert ("quoz" in words.lower()) == (prison.name in response.content.decode())


# -- Changing ---------------------------------------------------------------------------------------------------------
def test_change_is_stored_and_written_down_without_its_content(as_, alpha_monitor, change_url, draft, entered, beta):
    entered |= {"version": draft.version, "summary": "A secret.", "partners": [str(beta.pk)], "access": "full"}

    response = as_(alpha_monitor).post(change_url, entered)

    assert response.status_code == 302
    draft.refresh_from_db()
    assert (draft.summary, draft.version, draft.body_ids) == ("A secret.", 2, [draft.lead_body_id, beta.pk])
    details = AuditEvent.objects.get(action="visit.changed").details
    assert {"summary", "partners"} <= set(details["fields"])
    assert "secret" not in str(details)


def test_form_shows_what_is_stored(as_, alpha_monitor, change_url, joint, beta):
    url = reverse("visits:visit_change", kwargs={"npm": joint.mechanism.slug, "pk": joint.pk})

    form = as_(alpha_monitor).get(url).context["form"]

    assert form["partners"].value() == [beta.pk]
    assert form["starts_on"].value() == joint.starts_on


def test_stale_form_shows_both_texts_and_stores_nothing(as_, alpha_monitor, change_url, draft, entered):
    Visit.objects.filter(pk=draft.pk).update(summary="Theirs.", version=2)
    client = as_(alpha_monitor)

    response = client.post(change_url, entered | {"version": "1", "summary": "Mine."})

    assert response.status_code == 409
    page = response.content.decode()
    assert "Theirs." in page
    assert "Mine." in page
    draft.refresh_from_db()
    assert draft.summary == "Theirs."
    again = entered | {"version": response.context["form"]["version"].value(), "summary": "Mine."}
    assert client.post(change_url, again).status_code == 302
    draft.refresh_from_db()
    assert draft.summary == "Mine."


@pytest.mark.parametrize("state", ["submitted", "withdrawn", "discarded"])
def test_handed_in_visit_is_not_changed_and_says_so(as_, alpha_monitor, change_url, draft, entered, state):
    Visit.objects.filter(pk=draft.pk).update(state=state)

    response = as_(alpha_monitor).post(change_url, entered | {"version": "1", "summary": "Late."}, follow=True)

    assert "cannot be changed" in response.content.decode()
    draft.refresh_from_db()
    assert draft.summary == ""


def test_partner_body_reads_and_does_not_change(as_, beta_monitor, joint, entered):
    url = reverse("visits:visit_change", kwargs={"npm": joint.mechanism.slug, "pk": joint.pk})

    assert as_(beta_monitor).get(url).status_code == 403
    assert as_(beta_monitor).post(url, entered | {"version": "1"}).status_code == 403


@pytest.mark.parametrize("who", ["beta_monitor", "stranger"])
def test_draft_of_another_body_404(request, as_, who, change_url):
    assert as_(request.getfixturevalue(who)).get(change_url).status_code == 404


def test_reader_of_the_body_403(as_, alpha_reader, change_url, coordinator, draft):
    assert as_(alpha_reader).get(change_url).status_code == 403


def test_action_refuses_who_may_not(draft, beta_monitor):
    with pytest.raises(PermissionDenied):
        actions.change_visit(visit=draft, partners=[], expected_version=draft.version, by=beta_monitor)


def test_visit_keeps_the_setting_it_was_made_in_when_its_words_change(mechanism, draft, alpha_monitor):
    prisons, custody = draft.setting, mechanism.settings.get(slug="police-custody")
    Place.objects.filter(pk=draft.place_id).update(setting=custody)
    visit = Visit.objects.get(pk=draft.pk)
    visit.summary = "Read again."

    actions.change_visit(visit=visit, partners=[], expected_version=visit.version, by=alpha_monitor)

    draft.refresh_from_db()
    assert draft.setting == prisons


def test_visit_moved_to_another_place_takes_its_setting(mechanism, draft, alpha_monitor):
    custody = mechanism.settings.get(slug="police-custody")
    visit = Visit.objects.get(pk=draft.pk)
    visit.place = PlaceFactory(mechanism=mechanism, setting=custody, jurisdiction=draft.jurisdiction)

    actions.change_visit(visit=visit, partners=[], expected_version=visit.version, by=alpha_monitor)

    draft.refresh_from_db()
    assert draft.setting == custody


# -- Hostile text -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_typed(as_, alpha_monitor, url, entered, text):
    entered |= dict.fromkeys(TEXTS, text) | {"reference": text[:40], "access": "partial", "access_reason": "other"}
    client = as_(alpha_monitor)

    page = client.post(url, entered, follow=True).content.decode()

    escaped = text.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#x27;")
    assert page.count(escaped) >= len(TEXTS)
    assert "<script>alert" not in page
    assert "<img src=file" not in page
    form = client.get(reverse("visits:visit_change", kwargs={"npm": "examplia", "pk": Visit.objects.get().pk}))
    assert form.content.decode().count(escaped) >= len(TEXTS)


def test_queries_do_not_grow_with_the_network(as_, alpha_monitor, url, mechanism, draft, django_assert_num_queries):
    for number in range(12):
        VisitFactory(place=PlaceFactory(mechanism=mechanism), lead_body=draft.lead_body)
        BodyFactory(mechanism=mechanism, slug=f"body-{number}")
    client = as_(alpha_monitor)

    client.get(url)  # what is read once in a process is read now

    with django_assert_num_queries(7):
        client.get(url)
