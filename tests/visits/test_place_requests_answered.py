"""What becomes of a place that is asked for: added, found in the register, declined; and what happens to it later."""

import pytest
from django.urls import reverse

from npmportal.models import AuditEvent
from tests.factories import JurisdictionFactory, MechanismFactory, PlaceFactory, VisitFactory
from tests.visits.asked_place_tools import ask, url_of
from visits.actions import place_merges
from visits.actions import place_requests as actions
from visits.actions.places import PlaceTaken
from visits.duplicates import resembling_request
from visits.models import Place, PlaceCode, PlaceRequest
from visits.struck_off import take_out


@pytest.fixture
def asked(alpha, alpha_monitor, prison):
    return ask(alpha, alpha_monitor, own_code="A-17", town="Yolvetta", note="A blue door.")


@pytest.fixture
def page_url(mechanism, asked):
    return url_of("place_request", mechanism, pk=asked.pk)


@pytest.fixture
def add_url(mechanism, asked):
    return f"{url_of('place_create', mechanism)}?request={asked.pk}"


@pytest.fixture
def known_url(mechanism, asked):
    return url_of("place_request_known", mechanism, pk=asked.pk)


def entered(form):
    return {name: form[name].value() or "" for name in form.fields}


def place_like(asked, **fields):
    return Place(mechanism=asked.mechanism, setting=asked.setting, jurisdiction=asked.jurisdiction, **fields)


@pytest.mark.parametrize("who", ["coordinator", "administrator"])
def test_adding_begins_with_what_was_asked_and_answers_in_one(
    request, as_, who, asked, alpha_monitor, add_url, page_url, alpha, mechanism
):
    keeper = request.getfixturevalue(who)
    client = as_(keeper)
    page = client.get(add_url)
    assert page.context["form"]["name"].value() == asked.name
    assert page.context["form"]["town"].value() == "Yolvetta"
    assert "A blue door." in page.text

    done = client.post(add_url, entered(page.context["form"]) | {"capacity": "40"}, follow=True)

    asked.refresh_from_db()
    place = Place.objects.get(name=asked.name)
    assert (asked.state, asked.place, asked.decided_by) == ("added", place, keeper)
    assert done.redirect_chain[-1][0] == url_of("place_detail", mechanism, pk=place.pk)
    assert (place.capacity, place.setting, place.jurisdiction) == (40, asked.setting, asked.jurisdiction)
    code = PlaceCode.objects.get(place=place)
    assert (code.body, code.code) == (alpha, "A-17")
    told = as_(alpha_monitor).get(page_url).text
    assert f"{url_of('visit_create', mechanism)}?place={place.pk}" in told
    assert "Log a visit there" in told
    assert "Log a visit there" not in client.get(page_url).text
    actions_written = set(AuditEvent.objects.filter(actor=keeper).values_list("action", flat=True))
    assert {"place.added", "place_request.added"} <= actions_written


def test_second_click_leads_to_what_the_first_has_done(as_, coordinator, asked, add_url, page_url):
    client = as_(coordinator)
    typed = entered(client.get(add_url).context["form"])

    first, second = (client.post(add_url, typed) for _click in range(2))

    assert (first.status_code, second.url) == (302, page_url)
    assert Place.objects.filter(name=asked.name).count() == 1


def test_wrong_form_of_the_place_answers_nothing(as_, coordinator, asked, add_url):
    client = as_(coordinator)
    typed = entered(client.get(add_url).context["form"])

    assert client.post(add_url, typed | {"name": ""}).status_code == 200

    asked.refresh_from_db()
    assert asked.is_waiting
    assert not Place.objects.filter(town="Yolvetta").exists()


def test_place_that_is_taken_answers_nothing(asked, prison, coordinator):
    with pytest.raises(PlaceTaken):
        actions.answer_with_new_place(request=asked, place=place_like(asked, name=prison.name), by=coordinator)

    asked.refresh_from_db()
    assert asked.is_waiting
    assert not AuditEvent.objects.filter(action="place_request.added").exists()


@pytest.mark.parametrize("who", ["administrator", "coordinator"])
def test_second_answer_is_told_and_stores_nothing(request, as_, coordinator, asked, add_url, known_url, prison, who):
    """Two keepers, or one in two windows, have opened the page before it is answered."""
    client = as_(coordinator)
    typed = entered(client.get(add_url).context["form"]) | {"note": "Typed with care."}
    actions.decline_request(request=asked, reason="It is a barn.", by=request.getfixturevalue(who))

    page = client.post(add_url, typed)
    assert "a moment ago" in page.text
    assert "Typed with care." in page.text
    assert not Place.objects.exclude(pk=prison.pk).exists()
    assert "a moment ago" in client.get(add_url, follow=True).text
    assert "a moment ago" in client.post(known_url, {"place": prison.pk}, follow=True).text
    decline = known_url.replace("known", "decline")
    assert "a moment ago" in client.post(decline, {"reason": "Mine."}, follow=True).text
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == ("declined", "It is a barn.")


def test_page_offers_what_resembles_and_what_is_found(as_, coordinator, mechanism, asked, page_url, prison):
    PlaceFactory(mechanism=mechanism, name="House of Yolvetta", jurisdiction=asked.jurisdiction)
    PlaceFactory(mechanism=mechanism, name="Yolvetta House", jurisdiction=JurisdictionFactory(slug="south"))
    client = as_(coordinator)

    assert [place.name for place in client.get(page_url).context["offered"]] == ["House of Yolvetta"]
    assert client.get(page_url, {"q": "quoz"}).context["offered"] == [prison]
    assert "No place is found." in client.get(page_url, {"q": "nowhere\x00"}).text


def test_resembling_looks_at_old_names_numbers_and_the_bodys_code(
    alpha, alpha_monitor, coordinator, mechanism, prison, asked
):
    PlaceCode.objects.create(mechanism=mechanism, place=prison, body=alpha, code="A-17")
    assert resembling_request(asked, coordinator) == [prison]
    wing = PlaceFactory(mechanism=mechanism, name="Ulv Wing 1", jurisdiction=asked.jurisdiction, parent=prison)
    PlaceFactory(mechanism=mechanism, name="Ulv Wing 2", jurisdiction=asked.jurisdiction, parent=prison)

    assert resembling_request(ask(alpha, alpha_monitor, "HMP Ulv wing 1"), coordinator) == [wing]
    assert resembling_request(ask(alpha, alpha_monitor, "Zamb"), coordinator) == []


def test_place_of_the_register_is_the_answer_and_gets_the_bodys_code(
    as_, coordinator, alpha, alpha_monitor, asked, known_url, prison, page_url
):
    page = as_(coordinator).post(known_url, {"place": str(prison.pk)}, follow=True)

    asked.refresh_from_db()
    assert (asked.state, asked.place) == ("known", prison)
    assert "the body reads which place it is" in page.text
    assert PlaceCode.objects.get(place=prison, body=alpha).code == "A-17"
    assert Place.objects.count() == 1
    assert prison.name in as_(alpha_monitor).get(page_url).text


def test_code_that_names_another_place_is_left_there_and_told(as_, coordinator, alpha, asked, known_url, prison):
    other = PlaceFactory(mechanism=prison.mechanism)
    PlaceCode.objects.create(mechanism=prison.mechanism, place=other, body=alpha, code="A-17")

    page = as_(coordinator).post(known_url, {"place": str(prison.pk)}, follow=True)

    assert "“A-17” of the body names another place already" in page.text
    asked.refresh_from_db()
    assert asked.place == prison
    assert PlaceCode.objects.get().place == other


@pytest.mark.parametrize("value", ["", "no-id", "elsewhere", "gone"])
def test_place_that_is_none_of_the_register_is_refused(as_, coordinator, asked, known_url, page_url, prison, value):
    if value == "elsewhere":
        value = str(PlaceFactory(mechanism=MechanismFactory(slug="elsewhere")).pk)
    elif value == "gone":
        gone = PlaceFactory(mechanism=prison.mechanism, is_struck_off=True)
        value = str(gone.pk)

    page = as_(coordinator).post(known_url, {"place": value, "q": "no such name"})

    assert page.status_code == 200
    assert str(page.context["form"].errors["place"][0]) in page.text
    assert f'<form method="get" action="{page_url}"' in page.text  # this address takes no search
    asked.refresh_from_db()
    assert asked.is_waiting


def test_declined_with_a_reason_that_the_body_reads(as_, coordinator, alpha_monitor, asked, mechanism, page_url):
    address = url_of("place_request_decline", mechanism, pk=asked.pk)
    client = as_(coordinator)

    assert client.post(address, {"reason": " "}).context["form"].errors["reason"]
    client.post(address, {"reason": "It closed in 1999."})

    page = as_(alpha_monitor).get(page_url).text
    assert "It closed in 1999." in page
    assert "Log a visit there" not in page


def test_hostile_words_are_shown_as_typed(as_, alpha, alpha_monitor, coordinator, mechanism):
    hostile = "<script>alert(1)</script>"
    asked = ask(alpha, alpha_monitor, hostile, note=hostile, own_code=hostile, town=hostile)

    for name in ("place_request", "place_request_decline"):
        assert "<script>alert" not in as_(coordinator).get(url_of(name, mechanism, pk=asked.pk)).text
    assert "<script>alert" not in as_(coordinator).get(url_of("place_request_list", mechanism)).text


# -- Later ------------------------------------------------------------------------------------------------------------


def test_answer_follows_a_merge_and_comes_back_when_it_is_undone(as_, coordinator, asked, prison, page_url):
    twin = PlaceFactory(
        mechanism=prison.mechanism, setting=prison.setting, jurisdiction=prison.jurisdiction, name="Quozandel Prison"
    )
    actions.answer_with_known_place(request=asked, place=twin, by=coordinator)

    merge = place_merges.merge_places(kept=prison, duplicate=twin, reason="One gate", by=coordinator)
    asked.refresh_from_db()
    assert asked.place == prison
    assert prison.name in as_(coordinator).get(page_url).text
    place_merges.undo_merge(merge=merge, reason="Two gates", by=coordinator)

    asked.refresh_from_db()
    assert asked.place == twin


def test_record_merged_while_somebody_chose_it_stands_for_the_one_that_is_kept(coordinator, asked, prison):
    twin = PlaceFactory(
        mechanism=prison.mechanism, setting=prison.setting, jurisdiction=prison.jurisdiction, name="Quozandel Prison"
    )
    place_merges.merge_places(kept=prison, duplicate=twin, reason="One gate", by=coordinator)

    actions.answer_with_known_place(request=asked, place=twin, by=coordinator)

    asked.refresh_from_db()
    assert asked.place == prison


@pytest.mark.parametrize("is_visited", [False, True])
def test_undone_import_leaves_the_answer_to_be_read(
    as_, alpha, beta, alpha_monitor, coordinator, asked, prison, page_url, is_visited
):
    """Whether somebody has a draft there, which others may not know of, changes nothing in what they read."""
    actions.answer_with_known_place(request=asked, place=prison, by=coordinator)
    if is_visited:
        VisitFactory(place=prison, lead_body=beta)

    take_out([prison.pk])

    asked.refresh_from_db()
    assert (asked.state, asked.place) == ("known", None)
    page = as_(alpha_monitor).get(page_url).text
    assert "The place has left the register since" in page
    assert "Log a visit there" not in page
    assert prison.name not in page


# -- On the desk ------------------------------------------------------------------------------------------------------


def lines(client, mechanism):
    """The requests on the desk: by list the title of the group and the names."""
    home = client.get(reverse("reports:desk_home", kwargs={"npm": mechanism.slug}))
    return [
        [(str(group.title), [row.name for row in group.rows]) for group in work.groups if group.kind == "asked_place"]
        for work in home.context["work_lists"]
    ]


def test_desk_says_to_each_what_there_is_to_do(
    as_, asked, alpha_monitor, alpha_lead, alpha_reader, beta_monitor, coordinator, administrator, mechanism, prison
):
    mine, theirs = [("Places you asked for", [asked.name])], [("Places that are asked for", [asked.name])]
    assert lines(as_(alpha_monitor), mechanism) == [[], mine, []]
    for keeper in (coordinator, administrator):
        assert lines(as_(keeper), mechanism) == [theirs, [], []]
    for other in (alpha_lead, alpha_reader, beta_monitor):
        assert lines(as_(other), mechanism) == [[], [], []]

    actions.answer_with_known_place(request=asked, place=prison, by=coordinator)

    assert lines(as_(alpha_monitor), mechanism) == [[], [], mine]
    assert lines(as_(coordinator), mechanism) == [[], [], []]
    assert "is in the register" in as_(alpha_monitor).get(f"/{mechanism.slug}/desk/").text


def test_what_was_taken_back_stands_on_no_desk(as_, asked, alpha_monitor, coordinator, mechanism):
    actions.withdraw_request(request=asked, by=alpha_monitor)

    assert lines(as_(alpha_monitor), mechanism) == lines(as_(coordinator), mechanism) == [[], [], []]


def test_list_of_places_leads_there(as_, asked, coordinator, alpha_monitor, alpha_reader, mechanism):
    address = url_of("place_list", mechanism)

    assert "Places asked for (1)" in " ".join(as_(coordinator).get(address).text.split())
    assert "Ask for a place" not in as_(coordinator).get(address).text
    assert "Places asked for" not in as_(alpha_reader).get(address).text
    page = as_(alpha_monitor).get(address, {"q": "Zamb"}).text
    assert '<input type="hidden" name="words" value="Zamb">' in page
    begun = as_(alpha_monitor).post(url_of("place_request_add", mechanism), {"words": "Zamb"})
    assert begun.context["form"]["name"].value() == "Zamb"
    assert PlaceRequest.objects.count() == 1
