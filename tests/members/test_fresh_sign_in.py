"""Delicate acts ask for a sign-in of the last ten minutes, and go on where they were (security R-29)."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from members.models import Invitation, User
from tests.factories import PASSWORD

PEOPLE = "/examplia/desk/people/"


pytestmark = pytest.mark.usefixtures("no_limits")


def aged(client, seconds):
    """Let the sign-in of ``client`` be so many seconds old."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - seconds}]
    session.save()
    return client


def form(**changes):
    return {"name": "Nora", "email": "new@example.net", "where": "mechanism", "role": "coordinator"} | changes


@pytest.mark.parametrize("step", ["role", "retire", "second-factor"])
def test_steps_with_a_person_ask_again(fresh_as_, as_, administrator, alpha_monitor, step):
    path = f"{PEOPLE}{alpha_monitor.pk}/{step}/"

    assert fresh_as_(administrator).get(path).status_code == 200
    assert aged(fresh_as_(administrator), 590).get(path).status_code == 200
    for old in (aged(fresh_as_(administrator), 601), as_(administrator)):
        assert old.get(path).url.startswith(reverse("account_reauthenticate"))
        assert old.post(path).url.startswith(reverse("account_reauthenticate"))
    assert User.objects.get(pk=alpha_monitor.pk).is_active


def test_sign_in_itself_is_fresh_enough(administrator, alpha_monitor):
    client = Client()
    client.post(reverse("account_login"), {"login": administrator.email, "password": PASSWORD})

    assert client.get(f"{PEOPLE}{alpha_monitor.pk}/retire/").status_code == 200


def test_somebody_else_s_sign_in_does_not_count(fresh_as_, administrator, alpha_lead, alpha_monitor):
    client = fresh_as_(administrator)
    session = client.session
    session["account_authentication_methods_user"] = str(alpha_lead.pk)
    session.save()

    assert client.get(f"{PEOPLE}{alpha_monitor.pk}/retire/").status_code == 302


def test_what_was_sent_is_done_after_the_password(as_, administrator, alpha_monitor):
    client = as_(administrator)
    path = f"{PEOPLE}{alpha_monitor.pk}/retire/"

    asked = client.post(path)
    page = client.get(asked.url)
    assert "Confirm that it is you" in page.content.decode()
    done = client.post(asked.url, {"password": PASSWORD, "next": path}, follow=True)

    assert "is retired" in done.content.decode()
    assert not User.objects.get(pk=alpha_monitor.pk).is_active


def test_wrong_password_does_nothing(as_, administrator, alpha_monitor):
    client = as_(administrator)
    path = f"{PEOPLE}{alpha_monitor.pk}/retire/"
    asked = client.post(path)

    client.post(asked.url, {"password": "wrong", "next": path})

    assert User.objects.get(pk=alpha_monitor.pk).is_active


def test_invitation_to_a_great_role_asks_again_and_to_a_small_one_does_not(as_, administrator, alpha):
    client = as_(administrator)

    asked = client.post(f"{PEOPLE}invite/", form())
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert not Invitation.objects.exists()
    client.post(f"{PEOPLE}invite/", form(where=alpha.pk, role="body_reader", email="small@example.net"))
    assert [invitation.role for invitation in Invitation.objects.all()] == ["body_reader"]
    client.post(asked.url, {"password": PASSWORD, "next": f"{PEOPLE}invite/"})
    assert set(Invitation.objects.values_list("role", flat=True)) == {"body_reader", "coordinator"}
