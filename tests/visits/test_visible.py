"""Who sees which visits: every person against every state, confidentiality and part in the visit (design section 4)."""

import pytest
from django.contrib.auth.models import AnonymousUser

from tests.factories import VisitFactory, person
from tests.visits.test_plans_attack import masked
from visits.models import Visit, VisitPartner
from visits.seeing import who_else_knows

BODY_PEOPLE = {"alpha_lead", "alpha_monitor", "alpha_reader"}
OPEN = ("draft", "returned")
HANDED_IN = ("submitted", "approved")


@pytest.fixture
def people(
    alpha_lead, alpha_monitor, alpha_reader, beta_monitor, outsider, coordinator, administrator, stranger, retired
):
    return {name: user for name, user in locals().items() if name != "people"} | {"anonymous": AnonymousUser()}


@pytest.mark.parametrize("state", [*OPEN, *HANDED_IN])
@pytest.mark.parametrize("confidentiality", ["network", "restricted"])
def test_readers_of_a_visit_led_by_alpha_with_beta(people, joint, state, confidentiality):
    Visit.objects.filter(pk=joint.pk).update(state=state, confidentiality=confidentiality)

    readers = {name for name, user in people.items() if Visit.objects.visible_to(user).exists()}

    assert readers == BODY_PEOPLE | {"beta_monitor"} | ({"coordinator"} if state in HANDED_IN else set())


@pytest.mark.parametrize("state", [*OPEN, *HANDED_IN])
@pytest.mark.parametrize("confidentiality", ["network", "restricted"])
def test_who_else_knows_that_it_took_place(people, draft, state, confidentiality):
    Visit.objects.filter(pk=draft.pk).update(state=state, confidentiality=confidentiality)

    knowing = {name for name, user in people.items() if Visit.objects.known_to(user).exists()}

    members_and_coordinator = set(people) - {"administrator", "stranger", "retired", "anonymous"}
    assert knowing == (members_and_coordinator if (state, confidentiality) == ("approved", "network") else set())


@pytest.mark.parametrize(
    ("validity", "mode"),
    [("refused", "on_site"), ("abandoned", "on_site"), ("valid", "telephone"), ("valid", "remote")],
)
def test_that_somebody_was_not_there_is_known_to_nobody_else(as_, people, draft, validity, mode):
    """Else others could tell it from a visit that was made: its place would be visited, and not visited (ADR 0024)."""
    page = f"/examplia/desk/places/{draft.place_id}/"
    before = as_(people["outsider"]).get(page).text
    Visit.objects.filter(pk=draft.pk).update(state="approved", validity=validity, mode=mode)

    assert not [name for name, user in people.items() if Visit.objects.known_to(user).exists()]
    readers = {name for name, user in people.items() if Visit.objects.visible_or_known_to(user).exists()}
    assert readers == BODY_PEOPLE | {"coordinator"}
    assert masked(as_(people["outsider"]).get(page).text) == masked(before)
    assert "none. The annual report counts it." in who_else_knows(Visit.objects.get())


@pytest.mark.parametrize("state", [*OPEN, *HANDED_IN])
def test_who_may_change_it(people, joint, state):
    Visit.objects.filter(pk=joint.pk).update(state=state)

    writers = {name for name, user in people.items() if Visit.objects.editable_by(user).exists()}

    assert writers == ({"alpha_lead", "alpha_monitor"} if state in Visit.CHANGEABLE else set())


def test_bodies_follow_the_partner_rows_whoever_writes_them(joint, alpha, beta):
    assert joint.body_ids == [alpha.pk, beta.pk]

    VisitPartner.objects.filter(visit=joint).delete()

    joint.refresh_from_db()
    assert joint.body_ids == [alpha.pk]


def test_coordinator_of_one_network_sees_nothing_of_another(stranger, prison, alpha):
    VisitFactory(place=prison, lead_body=alpha, approved=True)

    assert not Visit.objects.visible_to(stranger).exists()


def test_person_with_two_roles_sees_what_either_shows(mechanism, alpha, draft, prison, beta):
    user = person("body_reader", alpha)
    submitted = VisitFactory(place=prison, lead_body=beta, submitted=True)
    assert set(Visit.objects.visible_to(user)) == {draft}

    both = person("coordinator", mechanism)

    assert set(Visit.objects.visible_to(both)) == {submitted}
