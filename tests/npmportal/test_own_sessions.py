"""The list of one's own sessions, and what ends them: a click, another password, another second factor."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from npmportal import accounts
from npmportal.models import AuditEvent
from tests.factories import PASSWORD
from tests.npmportal.test_sessions import is_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

pytestmark = pytest.mark.usefixtures("no_limits")


def with_password(user, **headers) -> Client:
    client = Client(headers=headers)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def test_own_sessions_are_listed_with_little_and_ended(alpha_lead, beta_monitor):
    here, there, other = (
        with_password(alpha_lead, user_agent=FIREFOX),
        with_password(alpha_lead),
        with_password(beta_monitor),
    )

    page = here.get(reverse("usersessions_list")).content.decode()
    assert page.count("<tr>") == 3
    assert "Firefox, Linux" in page
    assert "Unknown device" in page
    kept = UserSession.objects.values("ip", "user_agent", "user")
    assert {row["ip"] for row in kept} == {"::"}
    assert not [row for row in kept if "Mozilla" in row["user_agent"]]

    here.post(reverse("usersessions_list"))

    assert is_in(here)
    assert is_in(other)
    assert not is_in(there)
    ended = AuditEvent.objects.filter(action="account.other_sessions_ended")
    assert [(event.actor, event.details) for event in ended] == [(alpha_lead, {"sessions": 1})]
    here.post(reverse("usersessions_list"))
    assert ended.count() == 1  # there was none left to end


def test_list_of_sessions_leaves_out_what_is_over(settings, alpha_lead, administrator):
    for user, idle in ((alpha_lead, settings.SESSION_IDLE_SECONDS), (administrator, 15 * 60)):
        here, there = with_password(user), with_password(user)
        session = there.session
        session["seen_at"] = int(time.time()) - idle + 60
        session.save()
        assert here.get(reverse("usersessions_list")).context["session_count"] == 2
        session["seen_at"] -= 120
        session.save()

        page = here.get(reverse("usersessions_list"))

        assert [row.session_key for row in page.context["sessions"]] == [here.session.session_key]
        assert "You are signed in nowhere else." in page.content.decode()


def test_one_session_of_the_own_list_is_ended(client, alpha_lead, beta_monitor):
    here, there, third, other = (with_password(user) for user in (alpha_lead, alpha_lead, alpha_lead, beta_monitor))
    rows = {row.session_key: row for row in UserSession.objects.all()}
    ends = {c: reverse("account_session_end", args=[rows[c.session.session_key].pk]) for c in (here, there, other)}
    page = here.get(reverse("usersessions_list")).content.decode()
    assert (ends[there] in page, ends[here] in page, ends[other] in page) == (True, False, False)

    assert here.get(ends[there]).status_code == 405
    assert here.post(ends[other]).status_code == 404
    assert client.post(ends[there]).url.startswith(reverse("account_login"))
    assert here.post(ends[there]).url == reverse("usersessions_list")

    assert [is_in(c) for c in (here, there, third, other)] == [True, False, True, True]
    ended = AuditEvent.objects.filter(action="account.session_ended").values_list("actor", flat=True)
    assert list(ended) == [alpha_lead.pk]
    here.post(ends[here])
    assert [is_in(c) for c in (here, third)] == [False, True]


def test_list_of_sessions_is_for_the_signed_in(client, db):
    assert client.get(reverse("usersessions_list")).url.startswith(reverse("account_login"))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (FIREFOX, "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("curl/8 by Nora", ""),
        ("Firefox, Linux", "Firefox, Linux"),
    ],
)
def test_of_a_device_two_words_are_kept(sent, kept):
    assert accounts.device(sent) == kept


def test_changed_password_ends_every_session(alpha_lead):
    here, there = with_password(alpha_lead), with_password(alpha_lead)
    here.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    words = "a quite different password"

    here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": words, "password2": words})

    alpha_lead.refresh_from_db()
    assert alpha_lead.check_password(words)
    assert not is_in(there)


def code_of(secret: str) -> str:
    return auth.format_hotp_value(auth.hotp_value(secret, next(iter(auth.yield_hotp_counters_from_time()))))


@pytest.mark.django_db(transaction=True)
def test_factor_added_or_removed_ends_the_other_sessions(alpha_lead):
    here, there = with_password(alpha_lead), with_password(alpha_lead)
    here.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    here.get(reverse("mfa_activate_totp"))
    secret = here.session["mfa.totp.secret"]

    here.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert Authenticator.objects.filter(user=alpha_lead, type="totp").exists()
    assert is_in(here)
    assert not is_in(there)

    third = Client()
    third.force_login(alpha_lead, backend="allauth.account.auth_backends.AuthenticationBackend")
    here.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=alpha_lead, type="totp").exists()
    assert is_in(here)
    assert not is_in(third)
