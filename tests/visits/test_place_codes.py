"""Codes of places on the page of what a place was: a body mends its own there, and no others."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import BodyFactory
from visits import actions
from visits.place_fact_kinds import KINDS


@pytest.fixture
def history(prison):
    return reverse("visits:place_history", kwargs={"npm": prison.mechanism.slug, "pk": prison.pk})


@pytest.fixture
def enter(prison, coordinator):
    """Return what enters a code of a body."""

    def act(body, code):
        values = {"body": body, "code": code}
        return actions.enter_place_fact(place=prison, kind=KINDS["codes"], values=values, by=coordinator)

    return act


def acts_on(place, kind, row):
    """Return the addresses at which ``row`` is mended."""
    names = {"npm": place.mechanism.slug, "pk": place.pk, "kind": kind, "row": row.pk}
    return [reverse(f"visits:place_fact_{act}", kwargs=names) for act in ("correct", "remove")]


def test_body_finds_the_acts_on_its_own_codes_alone(as_, alpha_monitor, alpha, beta, prison, enter, history):
    codes = [enter(body, f"C-{number}") for number, body in enumerate((alpha, beta, None))]
    client = as_(alpha_monitor)
    page = client.get(history).content.decode()

    for code in codes:
        for url in acts_on(prison, "codes", code):
            assert (url in page) == (code.body == alpha)
            assert client.get(url).status_code == (200 if code.body == alpha else 403)
    assert not [url for url in acts_on(prison, "names", prison.names.get()) if url in page]


def test_who_keeps_the_register_finds_the_acts_on_everything(as_, coordinator, alpha, prison, enter, history):
    rows = {"codes": enter(alpha, "C-1"), "names": prison.names.get()}
    page = as_(coordinator).get(history).content.decode()

    assert all(url in page for kind, row in rows.items() for url in acts_on(prison, kind, row))


def test_codes_of_many_bodies_cost_no_more_queries(as_, alpha_monitor, mechanism, alpha, enter, history):
    client = as_(alpha_monitor)

    def queries():
        client.get(history)  # the register has changed: it is read anew once
        with CaptureQueriesContext(connection) as caught:
            client.get(history)
        return len(caught)

    enter(alpha, "C-0")
    enter(BodyFactory(mechanism=mechanism, slug="body-0"), "C-1")
    few = queries()
    for number in range(2, 9):
        enter(BodyFactory(mechanism=mechanism, slug=f"body-{number}"), f"C-{number}")
    assert queries() == few
