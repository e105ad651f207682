import logging
from datetime import date, timedelta
from smtplib import SMTPServerDisconnected
from unittest.mock import Mock

import pytest
from django.core import mail as django_mail
from django.core.mail import BadHeaderError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from npmportal import environment, mail
from npmportal.models import MailRecord
from npmportal.tasks import sweep_letters
from tests.factories import person

CONTEXT = {"mechanism": "Examplia", "link": "https://portal.example.org/invitation/x/"}


def send(mechanism, language="en-gb", **more):
    context = CONTEXT | {"mechanism": mechanism}
    return mail.send(template="invitation", to="nora@example.org", context=context, language=language, **more)


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


def test_a_letter_leaves_a_record_of_itself_without_address_or_words(
    mechanism, alpha_lead, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        letter = mail.send(
            template="invitation", to="nora@example.org", context=CONTEXT, language="nl", user=alpha_lead, obj=mechanism
        )
        assert MailRecord.objects.get().state == "waiting"

    record = MailRecord.objects.get()
    assert (record.template, record.user, record.state, record.error) == ("invitation", alpha_lead, "sent", "")
    assert (record.object_type, record.object_id) == ("members.mechanism", str(mechanism.pk))
    assert record.settled_at
    assert letter == record
    everything = str(MailRecord.objects.values().get())
    assert "nora@" not in everything
    assert "portal.example.org" not in everything


@pytest.mark.parametrize(
    "error", [OSError("canary"), SMTPServerDisconnected("canary"), TimeoutError("canary"), BadHeaderError("canary")]
)
def test_a_refusal_is_recorded_by_its_class_alone(mechanism, monkeypatch, django_capture_on_commit_callbacks, error):
    monkeypatch.setattr("django.core.mail.EmailMessage.send", Mock(side_effect=error))

    with django_capture_on_commit_callbacks(execute=True):
        send(mechanism)

    record = MailRecord.objects.get()
    assert (record.state, record.error) == ("failed", type(error).__name__)


@pytest.mark.django_db(transaction=True)
def test_a_step_that_failed_leaves_no_record():
    with pytest.raises(ZeroDivisionError):
        a_step_that_fails()

    assert not MailRecord.objects.exists()


def test_one_letter_a_day_where_one_a_day_is_asked_for_unless_it_failed(mechanism, alpha_lead):
    day = date(2026, 5, 1)
    letter = send(mechanism, user=alpha_lead, day=day)
    with pytest.raises(IntegrityError), transaction.atomic():
        send(mechanism, user=alpha_lead, day=day)
    send(mechanism, user=alpha_lead, day=date(2026, 5, 2))
    letter.state = MailRecord.State.FAILED
    letter.save(update_fields=["state"])

    send(mechanism, user=alpha_lead, day=day)

    assert MailRecord.objects.count() == 3


def test_letters_nobody_heard_of_for_an_hour_are_lost(mechanism):
    old, new = send(mechanism), send(mechanism)  # the callbacks after the commit never run
    MailRecord.objects.filter(pk=old.pk).update(written_at=timezone.now() - timedelta(minutes=61))

    sweep_letters()

    assert list(MailRecord.objects.order_by("pk").values_list("pk", "state", "error")) == [
        (old.pk, "failed", "Lost"),
        (new.pk, "waiting", ""),
    ]


def test_letters_about_an_account_are_recorded_too(client, alpha_lead):
    client.post(reverse("account_reset_password"), {"email": alpha_lead.email})

    record = MailRecord.objects.get()
    assert (record.user, record.state, record.title) == (alpha_lead, "sent", "Link for a new password")
    assert len(django_mail.outbox) == 1


def test_a_letter_about_an_account_that_is_refused_is_recorded_and_the_page_answers(client, alpha_lead, monkeypatch):
    monkeypatch.setattr("django.core.mail.EmailMessage.send", Mock(side_effect=OSError("canary")))

    answer = client.post(reverse("account_reset_password"), {"email": alpha_lead.email})

    assert answer.url == reverse("account_reset_password_done")
    record = MailRecord.objects.get()
    assert (record.state, record.error) == ("failed", "OSError")


def test_a_mail_server_that_says_nothing_is_waited_for_five_seconds_at_most(monkeypatch):
    monkeypatch.setenv("MAIL_URL", "smtp://mail.example.org")

    assert environment.mail("MAIL_URL")["EMAIL_TIMEOUT"] == 5


@pytest.mark.parametrize("address", ["alva@example.org", "nobody@example.org"])
def test_mail_server_that_is_away_does_not_tell_who_has_an_account(client, db, alpha, settings, address):
    person("body_lead", alpha, email="alva@example.org")
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1

    answer = client.post(reverse("account_reset_password"), {"email": address})

    assert (answer.status_code, answer.url) == (302, reverse("account_reset_password_done"))
