"""What happens around every request: ids, headers, the second factor, a calm answer while the database is away."""

import json
import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from npmportal import logs
from npmportal.models import AuditEvent

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def failing_portal(monkeypatch):
    """A portal in which every address fails with a message that quotes confidential text."""

    def fail(self, path):
        raise ValueError("secret narrative")

    monkeypatch.setattr("django.urls.resolvers.URLResolver.resolve", fail)
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/no-such-npm/", 404), ("/start/", 302)])
def test_headers_stand_on_every_answer(client, db, path, status):
    response = client.get(path)

    assert response.status_code == status
    assert response["X-Request-ID"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert "unsafe-inline" not in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_headers_stand_on_a_failure_too_and_nothing_is_told(failing_portal, db, caplog):
    response = failing_portal.get("/")

    assert response.status_code == 500
    assert response["Content-Security-Policy"]
    assert response["X-Request-ID"] in response.content.decode()
    assert "secret narrative" not in response.content.decode()


def test_forged_session_cookie_is_no_session(db):
    answer = Client().get("/start/", HTTP_COOKIE='session="0123456789abcdef\\000bcdef0123456789"')

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_signed_in_pages_are_kept_by_no_cache(as_, coordinator):
    assert as_(coordinator).get(reverse("members:start"))["Cache-Control"] == "no-store"


def test_second_factor_is_asked_for_before_anything_else(as_, coordinator, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client = as_(coordinator)

    response = client.get(reverse("members:start"))

    assert response.status_code == 302
    assert response.url == reverse("mfa_index")


def test_person_retired_in_mid_session_is_out_on_the_next_request(as_, alpha_lead):
    client = as_(alpha_lead)
    assert client.get(reverse("members:start")).status_code == 302
    alpha_lead.is_active = False
    alpha_lead.save(update_fields=["is_active"])

    response = client.get(reverse("members:start"))

    assert response.url.startswith(reverse("account_login"))


def test_refusal_of_a_page_is_written_down(as_, alpha_reader, mechanism):
    response = as_(alpha_reader).get(reverse("reports:report_list", kwargs={"npm": mechanism.slug}))

    assert response.status_code == 403
    event = AuditEvent.objects.get(action="page.opened")
    assert (event.actor, event.result) == (alpha_reader, AuditEvent.Result.REFUSED)
    assert (event.mechanism, event.details) == (mechanism, {"view": "reports:report_list"})


def test_refusal_deep_in_a_page_is_written_down_too(as_, alpha_reader, mechanism):
    response = as_(alpha_reader).post(reverse("visits:place_create", kwargs={"npm": mechanism.slug}))

    assert response.status_code == 403
    event = AuditEvent.objects.get(result=AuditEvent.Result.REFUSED)
    assert (event.actor, event.details) == (alpha_reader, {"view": "visits:place_create"})


def test_log_line_is_json_without_message_values_of_exceptions():
    formatter = logs.JsonFormatter()
    try:
        raise ValueError("name of a source")
    except ValueError:
        record = logging.LogRecord("npmportal", logging.ERROR, "x", 1, "forged\nline", (), sys.exc_info())

    line = formatter.format(record)

    assert "\n" not in line
    assert "name of a source" not in line
    assert json.loads(line)["error_class"] == "ValueError"


def test_refused_form_leaves_no_address_in_the_log(db, caplog):
    """The address of an invitation is its secret; that of a visit names it."""
    address = reverse("members:invitation_accept", kwargs={"secret": "the-secret-of-a-letter"})

    answer = Client(enforce_csrf_checks=True).post(address, {"name": "Somebody"})

    lines = [logs.JsonFormatter().format(record) for record in caplog.records]
    assert answer.status_code == 403
    assert any("django.security.csrf" in line for line in lines)
    assert not any("the-secret-of-a-letter" in line for line in lines)


def test_database_that_is_away_gives_a_calm_503(tmp_path):
    script = """
import django; django.setup()
from django.test import Client
for path in ("/", "/health/", "/uk/desk/"):
    client = Client(raise_request_exception=False)
    client.cookies["session"] = "0123456789abcdef0123456789abcdef"
    response = client.get(path)
    has_policy = "default-src 'none'" in response.headers.get("Content-Security-Policy", "")
    print(response.status_code, "Traceback" in response.content.decode(), has_policy)
"""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "npmportal.settings",
        "DATABASE_URL": f"postgresql:///portal?host={tmp_path}",
        "ALLOWED_HOSTS": "testserver",
        "HTTPS": "off",
        "STATIC_ROOT": str(tmp_path),
    }
    started = time.monotonic()

    result = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60
    )

    answers = [line.split() for line in result.stdout.splitlines()]
    assert answers == [["503", "False", "True"]] * 3, result.stderr
    assert time.monotonic() - started < 30
