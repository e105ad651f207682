"""Other countries come in through the screens alone: New Zealand’s centre that does not visit, Australia’s federation.

Names and shapes are those of public lists of designated bodies; days that they do not give are invented here.
"""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from members.keeping_register import keep_forms
from members.models import Affiliation, Coordination, Mechanism, MemberBody, RegisterChange, User
from members.slugs import is_reserved
from members.tasks import sync_affiliations
from members.timeline import timeline
from tests.seals import seen

NEW = {
    "slug": "nz",
    "name_en": "National Preventive Mechanism of New Zealand",
    "country_en": "New Zealand",
    "profile": "coordinating_centre",
    "reporting_year_starts_month": "7",
    "main_language": "en-gb",
    "new_source_title": "List of the Ombudsman",
}


@pytest.fixture
def founder(as_, administrator):
    return as_(administrator)


def found(client, **fields):
    answer = client.post("/start/mechanism/", NEW | fields)
    assert answer.status_code == 302, answer.context["form"].errors
    return Mechanism.objects.get(slug=fields.get("slug", "nz"))


def enter(client, npm, path, **fields):
    answer = client.post(f"/{npm}/desk/register/{path}/add/", {"new_source_title": "List", "is_used": "on"} | fields)
    assert answer.status_code == 302, answer.context["form"].errors


def body(client, npm, name, abbreviation, kind, status, **more):
    given = {"name_en": name, "abbreviation": abbreviation, "kind": kind, "status": status, "named_from": "2007"}
    enter(client, npm, "bodies", **given | more)
    return MemberBody.objects.get(mechanism__slug=npm, slug=more.get("slug", abbreviation.lower()))


# -- Founding ---------------------------------------------------------------------------------------------------------


def test_founding_is_for_those_who_administer_a_mechanism(
    client, as_, founder, coordinator, alpha_lead, stranger, administrator
):
    assert founder.get("/start/mechanism/").status_code == 200
    for person in (coordinator, alpha_lead, stranger):
        assert as_(person).get("/start/mechanism/").status_code == 403
        assert as_(person).post("/start/mechanism/", NEW).status_code == 403
    assert "/account/login/" in client.post("/start/mechanism/", NEW).url
    assert not Mechanism.objects.filter(slug="nz").exists()

    nz = found(founder)

    roles = Affiliation.objects.filter(mechanism=nz).values_list("user", "role")
    assert list(roles) == [(administrator.pk, "administrator")]
    assert Affiliation.objects.filter(user=administrator).count() == 2


def test_new_mechanism_is_hidden_until_it_is_shown(client, founder, as_, coordinator):
    found(founder)
    pages = ["/nz/", "/nz/members/", "/nz/members.csv", "/nz/coverage/", "/nz/history/", "/nz/reports/", "/nz/contact/"]

    assert {client.get(page).status_code for page in pages} == {404}
    assert as_(coordinator).get("/nz/").status_code == 404
    assert {founder.get(page).status_code for page in pages} == {200}
    assert "New Zealand" not in client.get("/").content.decode()
    assert "New Zealand" in founder.get("/").content.decode()

    founder.post("/nz/desk/register/mechanism/show/")

    assert {client.get(page).status_code for page in pages} == {200}
    assert "New Zealand" in client.get("/").content.decode()
    assert "reason" in founder.post("/nz/desk/register/mechanism/hide/").context["form"].errors
    founder.post("/nz/desk/register/mechanism/hide/", {"reason": "Too early."})
    assert client.get("/nz/").status_code == 404


@pytest.mark.parametrize(
    "slug", ["account", "admin", "health", "start", "language", "invitation", "static", "examplia"]
)
def test_short_name_may_not_shadow_an_address_or_another_mechanism(founder, slug):
    answer = founder.post("/start/mechanism/", NEW | {"slug": slug})

    assert "slug" in answer.context["form"].errors
    assert Mechanism.objects.count() == 1
    assert is_reserved(slug) is (slug != "examplia")


def test_mechanism_changes_what_it_says_of_itself_with_a_reason(founder, mechanism):
    data = NEW | {"name_en": "NPM of Examplia", "main_language": "nl", "other_languages": ["en-gb", "nl"]}
    path = "/examplia/desk/register/mechanism/"

    assert "reason" in founder.post(path, data).context["form"].errors
    assert founder.post(path, data | {"reason": "Shorter."} | seen(founder, path)).status_code == 302

    mechanism.refresh_from_db()
    assert (mechanism.name_en, mechanism.languages, mechanism.slug) == ("NPM of Examplia", ["nl", "en-gb"], "examplia")
    assert mechanism.profile == "network"  # its form has a history and is no text
    assert RegisterChange.objects.get().before["name_en"] == "National Preventive Mechanism of Examplia"


def test_first_mechanism_is_founded_on_the_command_line(db, client):
    given = {"name": "NPM of Nowhere", "country": "Nowhere", "profile": "network", "administrator": "ada@example.org"}
    out = StringIO()

    call_command("create_mechanism", "nowhere", stdout=out, **given)

    ada = User.objects.get(email="ada@example.org")
    assert "choose one with" in out.getvalue()
    assert Affiliation.objects.get(user=ada).mechanism.slug == "nowhere"
    assert client.get("/nowhere/").status_code == 404
    for slug in ("nowhere", "account", "No Where"):
        with pytest.raises(CommandError, match="was not founded"):
            call_command("create_mechanism", slug, stdout=out, **given)
    assert Mechanism.objects.count() == 1


# -- Other countries --------------------------------------------------------------------------------------------------


def test_new_zealand_has_a_centre_that_coordinates_and_visits_nothing(founder, client):
    nz = found(founder)
    enter(founder, "nz", "lists/jurisdictions", name_en="New Zealand")
    enter(founder, "nz", "lists/settings", name_en="Child residences", has_places="on")
    centre = body(founder, "nz", "Human Rights Commission", "HRC", "nhri", "designated")
    for name, abbreviation, kind in (
        ("Ombudsman", "OMB", "ombudsman"),
        ("Independent Police Conduct Authority", "IPCA", "commission"),
        ("Children’s Commissioner", "OCC", "commission"),
        ("Inspector of Service Penal Establishments", "ISPE", "inspectorate"),
    ):
        body(founder, "nz", name, abbreviation, kind, "designated")
    given = {"body": centre.pk, "role": "central preventive mechanism; makes no visits", "starts_on": "2007"}
    enter(founder, "nz", "facts/coordination", **given)

    founder.post("/nz/desk/register/mechanism/show/")

    assert Coordination.objects.get(mechanism=nz).body == centre
    assert MemberBody.objects.filter(mechanism=nz).members_as_at(date(2010, 1, 1)).count() == 5
    about = client.get("/nz/").content.decode()
    assert "Bodies with a coordinating centre that does not visit" in about
    assert "central preventive mechanism; makes no visits" in about
    html = client.get("/nz/members/?on=2010-01-01").content.decode()
    assert "5 bodies" in html
    assert "Human Rights Commission begins to coordinate" in [e.sentence for e in timeline(nz)]


def test_australia_has_a_network_inside_its_network_and_a_state_with_none(founder, client):
    act = found(founder, slug="au-act", country_en="Australia, ACT", profile="network", name_en="ACT network")
    body(founder, "au-act", "ACT body one (invented)", "ACT-1", "commission", "designated")
    au = found(founder, slug="au", country_en="Australia", profile="federal", name_en="Australian NPM")
    enter(founder, "au", "lists/jurisdictions", name_en="Commonwealth")
    enter(founder, "au", "lists/jurisdictions", name_en="Australian Capital Territory", nested=act.pk)
    enter(founder, "au", "lists/jurisdictions", name_en="A State with none")
    place = {j.slug: j.pk for j in au.jurisdictions.all()}
    ombudsman = body(
        founder, "au", "Commonwealth Ombudsman", "CO", "ombudsman", "designated", jurisdictions=[place["commonwealth"]]
    )
    body(founder, "au", "State body (invented)", "SBI", "inspectorate", "interim")
    body(founder, "au", "Coming body (invented)", "CBI", "inspectorate", "anticipated")
    given = {"body": ombudsman.pk, "role": "coordinating body", "starts_on": "2018"}
    enter(founder, "au", "facts/coordination", **given)

    founder.post("/au/desk/register/mechanism/show/")
    assert "au-act" not in client.get("/au/members/").content.decode()  # hidden still
    founder.post("/au-act/desk/register/mechanism/show/")

    html = client.get("/au/members/").content.decode()
    assert all(status in html for status in ("designated member", "interim member", "anticipated member"))
    assert not MemberBody.objects.filter(jurisdictions=place["a-state-with-none"]).exists()
    assert au.jurisdictions.get(slug="australian-capital-territory").nested == act
    assert 'href="/au-act/members/"' in client.get("/au/members/").content.decode()


def test_form_of_a_mechanism_has_a_history(founder, mechanism):
    enter(founder, "examplia", "facts/profiles", profile="network", starts_on="2011")
    data = {"profile": "single_body", "starts_on": "2024-04-01", "new_source_title": "Decision", "is_used": "on"}
    path = "/examplia/desk/register/facts/profiles/add/"

    asked = founder.post(path, data)
    founder.post(path, data | {"confirmed": asked.context["form"].confirmed})

    mechanism.refresh_from_db()
    assert mechanism.profile == "single_body"
    assert mechanism.profiles.as_at(date(2024, 3, 31)).get().profile == "network"
    assert mechanism.profiles.as_at(date(2024, 4, 1)).get().profile == "single_body"
    assert "The body and its teams" in founder.get("/examplia/desk/register/").content.decode()


def test_form_that_was_entered_ahead_begins_on_its_day(founder, mechanism):
    day = date.today() + timedelta(days=3)
    enter(founder, "examplia", "facts/profiles", profile="network", starts_on="2009-03-31")
    preview = {"new_source_title": "List", "is_used": "on", "profile": "single_body", "starts_on": day.isoformat()}
    confirmed = founder.post("/examplia/desk/register/facts/profiles/add/", preview).context["form"].confirmed
    founder.post("/examplia/desk/register/facts/profiles/add/", preview | {"confirmed": confirmed})

    moved = [(keep_forms(on), Mechanism.objects.get(pk=mechanism.pk).profile) for on in (day - timedelta(days=1), day)]

    assert moved == [(0, "network"), (1, "single_body")]


def test_clock_looks_for_forms_that_begin_today(founder, mechanism):
    enter(founder, "examplia", "facts/profiles", profile="federal", starts_on="2009-03-31")
    Mechanism.objects.filter(pk=mechanism.pk).update(profile="network")

    sync_affiliations()

    assert Mechanism.objects.get(pk=mechanism.pk).profile == "federal"
