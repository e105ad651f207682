"""How long a session lasts, what ends it, and what happens to what was being typed."""

import html
import re
import threading
import time

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from npmportal import accounts, send_again
from npmportal.models import Job
from npmportal.session_limits import BEGAN, SEEN
from tests.factories import PASSWORD
from visits.models import Visit

DESK = "/examplia/desk/members/"
TYPED = {"summary": "The yard was open for an hour.\nNobody was asked.", "reference": "A-1", "csrfmiddlewaretoken": "x"}


pytestmark = pytest.mark.usefixtures("no_limits")


def moved(client, **back):
    """Set the session's moments ``back`` by so many seconds: the time that has passed since."""
    session = client.session
    for name, seconds in back.items():
        session[name] -= seconds
    session.save()
    return client


def is_in(client):
    return client.get(DESK).status_code == 200


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
