"""From the form of a visit or a plan to the request for a place and back: nothing that was typed is lost."""

import uuid
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from tests.factories import VisitFactory
from tests.visits.asked_place_tools import typed as typed_request
from tests.visits.asked_place_tools import url_of
from tests.visits.plan_tools import address, make_plan
from tests.visits.plan_tools import typed as typed_plan
from visits.actions import form_drafts
from visits.models import FormDraft, PlaceRequest, Plan, Visit

WORDS = "Yolvetta House"
CANARY = "Nobody had opened the yard."


@pytest.fixture
def url(mechanism):
    return url_of("visit_create", mechanism)


@pytest.fixture
def typed(entered):
    """A form of a visit as it is sent by the button: words in the search, no place, a day that is none yet."""
    without = {name: value for name, value in entered.items() if name != "place"}
    key = str(uuid.uuid4())
    return without | {"place_q": WORDS, "summary": CANARY, "starts_on": "", "form_key": key, "ask_place": "1"}


def test_button_keeps_the_form_of_a_visit_and_goes_on_with_the_words_of_the_search(
    as_, alpha_monitor, url, typed, mechanism, alpha
):
    client = as_(alpha_monitor)

    away = client.post(url, typed)

    assert away.url == f"{url_of('place_request_add', mechanism)}?kept={typed['form_key']}"
    assert not Visit.objects.exists()
    page = client.get(away.url)
    assert page.context["form"]["name"].value() == WORDS
    back = f"{url}?kept={typed['form_key']}"
    assert page.context["way_back"] == back
    form = client.get(back)
    assert CANARY in form.text
    assert form.context["form"]["starts_on"].value() == ""
    assert form.context["words"] == WORDS
    stored = client.post(away.url, typed_request(mechanism, name=WORDS), follow=True)
    assert stored.context["way_back"] == back
    assert "Back to what you typed" in stored.text
    assert PlaceRequest.objects.get().name == WORDS


def test_form_of_a_stored_visit_comes_back_as_it_was_typed(as_, alpha_monitor, draft, typed, mechanism):
    client = as_(alpha_monitor)
    url = url_of("visit_change", mechanism, pk=draft.pk)

    away = client.post(url, typed)

    back = client.get(away.url).context["way_back"]
    assert urlsplit(back).path == url
    assert CANARY in client.get(back).text


def test_plan_that_is_logged_is_not_forgotten_on_the_way(as_, alpha_monitor, url, typed, prison, alpha):
    plan = make_plan(prison, alpha, by=alpha_monitor)

    away = as_(alpha_monitor).post(f"{url}?plan={plan.pk}", typed)

    back = as_(alpha_monitor).get(away.url).context["way_back"]
    assert parse_qs(urlsplit(back).query) == {"kept": [typed["form_key"]], "plan": [str(plan.pk)]}


@pytest.mark.parametrize("is_new", [True, False])
def test_form_of_a_plan_is_kept_and_ends_when_it_is_saved(as_, alpha_monitor, alpha, prison, mechanism, is_new):
    client = as_(alpha_monitor)
    plan = None if is_new else make_plan(prison, alpha, by=alpha_monitor)
    url = address(plan, "plan_change") if plan else url_of("plan_create", mechanism)
    sent = typed_plan(prison, alpha) | {"note": CANARY, "secrecy": "week_only" if is_new else "sealed"}
    form = client.get(url).context["form"]
    sent |= {name: form[name].value() or "" for name in ("version", "form_key")}
    asking = {name: value for name, value in sent.items() if name != "place"} | {"place_q": WORDS, "ask_place": "1"}

    away = client.post(url, asking)

    page = client.get(away.url)
    assert page.context["form"]["name"].value() == WORDS
    back = page.context["way_back"]
    assert urlsplit(back).path == url
    form = client.get(back).context["form"]
    assert form["note"].value() == CANARY
    assert form["secrecy"].value() == sent["secrecy"]
    assert client.get(back).context["words"] == WORDS
    assert "You typed something here" in client.get(url).text
    saved = client.post(url, sent | {"form_key": form["form_key"].value()})
    assert saved.status_code == 302
    assert Plan.objects.get().note == CANARY
    assert not FormDraft.objects.exists()


def test_new_plan_that_was_left_stands_on_the_own_desk_and_is_thrown_away_there(
    as_, alpha_monitor, alpha_lead, coordinator, mechanism
):
    client, key = as_(alpha_monitor), str(uuid.uuid4())
    client.post(url_of("plan_create", mechanism), {"place_q": WORDS, "form_key": key, "ask_place": "1"})
    home = reverse("reports:desk_home", kwargs={"npm": mechanism.slug})

    assert f"{url_of('plan_create', mechanism)}?kept={key}" in client.get(home).text
    assert "A new plan" in client.get(home).text
    assert "You typed something here" not in client.get(url_of("visit_create", mechanism)).text
    for other in (alpha_lead, coordinator):
        assert WORDS not in as_(other).get(home).text
    gone = client.post(url_of("draft_throw_away", mechanism), {"form_key": key})
    assert gone.url == url_of("plan_create", mechanism)
    assert not FormDraft.objects.exists()


@pytest.mark.parametrize("name", ["visit_create", "plan_create"])
def test_what_cannot_be_kept_stays_on_the_page_and_says_why(as_, alpha_monitor, mechanism, monkeypatch, typed, name):
    monkeypatch.setattr(form_drafts, "MOST_KEPT", 0)

    page = as_(alpha_monitor).post(url_of(name, mechanism), typed)

    assert page.status_code == 200
    assert "you keep too many forms" in page.text
    assert page.context["words"] == WORDS
    assert (CANARY in page.text) is (name == "visit_create")


def test_words_are_no_name_where_a_place_was_chosen(as_, alpha_monitor, url, typed, prison):
    client = as_(alpha_monitor)

    away = client.post(url, typed | {"place": str(prison.pk), "place_q": prison.name})

    assert client.get(away.url).context["form"]["name"].value() == ""


def test_nobody_is_led_to_what_somebody_else_typed(as_, alpha_monitor, alpha_lead, url, typed):
    away = as_(alpha_monitor).post(url, typed)

    page = as_(alpha_lead).get(away.url)

    assert page.context["way_back"] == ""
    assert page.context["form"]["name"].value() == ""
    assert WORDS not in page.text


@pytest.mark.parametrize("query", ["kept=x", "kept=&plan=../..", "plan=%00"])
def test_bad_address_is_a_page_without_a_way_back(as_, alpha_monitor, mechanism, query):
    page = as_(alpha_monitor).get(f"{url_of('place_request_add', mechanism)}?{query}")

    assert page.status_code == 200
    assert page.context["way_back"] == ""


@pytest.mark.parametrize("who", ["stranger", "coordinator", "alpha_reader"])
def test_who_logs_no_visits_cannot_leave_a_form(request, as_, who, url, typed):
    assert as_(request.getfixturevalue(who)).post(url, typed).status_code in (403, 404)
    assert not FormDraft.objects.exists()


def test_button_stands_in_both_forms_whatever_is_found(as_, alpha_monitor, mechanism, url, prison):
    client = as_(alpha_monitor)
    for address_of_form in (url, url_of("plan_create", mechanism)):
        for words in (WORDS, "quoz"):
            page = client.post(address_of_form, {"place_q": words, "find": "1"}).text
            assert 'name="ask_place"' in page
            assert ("No place is found" in page) is (words == WORDS)


def test_request_is_tied_to_no_visit_and_no_plan():
    """Neither asking nor answering may tell who goes there."""
    related = {field.related_model for field in PlaceRequest._meta.get_fields() if field.is_relation}

    assert not related & {Visit, Plan, FormDraft}


def test_visit_there_can_be_logged_from_what_was_kept(as_, alpha_monitor, alpha, url, typed, prison):
    """The place has come into the register: the form is continued, and the place chosen in it."""
    client = as_(alpha_monitor)
    client.post(url, typed)
    VisitFactory(place=prison, lead_body=alpha)
    sent = {name: value for name, value in typed.items() if name not in ("ask_place", "place_q")}

    client.post(f"{url}?kept={typed['form_key']}", sent | {"place": str(prison.pk), "starts_on": "2024-05-14"})

    assert Visit.objects.get(summary=CANARY).place == prison
    assert not FormDraft.objects.exists()
