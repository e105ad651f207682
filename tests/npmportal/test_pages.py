"""Pages that belong to everybody: errors, languages, and the doors of allauth that are closed here."""

import errno
import re

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.utils import translation

from npmportal import views
from npmportal.private_files import NoRoom, StorageAway


@pytest.fixture
def request_(db):
    return RequestFactory().get("/", headers={"host": "testserver"})


def assert_guarded(response):
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_unknown_address_gives_a_plain_404_in_the_frame(client, db):
    response = client.get("/examplia/desk/no/such/page/")

    assert response.status_code == 404
    assert "Page not found" in response.content.decode()
    assert_guarded(response)


def test_colleague_without_the_right_reads_why(as_, alpha_reader, mechanism):
    response = as_(alpha_reader).get(reverse("reports:report_list", kwargs={"npm": mechanism.slug}))

    assert response.status_code == 403
    assert "Your role does not open this page." in response.content.decode()
    assert_guarded(response)


def test_form_without_its_token_says_that_nothing_was_saved(db):
    response = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "a@example.org"})

    assert response.status_code == 403
    assert "Nothing was saved." in response.content.decode()
    assert_guarded(response)


@pytest.fixture
def failing_home(client, db, monkeypatch):
    """Return a function: the answer of the first page when reading the mechanisms raises the error given."""

    def get(error):
        def fail(*args, **kwargs):
            raise error

        monkeypatch.setattr("members.views.home.Mechanism.objects.public_or_own", fail)
        client.raise_request_exception = False
        return client.get("/")

    return get


def test_failure_gives_a_number_and_no_detail(failing_home):
    response = failing_home(ValueError("secret narrative"))

    assert response.status_code == 500
    assert response["X-Request-ID"] in response.content.decode()
    assert "secret narrative" not in response.content.decode()
    assert_guarded(response)


def test_database_that_is_away_gives_a_503_in_words(failing_home):
    response = failing_home(OperationalError("secret host"))

    assert response.status_code == 503
    assert response["Retry-After"]
    assert "Nothing that was saved is lost." in response.content.decode()
    assert "secret host" not in response.content.decode()
    assert_guarded(response)


@pytest.mark.parametrize(
    "error",
    [NoRoom("secret path"), StorageAway("secret path"), OSError(errno.ENOSPC, "full", "secret path")],
    ids=["no room", "away", "no room for a moment"],
)
def test_place_of_files_that_is_away_gives_a_503_in_words(failing_home, error):
    response = failing_home(error)

    assert response.status_code == 503
    assert "The place where its files are kept does not answer, or is full." in response.content.decode()
    assert "secret path" not in response.content.decode()
    assert_guarded(response)


def test_too_many_attempts_are_told_to_wait(client, db, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    attempt = {"login": "a@example.org", "password": "guess"}
    client.post(reverse("account_login"), attempt)

    response = client.post(reverse("account_login"), attempt)

    assert response.status_code == 429
    assert "Wait a few minutes" in response.content.decode()
    assert_guarded(response)


def test_forgotten_password_is_answered_by_a_plain_mail(client, alpha_lead, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": alpha_lead.email})

    (mail,) = mailoutbox
    link = next(line for line in mail.body.splitlines() if "/account/password/reset/key/" in line)
    page = client.get(link, follow=True).content.decode()
    assert "Choose a new password" in mail.subject
    assert "If it was not you, do nothing" in mail.body
    assert 'name="password1"' in page


def test_signing_in_speaks_of_an_email_address(client, db):
    for name in ("account_login", "account_reset_password"):
        assert re.search(r"<label[^>]*>\s*E-mail address\b", client.get(reverse(name)).text)


def test_passwords_are_asked_for_in_plain_words(as_, alpha_lead):
    page = as_(alpha_lead).get(reverse("account_change_password")).text

    assert "The new password once more" in page
    assert "(again)" not in page


def test_forgotten_password_tells_nobody_who_has_an_account(client, alpha_lead, retired, mailoutbox):
    answers = []
    for email in (alpha_lead.email, retired.email, "nobody@example.org"):
        answer = client.post(reverse("account_reset_password"), {"email": email}, follow=True)
        answers.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode()))

    assert answers[0] == answers[1] == answers[2]
    assert [mail.to for mail in mailoutbox] == [[alpha_lead.email]]


def test_request_that_cannot_be_read_gives_a_400_in_the_frame(request_):
    response = views.bad_request(request_, SuspiciousOperation("x"))

    assert response.status_code == 400
    assert "could not be read" in response.render().content.decode()


@pytest.mark.parametrize("name", ["400.html", "404.html", "500.html", "503.html"])
def test_error_page_comes_without_collected_files(name, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    manifest = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": manifest}):
        page = render_to_string(name)

    assert "/static/css/base.css" in page


def test_error_page_speaks_dutch(client, db):
    page = client.get("/no-such-page/", headers={"accept-language": "nl"}).content.decode()

    assert '<html lang="nl">' in page


def test_language_is_kept_and_leads_back(client, mechanism):
    response = client.post(reverse("set_language"), {"language": "nl", "next": "/examplia/"})

    assert response.url == "/examplia/"
    assert '<html lang="nl">' in client.get("/examplia/").content.decode()


def test_language_leads_to_no_other_host(client, db):
    response = client.post(reverse("set_language"), {"language": "nl", "next": "https://elsewhere.example/"})

    assert not response.url.startswith("https://elsewhere.example")


def test_nobody_signs_up(client, db):
    answer = client.post(reverse("account_signup"), {"email": "new@example.org", "password1": "x" * 20})

    assert "Accounts are given by invitation" in answer.content.decode()
    assert "account/signup" not in client.get(reverse("account_login")).content.decode()


def test_nobody_changes_the_own_address(as_, alpha_lead):
    assert as_(alpha_lead).get("/account/email/").status_code == 404


def test_second_factor_page_says_why_nothing_else_opens(as_, alpha_lead, settings):
    settings.SECOND_FACTOR_REQUIRED = True

    page = as_(alpha_lead).get(reverse("mfa_index")).content.decode()

    assert "Set up a second factor to go on." in page


@pytest.mark.parametrize("name", ["account_login", "account_reset_password", "account_reset_password_done"])
def test_door_to_the_portal_is_open_to_anybody(client, db, name):
    response = client.get(reverse(name))

    assert response.status_code == 200
    assert "NPM portal" in response.content.decode()


@pytest.mark.parametrize(
    "name",
    ["mfa_index", "account_change_password", "account_logout", "mfa_activate_totp", "mfa_list_webauthn"]
    + ["mfa_add_webauthn", "mfa_generate_recovery_codes"],
)
def test_own_account_is_for_people_who_are_signed_in(client, as_, alpha_lead, name):
    assert client.get(reverse(name)).status_code == 302
    response = as_(alpha_lead).get(reverse(name), follow=True)
    assert response.status_code == 200
    assert "Alva Lead" in response.content.decode()


def test_demonstration_says_so_on_every_page(client, db, settings):
    settings.DEMONSTRATION = True
    assert "Demonstration: visits, places and people are invented." in client.get("/").content.decode()

    settings.DEMONSTRATION = False
    assert "Demonstration:" not in client.get("/").content.decode()


def test_title_of_a_page_with_errors_begins_with_error(client, db):
    with translation.override("en-gb"):
        page = client.post(reverse("account_login"), {"login": "", "password": ""}).content.decode()

    assert "<title>Error: Sign in" in page
    assert '<a href="#id_login">' in page
    assert 'aria-describedby="id_login_error"' in page
