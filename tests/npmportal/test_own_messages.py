"""What the portal says of an act is read by who acted: not by who comes to the same browser afterwards."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from npmportal.session_limits import SEEN
from tests.factories import PASSWORD, VisitFactory

SAID = "Your text has been added."
LOGIN = reverse("account_login")


@pytest.fixture
def told(as_, alpha, alpha_lead):
    """A browser in which something was said to alpha’s lead that no page has shown yet."""
    visit = VisitFactory(place__mechanism=alpha.mechanism, lead_body=alpha)
    address = reverse("visits:visit_note", kwargs={"npm": alpha.mechanism.slug, "pk": visit.pk, "kind": "note"})
    client: Client = as_(alpha_lead)
    assert client.post(address, {"text": "Beside it.", "is_shared": ""}).status_code == 302
    return client


def signs_out(client):
    client.post(reverse("account_logout"))


def lets_it_lie_too_long(client):
    session = client.session
    session[SEEN] -= 31 * 60
    session.save()


def ends_it_elsewhere(client):
    Session.objects.all().delete()


@pytest.mark.parametrize("end", [signs_out, lets_it_lie_too_long, ends_it_elsewhere])
def test_when_the_session_has_ended_nothing_of_it_is_said(end, told):
    end(told)

    assert SAID not in told.get("/examplia/desk/", follow=True).content.decode()
    assert SAID not in told.get(LOGIN).content.decode()


def test_nor_to_who_signs_in_next(no_limits, settings, told, beta_monitor):
    settings.SECOND_FACTOR_REQUIRED = False
    signs_out(told)
    told.post(LOGIN, {"login": beta_monitor.email, "password": PASSWORD})

    assert SAID not in told.get("/examplia/desk/", follow=True).content.decode()


def test_it_is_said_on_the_next_page_and_once(told):
    assert SAID in told.get("/examplia/desk/").content.decode()
    assert SAID not in told.get("/examplia/desk/").content.decode()


def test_that_somebody_has_signed_out_is_said(told):
    signs_out(told)

    assert "You have signed out" in told.get(LOGIN).content.decode()
