"""The list of who knows of a plan is the set of people whom `visible_to` lets in: sealed, by the week, and open."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from npmportal.access import ROLES
from tests.factories import BodyFactory, UserFactory, person
from tests.visits.plan_tools import address, make_plan
from tests.visits.test_who import let_in, seen_by
from visits import seeing
from visits.models import Plan, PlanMember, PlanPartner

ROLE = st.tuples(st.sampled_from(sorted(ROLES)), st.sampled_from(("alpha", "beta", "gamma")), st.booleans())


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    roles=st.lists(ROLE, min_size=1, max_size=6),
    secrecy=st.sampled_from(Plan.Secrecy.values),
    partner=st.booleans(),
)
def test_list_is_the_set_of_those_whom_the_rule_lets_in(
    mechanism, alpha, beta, alpha_lead, prison, roles, secrecy, partner
):
    bodies = {"alpha": alpha, "beta": beta, "gamma": BodyFactory(mechanism=mechanism, slug="gamma")}
    plan = make_plan(prison, alpha, by=alpha_lead, secrecy=secrecy)
    if partner:
        PlanPartner.objects.create(plan=plan, body=beta)
    for role, where, is_in_team in roles:
        body = bodies[where]
        user = person(role, body if ROLES[role].scope == "members.MemberBody" else mechanism)
        if is_in_team:
            PlanMember.objects.get_or_create(plan=plan, user=user)
    PlanMember.objects.create(plan=plan, user=UserFactory())  # who has no role any more

    involved = [alpha.pk, *([beta.pk] if partner else [])]
    assert seen_by(mechanism, seeing.grounds_of_plan(plan, involved), involved) == let_in(
        lambda user: Plan.objects.visible_to(user).filter(pk=plan.pk)
    )
    assert seen_by(mechanism, seeing.grounds_of_changing_plan(plan), involved) == let_in(
        lambda user: Plan.objects.editable_by(user).filter(pk=plan.pk)
    )


def test_sealed_plan_names_the_team_and_the_lead_alone(as_, alpha, alpha_lead, alpha_monitor, alpha_reader, prison):
    plan = make_plan(prison, alpha, by=alpha_lead, secrecy="sealed", team=[alpha_monitor])

    html = as_(alpha_monitor).get(address(plan, "plan_who")).content.decode()

    assert "is in the team" in html.lower()
    assert alpha_monitor.name in html
    assert alpha_lead.name in html
    assert alpha_reader.name not in html
    assert "Nobody else knows of this plan" in html


def test_who_knows_the_week_alone_is_told_apart(as_, alpha, alpha_lead, alpha_reader, prison):
    plan = make_plan(prison, alpha, by=alpha_lead, secrecy="week_only")

    answer = as_(alpha_reader).get(address(plan, "plan_who"))

    why = {line.who: line.why for line in answer.context["lines"]}
    assert len(why) == len(answer.context["lines"]) == answer.context["count"]
    assert why[alpha_lead.name].lower().startswith(("leads the body", "is in the team"))
    assert why[alpha_reader.name].endswith("knows the week, not the day")


@pytest.mark.parametrize("who", ["alpha_reader", "beta_monitor", "coordinator", "administrator"])
def test_nobody_outside_asks_who_knows_of_a_sealed_plan(as_, request, who, alpha, alpha_lead, beta, prison):
    plan = make_plan(prison, alpha, by=alpha_lead, secrecy="sealed")

    answer = as_(request.getfixturevalue(who)).get(address(plan, "plan_who"))

    assert answer.status_code in (403, 404)
    assert answer.status_code == as_(request.getfixturevalue(who)).get(address(plan)).status_code


def test_anonymous_is_sent_to_sign_in(client, alpha, alpha_lead, prison):
    plan = make_plan(prison, alpha, by=alpha_lead, secrecy="open")

    answer = client.get(address(plan, "plan_who"))

    assert answer.status_code == 302
    assert "login" in answer.url
