"""Plans: who sees which, who knows the day, making, changing, steps, opening, logging the visit."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import Affiliation
from members.models.affiliation_groups import sync_groups
from npmportal.models import AuditEvent
from tests.factories import PlaceFactory, person
from tests.visits.plan_tools import address, make_plan, next_monday, typed
from visits.actions import plans as actions
from visits.models import Plan, Visit
from visits.plan_steps import STEPS

State = Plan.State


@pytest.fixture
def beta_lead(beta):
    return person("body_lead", beta, name="Bea Lead")


@pytest.fixture
def second_monitor(alpha):
    """Somebody of alpha who is in no team."""
    return person("body_monitor", alpha, name="Otto Outside")


def sees(user, plan, rows="visible_to"):
    return getattr(Plan.objects, rows)(user).filter(pk=plan.pk).exists()


# -- Who sees what ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("secrecy", "seen_by", "day_known_to"),
    [
        (
            "open",
            "lead member colleague reader partner partner_lead",
            "lead member colleague reader partner partner_lead",
        ),
        ("week_only", "lead member colleague reader partner partner_lead", "lead member"),
        ("sealed", "lead member", "lead member"),
    ],
)
def test_who_sees_a_plan_and_who_knows_its_day(
    prison, alpha, beta, alpha_lead, alpha_monitor, second_monitor, alpha_reader, beta_monitor, beta_lead,
    coordinator, administrator, stranger, retired, outsider, secrecy, seen_by, day_known_to,
):  # fmt: skip
    plan = make_plan(prison, alpha, by=alpha_monitor, secrecy=secrecy, partners=[beta])
    people = {"lead": alpha_lead, "member": alpha_monitor, "colleague": second_monitor, "reader": alpha_reader}
    people |= {"partner": beta_monitor, "partner_lead": beta_lead, "coordinator": coordinator, "outsider": outsider}
    people |= {"administrator": administrator, "stranger": stranger, "retired": retired}

    assert {name for name, user in people.items() if sees(user, plan)} == set(seen_by.split())
    assert {name for name, user in people.items() if sees(user, plan, "day_known_to")} == set(day_known_to.split())


def test_a_partners_person_in_the_team_sees_a_sealed_plan_until_the_partner_leaves_it(
    prison, alpha, beta, beta_monitor, alpha_monitor
):
    plan = make_plan(prison, alpha, by=alpha_monitor, partners=[beta], team=[beta_monitor])
    assert sees(beta_monitor, plan, "day_known_to")
    assert not sees(beta_monitor, plan, "editable_by")

    actions.change_plan(
        plan=plan, partners=[], team=[alpha_monitor, beta_monitor], expected_version=1, by=alpha_monitor
    )

    assert not sees(beta_monitor, plan)


def test_whoever_leaves_the_team_or_the_body_loses_sight_at_once(
    as_, prison, alpha, alpha_lead, alpha_monitor, second_monitor
):
    plan = make_plan(prison, alpha, by=alpha_monitor, team=[second_monitor])
    client, other = as_(second_monitor), as_(alpha_monitor)
    assert client.get(address(plan)).status_code == 200

    actions.change_plan(plan=plan, partners=[], team=[alpha_monitor], expected_version=1, by=alpha_lead)
    assert client.get(address(plan)).status_code == 404

    Affiliation.objects.filter(user=alpha_monitor).update(ends_on=date.today())
    sync_groups(alpha_monitor)
    assert other.get(address(plan)).status_code == 404


def test_a_page_of_a_plan_for_each_person(
    client, as_, prison, alpha, alpha_lead, alpha_monitor, second_monitor, coordinator, administrator, stranger,
    beta_monitor, alpha_reader,
):  # fmt: skip
    plan = make_plan(prison, alpha, by=alpha_monitor)
    for name, kwargs in (
        ("plan_detail", {}),
        ("plan_change", {}),
        ("plan_letter", {}),
        ("plan_step", {"step": "cancel"}),
        ("plan_ics", {}),
        ("plan_open", {}),
        ("plan_who", {}),
    ):
        path = address(plan, name, **kwargs)
        assert as_(alpha_lead).get(path).status_code == 200
        assert as_(alpha_monitor).get(path).status_code == (403 if name == "plan_open" else 200)
        for user in (second_monitor, alpha_reader, beta_monitor, stranger):
            assert as_(user).get(path).status_code == 404
        for user in (coordinator, administrator):
            assert as_(user).get(path).status_code == 403
        assert client.get(path).url.startswith(reverse("account_login"))
    assert as_(alpha_monitor).delete(address(plan)).status_code == 405


def test_a_sealed_plan_answers_like_one_that_is_not_there(
    as_, prison, alpha, alpha_monitor, second_monitor, coordinator
):
    plan = make_plan(prison, alpha, by=alpha_monitor)
    there = address(plan)
    plan.pk = "00000000-0000-4000-8000-000000000000"
    for user in (second_monitor, coordinator):
        client = as_(user)
        found, missing = client.get(there), client.get(address(plan))
        assert found.status_code == missing.status_code
        assert (
            client.get(reverse("visits:visit_create", kwargs={"npm": "examplia"}) + f"?plan={there}").status_code < 500
        )


def test_a_colleague_reads_the_week_of_a_week_only_plan_and_not_its_day(
    as_, prison, alpha, alpha_monitor, second_monitor
):
    day = next_monday() + timedelta(days=2)
    plan = make_plan(prison, alpha, by=alpha_monitor, secrecy="week_only", starts_on=day, note="At the back gate")
    actions.take_plan_step(plan=plan, step=STEPS["postpone"], reason="Wednesday is bad", by=alpha_monitor)

    client = as_(second_monitor)
    page = client.get(address(plan)).content.decode()
    listed = client.get(reverse("visits:plan_list", kwargs={"npm": "examplia"})).content.decode()

    for text in (page, listed):
        assert f"week {day.isocalendar().week}" in text
        assert f"{day.day} {day:%B %Y}" not in text
        assert day.isoformat() not in text
    assert "back gate" not in page
    assert "Wednesday is bad" not in page
    assert client.get(address(plan, "plan_ics")).status_code == 403
    assert client.get(address(plan, "plan_change")).status_code == 403


def test_the_order_and_the_filters_of_the_list_do_not_tell_the_day(as_, prison, alpha, alpha_monitor, second_monitor):
    monday = next_monday()
    make_plan(prison, alpha, by=alpha_monitor, secrecy="week_only", starts_on=monday + timedelta(days=2))
    client, path = as_(second_monitor), reverse("visits:plan_list", kwargs={"npm": "examplia"})

    def found(**asked):
        return len(client.get(path, asked).context["rows"])

    for n in range(7):
        assert found(since=(monday + timedelta(days=n)).isoformat()) == 1
        assert found(until=(monday + timedelta(days=n)).isoformat()) == 1
        assert found(since=(monday + timedelta(days=7 + n)).isoformat()) == 0
        assert found(until=(monday - timedelta(days=1 + n)).isoformat()) == 0


# -- Making, changing, steps ------------------------------------------------------------------------------------------


def test_planning_through_the_form(as_, prison, alpha, beta, beta_monitor, alpha_monitor, second_monitor):
    data = typed(prison, alpha) | {"team": [str(second_monitor.pk)], "partners": [str(beta.pk)]}
    data["guests"] = beta_monitor.email.upper()

    client = as_(alpha_monitor)
    form_page = client.get(reverse("visits:plan_create", kwargs={"npm": "examplia"}))
    data["form_key"] = str(form_page.context["form"].initial["form_key"])
    first = client.post(reverse("visits:plan_create", kwargs={"npm": "examplia"}), data)
    second = client.post(reverse("visits:plan_create", kwargs={"npm": "examplia"}), data)

    plan = Plan.objects.get()
    assert first.url == second.url == address(plan)
    assert plan.is_sealed
    assert set(plan.team.all()) == {alpha_monitor, second_monitor, beta_monitor}
    assert [row.body for row in plan.partner_rows.all()] == [beta]
    event = AuditEvent.objects.get(action="plan.made")
    assert (event.body_ids, event.details, event.actor) == ([alpha.pk], {}, alpha_monitor)


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts_on": "2020-01-01", "ends_on": ""},
        {"ends_on": "2020-01-01"},
        {"ends_on": "2999-01-01"},
        {"starts_on": "31/02"},
        {"place": "no-such-place"},
        {"team": ["999999"]},
        {"guests": "nobody@example.org"},
        {"guests": "x\x00y"},
        {"secrecy": "public"},
        {"body": ""},
        {"version": "x"},
    ],
)
def test_what_cannot_be_planned_is_said_and_stays_typed(as_, prison, alpha, alpha_monitor, wrong):
    data = typed(prison, alpha) | {"note": "Keep this"} | wrong

    response = as_(alpha_monitor).post(reverse("visits:plan_create", kwargs={"npm": "examplia"}), data)

    assert response.status_code == 200
    assert response.context["form"].errors
    assert "Keep this" in response.content.decode()
    assert not Plan.objects.exists()


def test_nobody_plans_for_another_body_nor_with_its_people(
    as_, prison, alpha, beta, beta_monitor, alpha_monitor, alpha_reader
):
    path = reverse("visits:plan_create", kwargs={"npm": "examplia"})
    assert as_(alpha_reader).post(path, typed(prison, alpha)).status_code == 403
    client = as_(alpha_monitor)
    assert "body" in client.post(path, typed(prison, beta)).context["form"].errors
    assert "team" in client.post(path, typed(prison, alpha) | {"team": [beta_monitor.pk]}).context["form"].errors
    with pytest.raises(PermissionDenied):
        make_plan(prison, beta, by=alpha_monitor)


def test_a_change_by_two_shows_both(as_, prison, alpha, alpha_monitor):
    plan = make_plan(prison, alpha, by=alpha_monitor, note="First")
    client = as_(alpha_monitor)
    mine = typed(prison, alpha, version=1) | {"note": "Mine", "team": [alpha_monitor.pk]}
    assert client.post(address(plan, "plan_change"), mine | {"note": "Theirs"}).status_code == 302

    conflict = client.post(address(plan, "plan_change"), mine)

    assert conflict.status_code == 409
    assert b"Theirs" in conflict.content
    assert b"Mine" in conflict.content
    assert client.post(address(plan, "plan_change"), mine | {"version": 2}).status_code == 302
    assert Plan.objects.get().note == "Mine"


def test_a_seal_stays_until_the_lead_opens_it_after_the_visit(
    as_, prison, alpha, alpha_lead, alpha_monitor, second_monitor
):
    plan = make_plan(prison, alpha, by=alpha_monitor, starts_on=date.today())
    opened = typed(prison, alpha, version=1) | {"secrecy": "open"}
    assert "secrecy" in as_(alpha_monitor).post(address(plan, "plan_change"), opened).context["form"].errors
    lead = as_(alpha_lead)
    assert "can be opened" in lead.post(address(plan, "plan_open")).content.decode()
    actions.take_plan_step(plan=plan, step=STEPS["done"], reason="", by=alpha_monitor)
    assert not sees(second_monitor, plan)
    assert as_(alpha_monitor).post(address(plan, "plan_open")).status_code == 403

    assert lead.post(address(plan, "plan_open")).status_code == 302

    assert sees(second_monitor, plan, "day_known_to")
    assert AuditEvent.objects.filter(action="plan.opened", actor=alpha_lead).count() == 1


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("step", list(STEPS))
def test_each_step_from_each_state(as_, prison, alpha, alpha_monitor, state, step):
    plan = make_plan(prison, alpha, by=alpha_monitor, starts_on=date.today())
    Plan.objects.update(state=state)
    client, path = as_(alpha_monitor), address(plan, "plan_step", step=step)
    shown = client.get(address(plan)).content.decode()
    allowed = state in STEPS[step].sources

    assert (path in shown) is allowed
    if STEPS[step].needs_reason:
        assert client.post(path, {"reason": " "}).context["form"].errors
        assert Plan.objects.get().state == state
    response = client.post(path, {"reason": "Because"})

    plan.refresh_from_db()
    assert response.status_code == (302 if allowed else 200)
    assert plan.state == (STEPS[step].target if allowed else state)


def test_done_not_before_the_first_day(prison, alpha, alpha_monitor):
    plan = make_plan(prison, alpha, by=alpha_monitor)
    with pytest.raises(actions.PlanRefused):
        actions.take_plan_step(plan=plan, step=STEPS["done"], reason="", by=alpha_monitor)


def test_a_visit_logged_from_its_plan_is_prefilled_and_tied(as_, prison, alpha, alpha_monitor, second_monitor, entered):
    plan = make_plan(prison, alpha, by=alpha_monitor, starts_on=date.today(), kind="thematic")
    path = reverse("visits:visit_create", kwargs={"npm": "examplia"}) + f"?plan={plan.pk}"
    client = as_(alpha_monitor)
    assert path in client.get(address(plan)).content.decode()

    form = client.get(path).context["form"]
    assert (form["kind"].value(), form["starts_on"].value(), form["place"].value()) == (
        "thematic",
        date.today(),
        str(prison.pk),
    )
    assert as_(second_monitor).get(path).context["form"]["kind"].value() != "thematic"
    assert client.post(path, entered | {"starts_on": date.today().isoformat()}).status_code == 302

    plan.refresh_from_db()
    assert plan.visit == Visit.objects.get()
    assert plan.state == State.DONE
    assert plan.is_sealed


def test_a_place_the_register_loses_takes_no_plan_with_it(prison, alpha, alpha_monitor):
    place = PlaceFactory(mechanism=prison.mechanism, name="Soon gone")
    plan = make_plan(place, alpha, by=alpha_monitor)

    place.delete()

    plan.refresh_from_db()
    assert plan.where == "Soon gone"


def test_queries_of_the_pages_do_not_grow(as_, prison, alpha, beta, alpha_monitor):
    client = as_(alpha_monitor)
    path = reverse("visits:plan_list", kwargs={"npm": "examplia"})
    client.get(path)  # what is kept of the register is read
    counts = []
    for _round in range(2):
        for n in range(5):
            make_plan(prison, alpha, by=alpha_monitor, partners=[beta], starts_on=next_monday() + timedelta(days=n))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_list_pages_by_week(as_, prison, alpha, alpha_monitor):
    for n in range(12):
        make_plan(prison, alpha, by=alpha_monitor, starts_on=next_monday() + timedelta(days=3 * n))
    client, path = as_(alpha_monitor), reverse("visits:plan_list", kwargs={"npm": "examplia"})

    first = client.get(path, {"size": 10}).context
    second = client.get(path + first["page"].next_url).context

    weeks = [row.plan.week for row in [*first["rows"], *second["rows"]]]
    assert len(weeks) == 12
    assert weeks == sorted(weeks)
