"""How long a session lasts, what ends it, and what happens to what was being typed."""

import html
import re
import threading
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from npmportal import accounts, send_again
from npmportal.models import AuditEvent, Job
from npmportal.session_limits import BEGAN, SEEN
from tests.factories import PASSWORD
from visits.models import Visit

DESK = "/examplia/desk/members/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
TYPED = {"summary": "The yard was open for an hour.\nNobody was asked.", "reference": "A-1", "csrfmiddlewaretoken": "x"}


@pytest.fixture(autouse=True)
def _no_limits_of_an_earlier_test(db):
    cache.clear()


def moved(client, **back):
    """Set the session's moments ``back`` by so many seconds: the time that has passed since."""
    session = client.session
    for name, seconds in back.items():
        session[name] -= seconds
    session.save()
    return client


def is_in(client):
    return client.get(DESK).status_code == 200


def with_password(user, **headers) -> Client:
    client = Client(headers=headers)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


# -- Limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "minutes", "stays"),
    [("alpha_lead", 29, True), ("alpha_lead", 30, False), ("administrator", 14, True), ("administrator", 15, False)],
)
def test_session_that_lies_unused_ends(request, as_, who, minutes, stays):
    client = moved(as_(request.getfixturevalue(who)), **{SEEN: minutes * 60})

    assert is_in(client) is stays
    assert is_in(client) is stays


def test_use_keeps_the_session_but_not_beyond_twelve_hours(as_, alpha_lead):
    client = as_(alpha_lead)
    for _half_hour in range(23):
        assert is_in(moved(client, **{SEEN: 29 * 60, BEGAN: 29 * 60}))

    assert not is_in(moved(client, **{BEGAN: 60 * 60}))


def test_what_a_page_asks_on_its_own_is_no_use(as_, alpha_lead):
    client = moved(as_(alpha_lead), **{SEEN: 20 * 60})
    seen = client.session[SEEN]

    for headers in ({"X-Background": "yes"}, {"Sec-Purpose": "prefetch"}):
        assert client.get(DESK, headers=headers).status_code == 200
    assert client.session[SEEN] == seen
    assert is_in(client)
    assert client.session[SEEN] > seen


def test_progress_of_a_job_is_asked_for_as_background():
    job = Job(kind="test", state=Job.State.RUNNING)

    assert '"X-Background": "yes"' in html.unescape(
        render_to_string("_components/progress.html", {"job": job, "url": "/x/"})
    )


def test_session_is_told_and_kept_on_request(as_, alpha_lead, administrator):
    client = moved(as_(alpha_lead), **{SEEN: 20 * 60})

    left = client.get(reverse("account_session_left"), headers={"X-Background": "yes"}).json()["left"]
    assert 9 * 60 <= left <= 10 * 60
    assert client.post(reverse("account_session_keep")).json()["left"] >= 30 * 60 - 2
    assert client.get(reverse("account_session_keep")).status_code == 405
    assert client.post(reverse("account_session_left")).status_code == 405
    assert as_(administrator).get(reverse("account_session_left")).json()["left"] <= 15 * 60
    assert Client().get(reverse("account_session_left")).status_code == 302


def test_pages_carry_the_warning_of_those_signed_in_only(client, as_, alpha_lead):
    page = as_(alpha_lead).get(DESK).content.decode()

    assert re.search(r'<dialog [^>]*data-seconds="1[78]\d\d"', page)
    assert "<dialog" not in client.get("/").content.decode()


# -- Signing in and out -----------------------------------------------------------------------------------------------


def test_signing_in_changes_the_key_of_the_session(client, alpha_lead):
    session = client.session
    session["something"] = 1
    session.save()
    before = session.session_key

    client.post(reverse("account_login"), {"login": alpha_lead.email, "password": PASSWORD})

    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()
    assert client.session["_auth_user_id"] == str(alpha_lead.pk)


def test_signing_out_clears_what_the_browser_keeps_but_the_language(as_, alpha_lead):
    client = as_(alpha_lead)
    client.post(reverse("set_language"), {"language": "nl"})
    key = client.session.session_key

    response = client.post(reverse("account_logout"))

    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert client.cookies["language"].value == "nl"
    assert not Session.objects.filter(session_key=key).exists()
    assert "Clear-Site-Data" not in client.get("/")


# -- Own sessions -----------------------------------------------------------------------------------------------------


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


# -- What was typed ---------------------------------------------------------------------------------------------------


def signed_out_browser(client):
    """A browser whose session has ended: it still has the cookie that its form was checked by."""
    client.cookies["csrf"] = "a" * 32
    return client


def hidden_fields(response):
    _before, _found, form = response.content.decode().partition("data-send-again=")
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return [(html.unescape(name), html.unescape(value)) for name, value in found if name != "csrfmiddlewaretoken"]


def test_form_sent_after_the_end_is_handed_back_whole(client, mechanism):
    path = "/examplia/desk/visits/new/?after=1"

    response = signed_out_browser(client).post(path, TYPED | {"partners": ["1", "2"], "quote": '"><b>'})

    assert response.status_code == 401
    assert response["Cache-Control"] == "no-store"
    assert hidden_fields(response) == [
        ("summary", TYPED["summary"]),
        ("reference", "A-1"),
        ("partners", "1"),
        ("partners", "2"),
        ("quote", '"><b>'),
    ]
    assert f'action="{path}"' in response.content.decode()
    assert "you were signed out" in response.content.decode()
    assert not Visit.objects.exists()


def test_session_that_ends_with_the_very_request_hands_back_too(as_, alpha_lead):
    client = signed_out_browser(moved(as_(alpha_lead), **{SEEN: 31 * 60}))

    assert client.post("/examplia/desk/visits/new/", TYPED).status_code == 401


@pytest.mark.parametrize("posted", [{}, {"csrfmiddlewaretoken": "x"}, {"reference": ""}])
def test_button_without_anything_typed_leads_to_sign_in(client, mechanism, posted):
    response = signed_out_browser(client).post("/examplia/desk/visits/new/", posted)

    assert response.url.startswith(reverse("account_login"))


def test_piece_of_a_page_does_not_become_the_sign_in_page(client, mechanism):
    assert client.get(DESK, headers={"HX-Request": "true"}).status_code == 401


def strict(**headers):
    return Client(enforce_csrf_checks=True, headers=headers)


@pytest.mark.parametrize(
    ("headers", "handed_back"),
    [
        ({"Origin": "http://testserver"}, True),
        ({"Referer": "http://testserver/examplia/desk/visits/new/"}, True),
        ({"Origin": "https://elsewhere.example"}, False),
        ({"Origin": "http://testserver.elsewhere.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "null", "Referer": "http://testserver/"}, False),
        ({"Referer": "http://elsewhere.example/?http://testserver/"}, False),
        ({}, False),
    ],
)
def test_stale_token_hands_back_what_our_own_page_sent_and_nothing_else(alpha_lead, headers, handed_back):
    client = strict()
    client.force_login(alpha_lead, backend="allauth.account.auth_backends.AuthenticationBackend")

    response = client.post("/examplia/desk/visits/new/", TYPED, headers=headers)

    assert response.status_code == 403
    assert bool(hidden_fields(response)) is handed_back
    assert ("The yard was open" in response.content.decode()) is handed_back
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    ("path", "posted"),
    [
        ("/account/login/", {"login": "nora@example.org", "password": "secret words"}),
        ("/account/2fa/authenticate/", {"code": "123456"}),
        ("/account/password/change/", {"oldpassword": "secret words"}),
        ("/invitation/some-secret/", {"name": "Nora", "password1": "secret words"}),
        ("/examplia/desk/visits/new/", {"Password_x": "secret words"}),
    ],
)
def test_passwords_and_codes_are_never_handed_back(mechanism, path, posted):
    response = strict(origin="http://testserver").post(path, posted)

    assert response.status_code == 403
    for value in posted.values():
        assert value not in response.content.decode()


def test_request_without_an_address_of_ours_is_not_handed_back(rf: RequestFactory):
    request = rf.post("/nowhere/", {"summary": "x"})
    request.resolver_match = None

    assert not send_again.has_something_typed(request)


# -- Letters ----------------------------------------------------------------------------------------------------------


def test_link_in_a_letter_follows_the_configured_address(client, alpha_lead, settings):
    settings.PORTAL_URL, settings.ALLOWED_HOSTS = "https://portal.example", ["*"]

    client.post(reverse("account_reset_password"), {"email": alpha_lead.email}, headers={"host": "evil.example"})

    (letter,) = mail.outbox
    assert "https://portal.example/account/password/reset/key/" in letter.body
    assert "evil" not in letter.body
    link = re.search(r"https://portal.example(/\S+)", letter.body)[1]
    assert client.get(link, follow=True).status_code == 200


def test_answer_does_not_wait_for_the_letter(client, alpha_lead, monkeypatch):
    """Known and unknown address answer alike, however slow the mail server: the letter is sent beside the answer."""
    sending, may_go = threading.Event(), threading.Event()

    def slow(work):
        def wait():
            sending.set()
            may_go.wait(10)

        accounts._letters.submit(wait)

    monkeypatch.setattr(accounts, "in_background", slow)
    started = time.monotonic()

    response = client.post(reverse("account_reset_password"), {"email": alpha_lead.email})

    assert response.status_code == 302
    assert sending.wait(5)
    assert not may_go.is_set()
    assert time.monotonic() - started < 5
    may_go.set()
