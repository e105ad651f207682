"""The first pages: of the portal, of a mechanism, and where a person lands after signing in."""

from datetime import date

import pytest
from django.urls import reverse

from members.models import Affiliation, Coordination, Designation, Mechanism
from members.models.affiliation_groups import sync_groups
from tests.factories import BodyFactory, MechanismFactory, SourceFactory, UserFactory, person


def test_home_shows_each_mechanism_with_its_members_of_today(client, mechanism, alpha, beta):
    Designation.objects.filter(body=beta).update(ends_on=date(2020, 1, 1))

    page = client.get(reverse("home")).content.decode()

    assert mechanism.name in page
    assert "1 body today" in page


def test_home_says_when_nothing_is_loaded(client, db):
    assert "No mechanism is set up here yet." in client.get(reverse("home")).content.decode()


def test_home_asks_the_same_number_of_questions_for_many_mechanisms(client, mechanism, django_assert_num_queries):
    for number in range(5):
        BodyFactory(mechanism=MechanismFactory(slug=f"land-{number}"), slug="body")

    with django_assert_num_queries(1):
        client.get(reverse("home"))


def test_member_counts_do_not_count_a_body_twice(mechanism, alpha):
    Designation.objects.filter(body=alpha).update(ends_on=date(2015, 1, 1))
    Designation.objects.create(
        body=alpha, status=Designation.Status.OBSERVER, starts_on=date(2015, 1, 1), source=SourceFactory()
    )

    counts = [
        Mechanism.objects.with_member_counts(day).get().member_count for day in (date(2014, 1, 1), date(2016, 1, 1))
    ]

    assert counts == [1, 1]


def test_about_shows_the_facts_and_the_articles(client, mechanism, alpha):
    Coordination.objects.create(mechanism=mechanism, body=alpha, starts_on=date(2010, 1, 1), source=SourceFactory())

    page = client.get(reverse("members:about", kwargs={"npm": "examplia"})).content.decode()

    assert "Alpha Inspectorate" in page
    assert "1 body" in page
    for article in range(17, 24):
        assert f"Article {article}:" in page


def test_about_says_what_is_not_recorded(client, mechanism):
    page = client.get(reverse("members:about", kwargs={"npm": "examplia"})).content.decode()

    assert page.count("Not recorded") == 2  # when it was designated, and who coordinates


def test_about_of_a_single_body_has_no_coordinator(client, mechanism):
    mechanism.profile = Mechanism.Profile.SINGLE_BODY
    mechanism.save(update_fields=["profile"])

    assert "Coordinator" not in client.get(reverse("members:about", kwargs={"npm": "examplia"})).content.decode()


def test_about_speaks_dutch_where_there_is_dutch(client, mechanism):
    page = client.get("/examplia/", headers={"accept-language": "nl"}).content.decode()

    assert mechanism.name_nl in page


@pytest.mark.parametrize("name", ["members:about", "members:contact"])
def test_unknown_mechanism_is_404(client, db, name):
    assert client.get(reverse(name, kwargs={"npm": "nowhere"})).status_code == 404


def test_contact_prints_what_was_recorded_as_text(client, mechanism):
    mechanism.contact = "The <secretariat>\n1 Invented Street"
    mechanism.save(update_fields=["contact"])

    page = client.get(reverse("members:contact", kwargs={"npm": "examplia"})).content.decode()

    assert "The &lt;secretariat&gt;<br>1 Invented Street" in page


def test_start_leads_to_the_only_desk(as_, coordinator):
    assert as_(coordinator).get(reverse("members:start")).url == "/examplia/desk/"


def test_start_lets_choose_between_desks(as_, coordinator):
    second = MechanismFactory(slug="second", country_en="Secondia")
    Affiliation.objects.create(user=coordinator, mechanism=second, role="coordinator", starts_on=date(2020, 1, 1))
    sync_groups(coordinator)

    page = as_(coordinator).get(reverse("members:start")).content.decode()

    assert "/examplia/desk/" in page
    assert "/second/desk/" in page


def test_start_tells_a_person_without_a_role(as_, db):
    assert "You have no role at present" in as_(UserFactory()).get(reverse("members:start")).content.decode()


def test_start_asks_to_sign_in(client, db):
    assert client.get(reverse("members:start")).status_code == 302


@pytest.mark.parametrize(
    ("role", "seen", "hidden"),
    [("coordinator", "Reports", "People"), ("administrator", "People", "Reports"), ("body", "Visits", "Reports")],
)
def test_menu_of_the_desk_shows_what_the_role_opens(as_, mechanism, alpha, role, seen, hidden):
    user = person("body_monitor", alpha) if role == "body" else person(role, mechanism)

    page = as_(user).get("/examplia/desk/").content.decode()
    menu = page[page.index('<ul class="menu">') :].split("</ul>")[0]

    assert f">{seen}</a>" in menu
    assert f">{hidden}</a>" not in menu


def test_role_elsewhere_opens_nothing_here(as_, coordinator, alpha):
    elsewhere = MechanismFactory(slug="second", country_en="Secondia")
    body = BodyFactory(mechanism=elsewhere, slug="gamma")
    Affiliation.objects.create(user=coordinator, body=body, role="body_monitor", starts_on=date(2020, 1, 1))
    sync_groups(coordinator)

    here, there = (as_(coordinator).get(f"/{npm}/desk/").content.decode() for npm in ("examplia", "second"))

    assert ">Reports</a>" in here
    assert ">Reports</a>" not in there
    assert "Log a visit" in there
    assert "Log a visit" not in here


def test_menu_marks_the_page_the_reader_is_on(client, mechanism):
    page = client.get("/examplia/contact/").content.decode()

    assert '<a href="/examplia/contact/" aria-current="page">Contact</a>' in page
    assert page.count('aria-current="page">') == 2  # the menu and the breadcrumbs
