"""Ending a rule that says how often places are visited."""

from datetime import date

import pytest
from django.urls import reverse

from visits.actions import visit_intervals as actions
from visits.models import VisitInterval


@pytest.fixture
def two_rules(mechanism, coordinator):
    """A rule that ended when the next for the same places began, and that one."""
    values = {"mechanism": mechanism, "months": 12, "criterion": "law", "reason": "So it was agreed"}
    for year in (2020, 2024):
        interval = VisitInterval(**values, starts_on=date(year, 1, 1))
        actions.set_interval(interval=interval, by=coordinator)
    return VisitInterval.objects.order_by("starts_on")


def test_rule_that_has_ended_is_not_ended_again(as_, mechanism, coordinator, two_rules):
    url = reverse("visits:interval_end", kwargs={"npm": mechanism.slug, "pk": two_rules[0].pk})

    for day in ("2025-01-01", "2021-01-01"):
        response = as_(coordinator).post(url, {"ends_on": day})
        assert "has ended already" in response.content.decode()

    assert [rule.ends_on for rule in two_rules.all()] == [date(2024, 1, 1), None]


def test_new_rule_ends_the_one_for_the_same_places_and_no_other(prison, alpha, alpha_lead, coordinator):
    values = {"mechanism": prison.mechanism, "months": 12, "criterion": "law", "reason": "So it was agreed"}
    scopes = [{}, {"body": alpha}, {"setting": prison.setting}, {"place": prison}, {"capacity_from": 100}]
    for scope in scopes:
        by = alpha_lead if "body" in scope else coordinator
        actions.set_interval(interval=VisitInterval(**values, **scope, starts_on=date(2020, 1, 1)), by=by)

    latest = VisitInterval(**values, setting=prison.setting, starts_on=date(2024, 1, 1))
    actions.set_interval(interval=latest, by=coordinator)

    ended = VisitInterval.objects.exclude(ends_on=None).get()
    assert (ended.setting, ended.place, ended.ends_on) == (prison.setting, None, date(2024, 1, 1))
