"""The list of who can see a visit is the set of people whom `visible_to` lets in: whatever roles, states and flags."""

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members import seeing as grounds
from members.models import User
from npmportal.access import ROLES
from tests.factories import BodyFactory, MechanismFactory, UserFactory, VisitFactory, person
from visits import seeing
from visits.models import Place, Visit, VisitPartner

MEMBERS = ("alpha", "beta", "gamma", "elsewhere")
ROLE = st.tuples(st.sampled_from(sorted(ROLES)), st.sampled_from(MEMBERS), st.booleans(), st.booleans())


def url_of(record, name):
    return reverse(f"visits:{name}", kwargs={"npm": record.mechanism.slug, "pk": record.pk})


def seen_by(mechanism, found, bodies=()):
    return {holding.user_id for holding, _ground in grounds.seers(mechanism, found, bodies)}


def let_in(queryset):
    """Return the ids of the people who find a row of ``queryset`` through `visible_to`; the retired find none."""
    return {user.pk for user in User.objects.all() if queryset(user).exists()}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    roles=st.lists(ROLE, min_size=1, max_size=6),
    state=st.sampled_from(Visit.State.values),
    restricted=st.booleans(),
    partner=st.booleans(),
)
def test_list_is_the_set_of_those_whom_the_rule_lets_in(
    mechanism, alpha, beta, prison, roles, state, restricted, partner
):
    """R-03 with random memberships: two roles for one person, retired people, superusers, other mechanisms."""
    other = MechanismFactory(slug="elsewhere")
    bodies = {"alpha": alpha, "beta": beta, "gamma": BodyFactory(mechanism=mechanism, slug="gamma")}
    bodies["elsewhere"] = BodyFactory(mechanism=other, slug="alpha")
    visit = VisitFactory(
        place=prison, lead_body=alpha, state=state, confidentiality="restricted" if restricted else "network"
    )
    if partner:
        VisitPartner.objects.create(visit=visit, body=beta)
    visit.refresh_from_db()
    for role, where, is_active, is_superuser in roles:
        body = bodies[where]
        scope = body if ROLES[role].scope == "members.MemberBody" else body.mechanism
        user = person(role, scope)
        User.objects.filter(pk=user.pk).update(is_active=is_active, is_superuser=is_superuser)
    UserFactory(is_superuser=True)

    assert seen_by(mechanism, seeing.grounds_of_visit(visit), visit.body_ids) == let_in(
        lambda user: Visit.objects.visible_to(user).filter(pk=visit.pk)
    )
    assert seen_by(mechanism, seeing.grounds_of_changing(visit), visit.body_ids) == let_in(
        lambda user: Visit.objects.editable_by(user).filter(pk=visit.pk)
    )
    assert seen_by(mechanism, seeing.grounds_of_place()) == let_in(
        lambda user: Place.objects.visible_to(user).filter(pk=prison.pk)
    )


def test_body_of_another_mechanism_that_joined_is_on_the_list(joint, stranger):
    guest = BodyFactory(mechanism=MechanismFactory(slug="elsewhere"), slug="guest")
    monitor = person("body_monitor", guest)
    VisitPartner.objects.create(visit=joint, body=guest)
    joint.refresh_from_db()

    found = seen_by(joint.mechanism, seeing.grounds_of_visit(joint), joint.body_ids)

    assert Visit.objects.visible_to(monitor).filter(pk=joint.pk).exists()
    assert monitor.pk in found


# -- The page ---------------------------------------------------------------------------------------------------------
def test_own_people_are_named_and_others_counted(
    as_, alpha_reader, alpha_lead, beta_monitor, coordinator, administrator, joint
):
    """Who monitors for another body is a matter of their safety (domain.md 1.4)."""
    Visit.objects.filter(pk=joint.pk).update(state="submitted")

    html = as_(alpha_reader).get(url_of(joint, "visit_who")).content.decode()

    assert "Alan Reader" in html
    assert "Alva Lead" in html
    assert "Cora Coordinator" in html
    assert "The visit is “submitted”" in html
    assert "1 person of Beta Inspectorate" in html
    assert "1 × Inspector or lay monitor" in html
    assert "Bert Monitor" not in html
    assert "Adam Administrator" not in html


def test_coordinator_counts_the_bodies_people(as_, coordinator, alpha_lead, alpha_reader, draft):
    Visit.objects.filter(pk=draft.pk).update(state="submitted")

    html = as_(coordinator).get(url_of(draft, "visit_who")).content.decode()

    assert "2 people of Alpha Inspectorate" in html
    assert "Alva Lead" not in html
    assert "3 people" in html  # the two and the coordinator


@pytest.mark.parametrize(
    ("state", "confidentiality", "said"),
    [
        ("draft", "network", "Nobody else knows of this visit: not other members"),
        ("approved", "network", "the other members know the place, the days and the bodies"),
        ("approved", "restricted", "it is restricted. Each reading is written down."),
    ],
)
def test_page_says_what_others_know(as_, alpha_reader, draft, state, confidentiality, said):
    Visit.objects.filter(pk=draft.pk).update(state=state, confidentiality=confidentiality)

    assert said in as_(alpha_reader).get(url_of(draft, "visit_who")).content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [("alpha_reader", 200), ("coordinator", 404), ("outsider", 404), ("stranger", 404), ("administrator", 403)],
)
def test_page_is_for_whoever_may_see_the_visit(request, as_, who, status, draft):
    assert as_(request.getfixturevalue(who)).get(url_of(draft, "visit_who")).status_code == status


@pytest.mark.parametrize(
    ("who", "status"), [("alpha_reader", 200), ("administrator", 200), ("coordinator", 200), ("stranger", 404)]
)
def test_place_page_is_for_everybody_in_the_network(request, as_, who, status, prison):
    assert as_(request.getfixturevalue(who)).get(url_of(prison, "place_who")).status_code == status


@pytest.mark.parametrize("name", ["visit_who", "place_who"])
def test_anonymous_goes_to_login_and_nothing_is_posted(as_, alpha_reader, name, draft):
    url = url_of(draft if name == "visit_who" else draft.place, name)

    assert as_(None).get(url).url.startswith(reverse("account_login"))
    assert as_(alpha_reader).post(url).status_code == 405


def test_link_stands_on_the_pages(as_, alpha_reader, draft):
    client = as_(alpha_reader)

    for record, page, who in ((draft, "visit_detail", "visit_who"), (draft.place, "place_detail", "place_who")):
        assert url_of(record, who) in client.get(url_of(record, page)).content.decode()


def test_as_many_queries_for_many_people(as_, alpha, beta, mechanism, alpha_reader, joint, django_assert_num_queries):
    client = as_(alpha_reader)
    url = url_of(joint, "visit_who")
    client.get(url)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(12):
        person("body_monitor", beta if number % 2 else alpha)
        person("coordinator", mechanism)

    with django_assert_num_queries(len(few)):
        client.get(url)
