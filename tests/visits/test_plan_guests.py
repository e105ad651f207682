"""Guests of a plan: an address in the form is answered in the same way whether it is somebody's or nobody's."""

import pytest

from members.models import Affiliation
from tests.factories import person
from tests.visits.plan_tools import address, make_plan, typed
from tests.visits.test_plans_attack import masked
from visits import seeing
from visits.models import Plan

NEW = "/examplia/desk/plans/new/"
PAGES = ("plan_detail", "plan_who", "plan_change", "plan_letter")


def planned(client, prison, alpha, beta, guest, **fields):
    data = typed(prison, alpha) | {"partners": [str(beta.pk)], "guests": guest} | fields
    answer = client.post(NEW, data, follow=True)
    plan = Plan.objects.order_by("created_at").last()
    assert answer.redirect_chain == [(address(plan), 302)]
    return plan, answer


def changed(client, plan, **fields):
    data = typed(plan.place, plan.body, version=plan.version)
    data["partners"] = list(plan.partners.values_list("pk", flat=True))
    return client.post(address(plan, "plan_change"), data | fields, follow=True)


def told(answer, plan, guest):
    """What a page says, but for the plan's own id and the address that was typed."""
    return masked(answer.content.decode()).replace(guest, "ADDRESS")


@pytest.mark.parametrize("secrecy", ["sealed", "open"])
def test_pages_do_not_tell_whether_an_address_belongs_to_anybody(
    as_, prison, alpha, beta, alpha_lead, alpha_monitor, beta_monitor, secrecy
):
    client, seen = as_(alpha_monitor), []
    for guest in (beta_monitor.email, "nobody@example.org", alpha_lead.email):
        Plan.objects.all().delete()
        plan, answer = planned(client, prison, alpha, beta, guest, secrecy=secrecy, team=[str(alpha_monitor.pk)])
        pages = [answer, *(as_(who).get(address(plan, name)) for name in PAGES for who in (alpha_monitor, alpha_lead))]
        pages.append(changed(client, plan, guests=f"{guest}\nsecond@example.org", secrecy=secrecy))
        assert [page.status_code for page in pages] == [200] * len(pages)
        seen.append([told(page, plan, guest) for page in pages])

    assert seen[0] == seen[1] == seen[2]
    assert "ADDRESS" in seen[0][0]
    assert beta_monitor.name not in "".join(seen[0])


def test_guest_sees_the_plan_and_is_named_to_colleagues_alone(
    as_, mechanism, prison, alpha, beta, alpha_monitor, beta_monitor
):
    plan, _answer = planned(as_(alpha_monitor), prison, alpha, beta, f" {beta_monitor.email.upper()} \r\n")
    colleague = person("body_lead", beta, name="Bea Lead")
    own = as_(beta_monitor).get(address(plan))

    assert (plan.guests, set(plan.team.all())) == ([beta_monitor.email.lower()], {alpha_monitor, beta_monitor})
    assert beta_monitor.name in own.content.decode()
    assert beta_monitor.email not in own.content.decode()
    assert as_(colleague).get(address(plan)).status_code == 404  # sealed
    Plan.objects.update(secrecy="open")
    assert beta_monitor in as_(colleague).get(address(plan)).context["team"]
    # The rule itself, of which the page leaves out who is not to be named.
    grounds = seeing.grounds_of_plan(plan, [alpha.pk, beta.pk])
    assert beta_monitor.pk in {ground.person for ground in grounds}


def test_history_tells_that_addresses_were_changed_and_nothing_of_whose_they_are(
    as_, prison, alpha, beta, alpha_monitor, beta_monitor
):
    client = as_(alpha_monitor)
    plan, _answer = planned(client, prison, alpha, beta, beta_monitor.email, team=[str(alpha_monitor.pk)])
    Affiliation.objects.filter(user=beta_monitor).update(ends_on="2024-01-01", starts_on="2023-01-01")

    changed(client, plan, guests=beta_monitor.email, team=[str(alpha_monitor.pk)])
    plan.refresh_from_db()
    fields = [event.fields for event in plan.events.filter(kind="changed")]
    assert list(plan.team.all()) == [alpha_monitor]
    assert fields == []

    changed(client, plan, guests="nobody@example.org", team=[str(alpha_monitor.pk)])
    assert plan.events.get(kind="changed").fields == ["team"]


def test_address_must_be_one_and_needs_a_partner(as_, prison, alpha, beta, alpha_monitor, beta_monitor):
    client, partner = as_(alpha_monitor), {"partners": [str(beta.pk)]}
    for guests, more in (("Bea", partner), (beta_monitor.email, {}), ("nobody@example.org", {})):
        form = client.post(NEW, typed(prison, alpha) | {"guests": guests} | more).context["form"]
        assert set(form.errors) == {"guests"}
    assert not Plan.objects.exists()


def test_guest_who_is_chosen_as_a_colleague_is_no_guest(as_, prison, alpha, beta, alpha_lead, alpha_monitor):
    Affiliation.objects.create(user=alpha_monitor, body=beta, role="body_reader", starts_on="2024-01-01")
    plan = make_plan(prison, alpha, by=alpha_lead, partners=[beta], team=[alpha_monitor], guests=[alpha_monitor.email])

    assert plan.member_rows.get(user=alpha_monitor).is_guest is False
