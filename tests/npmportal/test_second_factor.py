"""The second factor is asked of the person and of the session: a password alone opens nothing, now or later."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD

DESK = reverse("members:start")


@pytest.fixture(autouse=True)
def _required(settings, db):
    settings.SECOND_FACTOR_REQUIRED = True
    cache.clear()


def with_password(user) -> Client:
    """Return a browser in which ``user`` has given the password and nothing else."""
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def code_of(secret: str) -> str:
    counter = next(iter(auth.yield_hotp_counters_from_time()))
    return auth.format_hotp_value(auth.hotp_value(secret, counter))


def set_up(client: Client) -> None:
    """Set up an authenticator app as a person does."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.get(reverse("mfa_activate_totp"))
    client.post(reverse("mfa_activate_totp"), {"code": code_of(client.session["mfa.totp.secret"])})


def is_at_the_door(response) -> bool:
    return response.status_code == 302 and response.url.startswith(reverse("account_login"))


@pytest.mark.django_db(transaction=True)
def test_whoever_sets_a_factor_up_goes_on_in_the_same_session(alpha_lead):
    client = with_password(alpha_lead)
    assert client.get(DESK).url == reverse("mfa_index")

    set_up(client)

    assert client.get(DESK).url == reverse("reports:desk_home", kwargs={"npm": "examplia"})


def test_session_that_gave_the_password_alone_ends_once_a_factor_is_set_up(alpha_lead):
    thief = with_password(alpha_lead)
    auth.TOTP.activate(alpha_lead, auth.generate_totp_secret())

    assert is_at_the_door(thief.get(DESK))
    assert is_at_the_door(thief.get(DESK))


@pytest.mark.parametrize("page", ["mfa_deactivate_totp", "mfa_add_webauthn", "account_change_password"])
def test_such_a_session_changes_nothing_of_the_account(alpha_lead, page):
    thief = with_password(alpha_lead)
    thief.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    auth.TOTP.activate(alpha_lead, auth.generate_totp_secret())

    assert is_at_the_door(thief.post(reverse(page)))
    assert Authenticator.objects.filter(user=alpha_lead, type=Authenticator.Type.TOTP).exists()


def test_password_then_code_opens_the_desk_and_the_code_works_once(alpha_lead):
    secret = auth.generate_totp_secret()
    auth.TOTP.activate(alpha_lead, secret)
    first, second = with_password(alpha_lead), with_password(alpha_lead)
    assert is_at_the_door(first.get(DESK))

    first.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    second.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert not is_at_the_door(first.get(DESK))
    assert is_at_the_door(second.get(DESK))


def test_factor_taken_away_ends_the_sessions_confirmed_with_it(alpha_lead):
    secret = auth.generate_totp_secret()
    lost = auth.TOTP.activate(alpha_lead, secret).instance
    client = with_password(alpha_lead)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    Authenticator.objects.create(user=alpha_lead, type=Authenticator.Type.WEBAUTHN, data={})

    lost.delete()

    assert is_at_the_door(client.get(DESK))
