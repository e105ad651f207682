"""Places visited in the last years, and visits overdue: counted from what the reader may know of, and no more."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from npmportal.models import AuditEvent
from tests.factories import BodyFactory, PlaceFactory, RemitFactory, VisitFactory, person
from visits.actions import visit_intervals as actions
from visits.models import Visit, VisitInterval
from visits.overdue import overdue
from visits.place_coverage import coverage, periods_to
from visits.place_visits import last_visits_by_layer, remits_over
from visits.visit_intervals import IntervalRules, months_after

TODAY = date(2026, 6, 30)


def url_of(name, mechanism, **more):
    return reverse(f"visits:{name}", kwargs={"npm": mechanism.slug} | more)


def visited(place, body, days_ago, **more):
    return VisitFactory(place=place, lead_body=body, approved=True, starts_on=TODAY - timedelta(days=days_ago), **more)


def rule(mechanism, by, **given):
    values = {"months": 12, "criterion": "law", "reason": "So it was agreed", "starts_on": date(2020, 1, 1)} | given
    return actions.set_interval(interval=VisitInterval(mechanism=mechanism, **values), by=by)


@pytest.fixture
def places(prison):
    """Five prisons in the north: visited in the last one, three and five years, long ago, never."""
    more = {"mechanism": prison.mechanism, "setting": prison.setting, "jurisdiction": prison.jurisdiction}
    return [prison, *(PlaceFactory(**more) for _place in range(4))]


def test_places_are_counted_once_in_each_period_they_were_visited_in(mechanism, coordinator, alpha, places):
    for place, days in zip(places, (30, 700, 1500, 3000), strict=False):
        visited(place, alpha, days)
        visited(place, alpha, days + 1)

    rows, total = coverage(mechanism, coordinator, TODAY)

    assert [(row.setting, row.jurisdiction, row.places, row.never) for row in rows] == [("Prisons", "North", 5, 1)]
    assert [(one.count, one.rate) for one in rows[0].visited] == [(1, 20.0), (2, 40.0), (3, 60.0)]
    assert total.visited == rows[0].visited


def test_period_of_a_year_has_both_its_days(mechanism, coordinator, alpha, prison):
    first = periods_to(TODAY)[0].first
    assert first == date(2025, 7, 1)
    VisitFactory(place=prison, lead_body=alpha, approved=True, starts_on=first - timedelta(days=1))
    assert coverage(mechanism, coordinator, TODAY)[1].visited[0].count == 0

    VisitFactory(place=prison, lead_body=alpha, approved=True, starts_on=first)
    assert coverage(mechanism, coordinator, TODAY)[1].visited[0].count == 1


@pytest.mark.parametrize(
    "not_counted",
    [
        {"state": Visit.State.SUBMITTED},
        {"state": Visit.State.DRAFT},
        {"validity": "abandoned"},
        {"mode": "telephone"},
        {"starts_on": TODAY + timedelta(days=1)},
    ],
)
def test_what_was_no_visit_by_that_day_is_not_counted(mechanism, coordinator, alpha_lead, alpha, prison, not_counted):
    given = {"state": Visit.State.APPROVED, "starts_on": TODAY} | not_counted
    VisitFactory(place=prison, lead_body=alpha, **given)

    for user in (coordinator, alpha_lead):
        assert coverage(mechanism, user, TODAY)[1].visited[0].count == 0


def test_restricted_visit_is_in_the_figures_of_those_who_may_know_of_it_alone(
    mechanism, coordinator, alpha_reader, beta_monitor, alpha, prison
):
    visited(prison, alpha, 10, confidentiality="restricted")

    counts = [
        coverage(mechanism, user, TODAY)[1].visited[0].count for user in (coordinator, alpha_reader, beta_monitor)
    ]

    assert counts == [1, 1, 0]


def test_closed_and_not_yet_opened_places_are_left_out(mechanism, coordinator, prison):
    prison.closed_on = TODAY
    prison.save()
    PlaceFactory(mechanism=mechanism, opened_on=TODAY + timedelta(days=1))

    assert coverage(mechanism, coordinator, TODAY)[1].places == 0
    assert coverage(mechanism, coordinator, TODAY - timedelta(days=1))[1].places == 1


def test_figures_are_a_page_and_a_file(as_, coordinator, beta_monitor, mechanism, alpha, prison):
    visited(prison, alpha, 10, confidentiality="restricted")
    page = as_(beta_monitor).get(url_of("place_coverage", mechanism), {"on": "2026-06-30"}).content.decode()
    assert "may be higher" in page

    response = as_(coordinator).get(url_of("place_coverage_csv", mechanism), {"on": "2026-06-30"})

    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("Prisons,North,2026-06-30,1,1,100.0,2025-07-01")
    assert AuditEvent.objects.filter(action="place_coverage.downloaded").exists()


@pytest.mark.parametrize("name", ["place_coverage", "place_coverage_csv", "place_overdue", "place_overdue_csv"])
def test_who_may_not_see_figures(as_, stranger, administrator, mechanism, prison, name):
    url = url_of(name, mechanism)

    assert as_(stranger).get(url).status_code == 404
    assert as_(administrator).get(url).status_code == 403
    assert as_(None).get(url).url.startswith(reverse("account_login"))
    assert as_(stranger).post(url).status_code in (404, 405)


def test_pages_of_figures_need_as_many_queries_for_many_places(
    as_, coordinator, mechanism, alpha, prison, django_assert_max_num_queries
):
    rule(mechanism, coordinator, months=1)
    for number in range(12):
        place = PlaceFactory(mechanism=mechanism, setting=prison.setting, jurisdiction=prison.jurisdiction)
        visited(place, alpha, 400 + number)
    client = as_(coordinator)

    with django_assert_max_num_queries(14):
        assert client.get(url_of("place_coverage", mechanism)).status_code == 200
    with django_assert_max_num_queries(18):
        assert len(client.get(url_of("place_overdue", mechanism)).context["found"]) == 13


def test_rule_of_a_place_comes_before_its_size_its_setting_and_all_places(mechanism, coordinator, places, alpha):
    for place in places:
        place.capacities.create(official=50)
    places[1].capacities.update(official=500)
    rule(mechanism, coordinator, months=60)
    rule(mechanism, coordinator, months=24, setting=places[0].setting)
    rule(mechanism, coordinator, months=6, setting=places[0].setting, capacity_from=400)
    rule(mechanism, coordinator, months=2, place=places[0], criterion="problems")
    elsewhere = PlaceFactory(mechanism=mechanism, setting=mechanism.settings.get(slug="police-custody"))
    rules = IntervalRules(mechanism, TODAY)
    for place in (*places, elsewhere):
        place.refresh_from_db()

    assert [rules.rule_for(place).months for place in (places[0], places[1], places[2], elsewhere)] == [2, 6, 24, 60]


def test_overdue_places_come_by_priority_and_time(mechanism, coordinator, alpha, places):
    rule(mechanism, coordinator, months=12)
    rule(mechanism, coordinator, months=12, place=places[0], priority=1, criterion="problems")
    for place, days in zip(places, (400, 370, 1000, 100), strict=False):
        visited(place, alpha, days)

    found, with_rule = overdue(mechanism, coordinator, TODAY)

    assert with_rule == 5
    assert [one.place.pk for one in found] == [places[n].pk for n in (0, 4, 2, 1)]
    assert found[1].due_on == date(2021, 1, 1)
    assert found[3].days_late == 5


def test_by_the_rules_of_a_body_its_own_visits_to_its_own_cells_count(mechanism, alpha, alpha_lead, beta, prison):
    elsewhere = PlaceFactory(mechanism=mechanism, setting=mechanism.settings.get(slug="police-custody"))
    rule(mechanism, alpha_lead, body=alpha)
    visited(prison, beta, 10)
    visited(elsewhere, beta, 10)

    found, with_rule = overdue(mechanism, alpha_lead, TODAY, body=alpha)

    assert ([one.place.pk for one in found], with_rule) == ([prison.pk], 1)


def test_rule_of_a_body_is_nobody_elses_business(
    as_, mechanism, alpha, alpha_lead, alpha_reader, beta_monitor, coordinator, prison
):
    rule(mechanism, alpha_lead, body=alpha, place=prison, reason="Canary of alpha")
    rule(mechanism, coordinator, reason="Of the network")

    for user, sees in ((alpha_reader, True), (beta_monitor, False), (coordinator, False)):
        page = as_(user).get(url_of("interval_list", mechanism)).content.decode()
        assert ("Canary of alpha" in page) is sees
        assert "Of the network" in page
        over = as_(user).get(url_of("place_overdue", mechanism), {"body": alpha.pk}).content.decode()
        assert ("Canary of alpha" in over) is sees
        detail = as_(user).get(url_of("place_detail", mechanism, pk=prison.pk)).content.decode()
        assert "Canary of alpha" not in detail


def test_rule_is_set_and_ended_on_its_pages(as_, coordinator, mechanism, prison):
    url = url_of("interval_add", mechanism)
    typed = {"months": "12", "priority": "2", "criterion": "type", "reason": "Many people", "starts_on": "2024-01-01"}
    assert as_(coordinator).get(f"{url}?place={prison.pk}").status_code == 200
    assert as_(coordinator).post(url, typed | {"setting": prison.setting_id}).status_code == 302
    assert (
        as_(coordinator).post(url, typed | {"setting": prison.setting_id, "starts_on": "2025-01-01"}).status_code == 302
    )
    first, second = VisitInterval.objects.order_by("starts_on")
    assert (first.ends_on, second.ends_on) == (date(2025, 1, 1), None)

    again = as_(coordinator).post(url, typed | {"setting": prison.setting_id})
    wrong = as_(coordinator).post(url, {"months": "0", "reason": "", "starts_on": "x"})
    end = url_of("interval_end", mechanism, pk=second.pk)

    assert again.context["form"].errors["starts_on"]
    assert {"months", "reason", "starts_on", "criterion"} <= wrong.context["form"].errors.keys()
    assert as_(coordinator).post(end, {"ends_on": "2024-06-01"}).context["form"].errors["ends_on"]
    assert as_(coordinator).post(end, {"ends_on": "2025-06-01"}).status_code == 302


def test_who_may_not_set_rules(as_, stranger, administrator, alpha_monitor, beta, alpha_lead, mechanism, coordinator):
    of_beta = rule(mechanism, person("body_lead", beta), body=beta)
    add, end = url_of("interval_add", mechanism), url_of("interval_end", mechanism, pk=of_beta.pk)

    assert [as_(user).get(add).status_code for user in (stranger, administrator, alpha_monitor)] == [404, 403, 403]
    assert as_(alpha_lead).get(end).status_code == 404
    assert as_(coordinator).get(end).status_code == 404
    assert as_(None).get(add).url.startswith(reverse("account_login"))
    typed = {"months": "9", "priority": "2", "criterion": "law", "reason": "R", "starts_on": "2024-01-01"}
    assert as_(alpha_lead).post(add, typed | {"body": beta.pk}).context["form"].errors["body"]
    assert as_(alpha_lead).post(add, typed | {"body": ""}).context["form"].errors["body"]


@pytest.mark.parametrize(
    "query",
    [
        "?on=2026-02-31",
        "?body=0",
        "?body=x&setting=%00",
        "?jurisdiction=999999999999999",
        "?on=0001-01-01",
        "?on=9999-12-31",
    ],
)
def test_junk_in_the_address_is_answered(as_, coordinator, mechanism, alpha, prison, query):
    rule(mechanism, coordinator)
    visited(prison, alpha, 10)
    client = as_(coordinator)

    for name in ("place_coverage", "place_overdue", "place_overdue_csv", "place_coverage_csv", "place_map"):
        assert client.get(url_of(name, mechanism) + query).status_code == 200
    assert client.get(url_of("place_detail", mechanism, pk=prison.pk) + query).status_code == 200
    assert client.get(url_of("interval_add", mechanism) + "?place=junk").status_code == 200
    assert client.get(url_of("interval_end", mechanism, pk=10**30)).status_code == 404


def test_last_visit_of_each_layer_follows_the_remits_of_its_day(mechanism, coordinator, alpha, beta, prison):
    former = BodyFactory(mechanism=mechanism, slug="former")
    RemitFactory(
        setting=prison.setting, bodies=[beta], spanning=[prison.jurisdiction], layer="lay", starts_on=date(2025, 1, 1)
    )
    RemitFactory(setting=prison.setting, bodies=[former], spanning=[prison.jurisdiction], ends_on=date(2020, 1, 1))
    visited(prison, alpha, 50)
    visited(prison, beta, 20)
    visited(prison, former, 10)  # outside its remit of then
    visited(prison, beta, 900)  # before its remit began

    found = last_visits_by_layer(prison, coordinator, TODAY, remits_over([prison]))

    assert [(layer.days_ago, layer.is_monitored) for layer in found] == [(50, True), (20, True), (None, False)]


def test_who_was_here_last_is_told_as_far_as_the_reader_may_know(
    as_, mechanism, alpha, beta, coordinator, beta_monitor, administrator, prison
):
    url = url_of("place_detail", mechanism, pk=prison.pk)
    visited(prison, beta, 90)
    restricted = visited(prison, alpha, 20, confidentiality="restricted")
    drafted = VisitFactory(place=prison, lead_body=alpha, starts_on=TODAY)

    told = [as_(user).get(url, {"on": "2026-06-30"}).context.get("last") for user in (coordinator, beta_monitor)]

    assert told[0] == restricted
    assert told[1].starts_on == TODAY - timedelta(days=90)
    assert drafted not in told
    page = as_(administrator).get(url).content.decode()
    assert "Who was here last" not in page


@pytest.mark.parametrize(
    ("day", "months", "after"), [("2024-01-31", 1, "2024-02-29"), ("2024-02-29", -12, "2023-02-28")]
)
def test_months_after(day, months, after):
    assert months_after(date.fromisoformat(day), months) == date.fromisoformat(after)
