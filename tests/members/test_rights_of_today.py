"""A role that has ended opens nothing on the next day, whether or not the hourly job has run."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import Affiliation
from npmportal.models import AuditEvent
from tests.factories import PASSWORD, VisitFactory

TODAY = date.today()


@pytest.fixture
def clock(monkeypatch):
    """Return a function that lets the given day be today."""

    def let_it_be(day):
        class Moved(date):
            @classmethod
            def today(cls):
                return day

        for module in ("members.rights_of_today", "members.models.affiliation_groups"):
            monkeypatch.setattr(f"{module}.date", Moved)

    return let_it_be


@pytest.fixture
def page(alpha):
    visit = VisitFactory(place__mechanism=alpha.mechanism, lead_body=alpha)
    return reverse("visits:visit_detail", kwargs={"npm": alpha.mechanism.slug, "pk": visit.pk})


def test_a_role_that_ends_opens_nothing_from_the_first_request_of_the_next_day(as_, page, alpha_monitor, clock):
    Affiliation.objects.filter(user=alpha_monitor).update(ends_on=TODAY + timedelta(days=1))
    client = as_(alpha_monitor)
    assert client.get(page).status_code == 200

    clock(TODAY + timedelta(days=2))

    assert client.get(page).status_code == 404
    assert not AuditEvent.objects.filter(action="access.mended").exists()


def test_a_role_that_begins_opens_from_its_day_on(as_, page, alpha_monitor, clock):
    Affiliation.objects.filter(user=alpha_monitor).update(starts_on=TODAY + timedelta(days=1))
    client = as_(alpha_monitor)
    assert client.get(page).status_code == 404

    clock(TODAY + timedelta(days=1))

    assert client.get(page).status_code == 200


def test_who_signs_in_after_the_end_of_the_role_has_no_right(no_limits, settings, page, alpha_monitor):
    settings.SECOND_FACTOR_REQUIRED = False
    Affiliation.objects.filter(user=alpha_monitor).update(ends_on=TODAY - timedelta(days=1))
    client = Client()

    client.post(reverse("account_login"), {"login": alpha_monitor.email, "password": PASSWORD})

    assert client.get(page).status_code == 404


def test_a_right_that_no_role_gave_ends_with_an_alarm(as_, page, alpha_monitor, beta_monitor, clock):
    client = as_(beta_monitor)
    beta_monitor.groups.add(*alpha_monitor.groups.all())
    assert client.get(page).status_code == 200

    clock(TODAY + timedelta(days=1))

    assert client.get(page).status_code == 404
    assert AuditEvent.objects.get(action="access.mended").object_id == str(beta_monitor.pk)


def test_other_requests_of_the_day_cost_no_query_more(as_, page, alpha_monitor):
    client = as_(alpha_monitor)
    client.get(page)
    with CaptureQueriesContext(connection) as asked:
        client.get(page)

    assert not [query for query in asked if "affiliation" in query["sql"]]
