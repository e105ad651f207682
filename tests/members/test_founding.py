"""The first steps of a new mechanism, and what is said before its pages open to everybody."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.actions.invitations import invite
from members.founding import NEEDS, needs_of
from members.models import (
    Affiliation,
    Coordination,
    DetentionSetting,
    ExpectedLayer,
    Jurisdiction,
    LegalBasis,
    Mechanism,
    MechanismProfile,
    RegisterChange,
)
from members.models.affiliation_groups import sync_groups
from tests.factories import BodyFactory, MechanismFactory, RemitFactory, SourceFactory, person

LONG_AGO = date(2015, 1, 1)
SHOW, HIDE = ("/nova/desk/register/mechanism/show/", "/nova/desk/register/mechanism/hide/")


@pytest.fixture
def nova(db):
    """A mechanism just founded: empty, hidden."""
    return MechanismFactory(slug="nova", name_en="Network of Nova", languages=["en-gb"], is_public=False)


@pytest.fixture
def founder(nova):
    return person("administrator", nova, name="Fay Founder")


def open_needs(mechanism, user):
    return [standing.need.name for standing in needs_of(mechanism, user) if not standing.is_met]


def enter_everything(nova, founder) -> list[str]:
    """Enter what a mechanism needs, thing by thing; return what is still missing after each."""
    fact = {"starts_on": LONG_AGO, "source": SourceFactory(mechanism=nova)}
    left = [len(open_needs(nova, founder))]

    def entered(*_rows):
        left.append(len(open_needs(nova, founder)))

    entered(Mechanism.objects.filter(pk=nova.pk).update(about_en="It visits.", contact="An office."))
    entered(MechanismProfile.objects.create(mechanism=nova, profile="network", **fact))
    north = Jurisdiction.objects.create(mechanism=nova, slug="north", name_en="North")
    entered(north)
    prisons = DetentionSetting.objects.create(mechanism=nova, slug="prisons", name_en="Prisons")
    entered(prisons)
    body = BodyFactory(mechanism=nova, slug="gamma")
    entered(body)
    entered(LegalBasis.objects.create(body=body, title="Act", **fact))
    entered(Coordination.objects.create(mechanism=nova, body=body, **fact))
    entered(RemitFactory(setting=prisons, bodies=[body], spanning=[north]))
    entered(ExpectedLayer.objects.create(setting=prisons, layer="lay", **fact))
    for role, scope in (("administrator", nova), ("coordinator", nova), ("body_lead", body)):
        entered(person(role, scope, name=f"Second {role}"))
    return left


def test_each_need_is_met_by_its_own_records_and_by_nothing_else(nova, founder):
    left = enter_everything(nova, founder)

    # A new member has no law yet, which only a member can lack; everything else falls one by one.
    assert left[0] == len(NEEDS) - 1
    assert left == [11, 10, 9, 8, 7, 7, 6, 5, 4, 3, 2, 1, 0]


def test_what_has_ended_or_was_retired_meets_no_need(nova, founder):
    enter_everything(nova, founder)
    Coordination.objects.update(ends_on=date(2016, 1, 1))
    second = Affiliation.objects.get(mechanism=nova, role="administrator", user__name__startswith="Second")
    second.user.is_active = False
    second.user.save(update_fields=["is_active"])

    assert open_needs(nova, founder) == ["has_coordinator", "has_two_administrators"]
    Mechanism.objects.filter(pk=nova.pk).update(profile="single_body")
    assert open_needs(nova, founder) == ["has_two_administrators"]


def test_desk_of_a_new_mechanism_says_what_comes_first_until_it_is_open(as_, nova, founder, client):
    desk = as_(founder).get("/nova/desk/")
    steps = [standing.need.name for standing in desk.context["first_steps"]]
    assert steps[:3] == ["is_described", "has_jurisdictions", "has_settings"]
    for standing in desk.context["first_steps"]:
        assert f'href="{standing.url}"' in desk.content.decode()
        assert as_(founder).get(standing.url).status_code == 200, standing.url
    invited = as_(founder).get("/nova/desk/people/invite/?role=administrator").content.decode()
    assert re.search(r'value="administrator"[^>]* checked', invited)
    bare = as_(founder).get("/nova/desk/coverage/remits/new/").context["lacks"]
    assert [standing.need.name for standing in bare] == ["has_jurisdictions", "has_settings", "has_members"]
    register = as_(founder).get("/nova/desk/register/").content.decode()
    assert "as it was founded. Since when is not recorded." in register  # not “None yet” below “Form: network”
    invite(email="sue@example.org", name="Sue", role="administrator", scope=nova, by=founder)
    again = {s.need.name: s for s in as_(founder).get("/nova/desk/").context["first_steps"]}
    assert (again["has_two_administrators"].is_invited, again["has_two_administrators"].is_met) == (True, False)

    as_(founder).post(SHOW)

    desk = as_(founder).get("/nova/desk/")
    assert desk.context["first_steps"] == []
    assert "First steps" not in desk.content.decode()


def test_founding_leads_to_the_desk_with_the_first_steps(as_, founder):
    given = {"name_en": "Network of Terra", "slug": "terra", "country_en": "Terra", "profile": "network"}
    given |= {"main_language": "en-gb", "reporting_year_starts_month": "1", "new_source_title": "An invented act"}

    page = as_(founder).post("/start/mechanism/", given, follow=True)

    assert page.redirect_chain == [("/terra/desk/", 302)]
    assert "First steps" in page.content.decode()


def test_steps_are_for_those_who_may_take_them_and_cost_an_open_mechanism_nothing(as_, nova, founder):
    body = BodyFactory(mechanism=nova, slug="gamma")
    keeper, lead = person("coordinator", nova), person("body_lead", body)
    steps = {s.need.name for s in as_(keeper).get("/nova/desk/").context["first_steps"]}
    assert "has_members" in steps
    assert "has_staff" not in steps
    assert as_(lead).get("/nova/desk/").context["first_steps"] == []

    def queries():
        client = as_(founder)
        client.get("/nova/desk/")  # what is read once in a process is read now
        with CaptureQueriesContext(connection) as captured:
            client.get("/nova/desk/")
        return len(captured)

    hidden = queries()
    for number in range(3):
        BodyFactory(mechanism=nova, slug=f"more-{number}")
    assert queries() == hidden
    Mechanism.objects.filter(pk=nova.pk).update(is_public=True)
    assert queries() == hidden - 1


def test_opening_is_asked_for_with_what_is_missing_and_blocks_nothing(as_, nova, founder, client):
    page = as_(founder).get(SHOW).content.decode()

    assert "No body is a member today" in page
    assert 'href="/nova/desk/register/bodies/add/"' in page
    assert "What everybody will see" in page
    assert client.get("/nova/").status_code == 404  # asking opens nothing

    assert as_(founder).post(SHOW).url == "/nova/desk/register/"
    assert client.get("/nova/").status_code == 200
    assert as_(founder).get(SHOW).url == as_(founder).post(SHOW).url == "/nova/desk/register/"
    assert RegisterChange.objects.filter(after={"is_public": True}).count() == 1

    assert "links to it" in as_(founder).get(HIDE).content.decode()
    assert as_(founder).post(HIDE, {"reason": " "}).context["form"].errors.keys() == {"reason"}
    assert as_(founder).post(HIDE, {"reason": "Too early."}).status_code == 302
    assert client.get("/nova/").status_code == 404
    assert as_(founder).get(HIDE).url == as_(founder).post(HIDE, {"reason": "x"}).url == "/nova/desk/register/"


def test_complete_mechanism_has_nothing_missing(as_, nova, founder):
    enter_everything(nova, founder)

    assert as_(founder).get(SHOW).context["missing"] == []
    assert all(standing.is_met for standing in as_(founder).get("/nova/desk/").context["first_steps"])


def test_opening_and_closing_is_for_those_who_keep_the_register(client, as_, nova, founder, stranger):
    lead = person("body_lead", BodyFactory(mechanism=nova, slug="gamma"))
    for path in (SHOW, HIDE):
        for method in ("get", "post"):
            assert getattr(as_(lead), method)(path).status_code == 403
            assert getattr(as_(stranger), method)(path).status_code == 404
            assert getattr(client, method)(path).url.startswith("/account/login/")
    nova.refresh_from_db()
    assert not nova.is_public


# -- The forms --------------------------------------------------------------------------------------------------------


def test_form_asks_in_the_languages_of_the_mechanism_and_folds_the_other(as_, nova, founder, mechanism):
    sync_groups(founder)
    page = as_(founder).get("/nova/desk/register/lists/settings/add/")
    html = " ".join(page.content.decode().split())
    assert [field.name for field in page.context["form"].folded] == ["name_nl"]
    assert 'for="id_name_en">Name in English </label>' in html  # one of the two is needed: not “optional”
    assert '<details class="more"> <summary>In Dutch' in html

    wrong = as_(founder).post("/nova/desk/register/lists/settings/add/", {"name_en": ""})
    assert wrong.context["form"].errors.keys() >= {"name_en"}
    kept = as_(founder).post("/nova/desk/register/lists/settings/add/", {"name_nl": "Cellen", "slug": "a b"})
    assert '<details class="more" open>' in kept.content.decode()
    assert as_(founder).post("/nova/desk/register/lists/settings/add/", {"name_nl": "Cellen"}).status_code == 302
    assert DetentionSetting.objects.get(mechanism=nova).slug == "cellen"

    Mechanism.objects.filter(pk=nova.pk).update(languages=["nl", "en-gb"])
    both = as_(founder).get("/nova/desk/register/lists/settings/add/")
    assert both.context["form"].folded == []
    assert "needed in one of the two languages" in both.content.decode()
    Mechanism.objects.filter(pk=nova.pk).update(languages=["nl"])
    dutch = as_(founder).post("/nova/desk/register/mechanism/", {})
    assert "name_nl" in dutch.context["form"].errors
    assert {field.name for field in dutch.context["form"].folded} == {"name_en", "about_en"}  # a country is needed
