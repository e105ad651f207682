import logging
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail as django_mail
from django.db import transaction
from django.urls import reverse

from npmportal import mail
from tests.factories import person


def send(mechanism, language="en-gb"):
    context = {"mechanism": mechanism, "link": "https://portal.example.org/invitation/x/"}
    return mail.send(template="invitation", to="nora@example.org", context=context, language=language)


def test_letter_goes_out_after_the_commit_and_not_before(mechanism, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        letter = send(mechanism)
        assert not django_mail.outbox

    assert letter.is_sent
    sent = django_mail.outbox[0]
    assert (sent.subject, sent.to) == ("An invitation to the NPM portal", ["nora@example.org"])
    assert "https://portal.example.org/invitation/x/\n" in sent.body


@transaction.atomic
def a_step_that_fails():
    send("Examplia")
    raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_letter_of_a_step_that_failed_is_not_sent():
    with pytest.raises(ZeroDivisionError):
        a_step_that_fails()

    assert not django_mail.outbox


@pytest.mark.parametrize("error", [OSError("no route"), SMTPServerDisconnected("gone")])
def test_failure_is_told_and_logged_without_the_address(
    mechanism, monkeypatch, caplog, django_capture_on_commit_callbacks, error
):
    def refuse(self):
        raise error

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    with caplog.at_level(logging.WARNING), django_capture_on_commit_callbacks(execute=True):
        letter = send(mechanism)

    assert letter.has_failed
    assert not letter.is_sent
    assert "letter not sent" in caplog.text
    assert "nora@" not in caplog.text
    assert "invitation/x" not in caplog.text


@pytest.mark.parametrize("address", ["alva@example.org", "nobody@example.org"])
def test_mail_server_that_is_away_does_not_tell_who_has_an_account(client, db, alpha, settings, address):
    person("body_lead", alpha, email="alva@example.org")
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1

    answer = client.post(reverse("account_reset_password"), {"email": address})

    assert (answer.status_code, answer.url) == (302, reverse("account_reset_password_done"))
