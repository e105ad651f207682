"""The page of letters that were not sent, inviting again, and a person's own reminders and letters."""

from datetime import date, timedelta

import pytest
from django.core import mail as outbox
from django.urls import reverse
from django.utils import timezone

from members.actions.invitations import invite
from members.models import Affiliation, Invitation, ReminderChoice
from npmportal.models import AuditEvent, MailRecord

LETTERS = "/examplia/desk/letters/"
REMINDERS = "/account/reminders/"


@pytest.fixture
def unsent(alpha, administrator):
    """The letter of an invitation into alpha that the mail server refused."""
    invitation, _secret = invite(
        email="new@example.org", name="Nora New", role="body_reader", scope=alpha, by=administrator
    )
    return MailRecord.objects.create(
        template="invitation",
        object_type="members.invitation",
        object_id=str(invitation.pk),
        state="failed",
        error="SMTPServerDisconnected",
        settled_at=timezone.now(),
    )


def again(letter):
    return f"{LETTERS}{letter.pk}/again/"


def failed_to(user, **fields):
    return MailRecord.objects.create(
        template="digest", user=user, state="failed", error="OSError", settled_at=timezone.now(), **fields
    )


# -- Who may be here --------------------------------------------------------------------------------------------------


def test_letters_are_for_who_manages_all_people(
    client, as_, unsent, administrator, coordinator, alpha_lead, alpha_reader, stranger
):
    assert as_(administrator).get(LETTERS).status_code == 200
    for path, method in [(LETTERS, "get"), (again(unsent), "post")]:
        for colleague in (coordinator, alpha_reader, alpha_lead):
            assert getattr(as_(colleague), method)(path).status_code == 403
        assert getattr(as_(stranger), method)(path).status_code == 404
        assert getattr(client, method)(path).url.startswith(reverse("account_login"))
    assert Invitation.objects.count() == 1


def test_wrong_methods_and_broken_places(as_, unsent, administrator):
    client = as_(administrator)

    assert client.post(LETTERS).status_code == 405
    assert client.get(again(unsent)).status_code == 405
    for place in ("x", "2026-01-01_1", "_", "%00_1", "2026-01-01T00:00:00+00:00_²", "9" * 40 + "_1"):
        answer = client.get(f"{LETTERS}?after={place}")
        assert answer.status_code == 200
        assert "could not be read" in answer.content.decode()


# -- The list ---------------------------------------------------------------------------------------------------------


def test_letters_lists_what_failed_here_and_nothing_else(
    as_, unsent, administrator, alpha_monitor, beta_monitor, stranger
):
    failed_to(alpha_monitor)
    failed_to(stranger)
    MailRecord.objects.create(template="digest", user=beta_monitor)
    old = failed_to(beta_monitor)
    MailRecord.objects.filter(pk=old.pk).update(written_at=timezone.now() - timedelta(days=31))

    html = as_(administrator).get(LETTERS).content.decode()

    assert "new@example.org" in html
    assert alpha_monitor.name in html
    assert "OSError" in html
    for other in (stranger.name, beta_monitor.name):
        assert other not in html


def test_letters_to_who_left_for_another_mechanism_are_not_listed(as_, administrator, alpha, stranger):
    Affiliation.objects.create(
        user=stranger, body=alpha, role="body_reader", starts_on=date(2020, 1, 1), ends_on=date(2021, 1, 1)
    )
    failed_to(stranger)

    assert stranger.name not in as_(administrator).get(LETTERS).content.decode()


def test_a_digest_that_was_sent_later_that_day_is_not_listed(as_, administrator, alpha_monitor):
    day = timezone.localdate()
    failed_to(alpha_monitor, day=day)
    MailRecord.objects.create(template="digest", user=alpha_monitor, day=day, state="sent", settled_at=timezone.now())

    assert "The mail server took every e-mail" in as_(administrator).get(LETTERS).content.decode()


def test_letters_cost_a_constant_number_of_queries(as_, administrator, alpha, alpha_monitor, django_assert_num_queries):
    client = as_(administrator)
    for n in range(12):
        failed_to(alpha_monitor)
        invitation, _secret = invite(
            email=f"n{n}@example.org", name="N", role="body_reader", scope=alpha, by=administrator
        )
        MailRecord.objects.create(
            template="invitation", object_type="members.invitation", object_id=str(invitation.pk), state="failed",
            settled_at=timezone.now(),
        )  # fmt: skip

    client.get(LETTERS)  # what is read once in a process is read now
    with django_assert_num_queries(7):
        client.get(LETTERS)


# -- Inviting again ---------------------------------------------------------------------------------------------------


def test_inviting_again_makes_a_new_invitation_and_ends_the_old_one(
    as_, unsent, administrator, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = as_(administrator).post(again(unsent), follow=True)

    assert "A new invitation is on its way." in answer.content.decode()
    old, new = Invitation.objects.order_by("created_at")
    assert (old.is_open, new.is_open) == (False, True)
    assert (new.email, new.role, new.scope) == (old.email, old.role, old.scope)
    assert outbox.outbox[0].to == ["new@example.org"]
    assert MailRecord.objects.get(object_id=str(new.pk)).state == "sent"
    assert "Invite again" not in answer.content.decode()


def test_inviting_again_whoever_has_accepted_is_refused_with_a_sentence(as_, unsent, administrator):
    Invitation.objects.update(accepted_at=timezone.now())

    html = as_(administrator).post(again(unsent), follow=True).content.decode()

    assert "already accepted or withdrawn" in html
    assert Invitation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_inviting_again_says_when_the_mail_server_is_still_away(as_, unsent, administrator, monkeypatch):
    def refuse(self):
        raise OSError("no mail server")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)

    html = as_(administrator).post(again(unsent), follow=True).content.decode()

    assert "could not be sent either" in html
    assert MailRecord.objects.filter(state="failed").count() == 2


# -- The own reminders and letters ------------------------------------------------------------------------------------


def test_reminders_are_for_whoever_has_an_account(client, as_, alpha_reader):
    assert as_(alpha_reader).get(REMINDERS).status_code == 200
    assert as_(alpha_reader).put(REMINDERS).status_code == 405
    assert client.get(REMINDERS).url.startswith(reverse("account_login"))
    assert client.post(REMINDERS).url.startswith(reverse("account_login"))


def test_choice_is_kept_shown_and_written_down(as_, alpha_reader):
    client = as_(alpha_reader)
    assert [client.get(REMINDERS).context["form"][name].value() for name in ("offsets", "by_mail")] == [
        [-30, -7, 0, 7, 30],
        True,
    ]

    answer = client.post(REMINDERS, {"offsets": ["-7", "0"], "language": "nl"})

    assert answer.url == REMINDERS
    choice = ReminderChoice.objects.get()
    assert (choice.user, choice.offsets, choice.by_mail, choice.language) == (alpha_reader, [-7, 0], False, "nl")
    assert client.get(REMINDERS).context["form"]["offsets"].value() == [-7, 0]
    assert AuditEvent.objects.get(action="reminders.chosen").details["offsets"] == [-7, 0]


@pytest.mark.parametrize("typed", [{"offsets": ["5"]}, {"offsets": ["x"]}, {"language": "tlh"}, {"offsets": ["\x00"]}])
def test_choice_of_what_there_is_not_is_refused(as_, alpha_reader, typed):
    answer = as_(alpha_reader).post(REMINDERS, typed)

    assert answer.status_code == 200
    assert "Select a valid choice" in answer.content.decode()
    assert not ReminderChoice.objects.exists()


def test_own_letters_are_shown_and_nobody_elses(as_, alpha_reader, alpha_lead):
    failed_to(alpha_reader)
    MailRecord.objects.create(template="account/email/password_reset_key", user=alpha_lead, state="sent")
    MailRecord.objects.create(template="mfa/email/totp_activated", user=alpha_reader, state="failed", error="Lost",
                              settled_at=timezone.now())  # fmt: skip

    html = as_(alpha_reader).get(REMINDERS).content.decode()

    assert "Digest of tasks" in html
    assert "not sent" in html
    assert "not known to be sent" in html
    assert "Notice about your account" in html
    assert "Link for a new password" not in html
