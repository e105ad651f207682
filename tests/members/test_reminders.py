"""Reminders on frozen days, escalation, and the digest: when, to whom, and what it does not say."""

import smtplib
from datetime import date, timedelta

import pytest
from django.core import mail as outbox
from django.utils import timezone

from members import digest
from members.actions.people import retire_person
from members.actions.reminders import choose_reminders
from members.actions.task_steps import finish_task, move_task
from members.actions.tasks import give_task
from members.models import Affiliation, Reminder, Task, TaskStep
from members.models.affiliation_groups import sync_groups
from members.tasks import remind
from npmportal import mail
from npmportal.models import MailRecord
from tests.factories import person

DUE = date.today() + timedelta(days=60)  # so far off that giving the task is no news by then
CANARY = "canary title"


@pytest.fixture
def task(mechanism, alpha, alpha_monitor, coordinator):
    """A task of the alpha body's monitor, given by the coordinator."""
    return give_task(
        mechanism=mechanism, title=CANARY, due_on=DUE, by=coordinator, owner=alpha_monitor, body=alpha, note=CANARY
    )


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    """A function that does what the hourly task does, as on a day counted from the due day."""

    def run(days, times=1):
        on = DUE + timedelta(days=days)
        for _n in range(times):
            digest.make_reminders(on)
            with django_capture_on_commit_callbacks(execute=True):
                digest.send_digests(on)
        return on

    return run


def reminders(**conditions):
    rows = Reminder.objects.filter(**conditions).order_by("made_on", "pk")
    return [(r.user.name.split()[0], r.offset, r.is_escalation) for r in rows]


# -- When -------------------------------------------------------------------------------------------------------------


def test_the_day_before_the_first_offset_nobody_is_reminded(task, run):
    run(-31)

    assert reminders() == []
    assert len(outbox.outbox) == 0


@pytest.mark.parametrize("offset", [-30, -7, 0])
def test_on_the_day_of_an_offset_the_owner_is_reminded_once(task, run, offset):
    run(offset - 1)
    earlier = len(reminders(offset=offset))
    run(offset, times=2)

    assert earlier == 0
    assert reminders(offset=offset) == [("Alma", offset, False)]


def test_after_ten_days_of_outage_only_the_latest_offset_that_has_passed_is_made(task, run):
    run(-31)
    run(3)

    assert reminders() == [("Alma", 0, False)]
    assert len(outbox.outbox) == 1


def test_offsets_that_were_chosen_and_no_others(task, run, alpha_monitor):
    choose_reminders(offsets=[-7], by_mail=True, language="", by=alpha_monitor)

    for days in (-30, -7, 0):
        run(days)

    assert reminders() == [("Alma", -7, False)]


def test_who_chose_no_offset_is_never_reminded(task, run, alpha_monitor):
    choose_reminders(offsets=[], by_mail=True, language="", by=alpha_monitor)

    run(0)

    assert reminders(user=alpha_monitor) == []


def test_a_moved_day_begins_the_reminders_anew(task, run, coordinator):
    run(0)
    move_task(task=task, due_on=DUE + timedelta(days=20), reason="Later.", by=coordinator, seen_version=1)
    run(13)

    assert reminders() == [("Alma", 0, False), ("Alma", -7, False)]


def test_a_task_that_is_done_is_no_longer_spoken_of(task, run, alpha_monitor):
    run(-7)
    finish_task(task=task, outcome="Sent.", by=alpha_monitor, seen_version=1)
    run(7)

    assert reminders() == [("Alma", -7, False)]


def test_a_task_without_a_person_reminds_the_lead(mechanism, alpha, alpha_lead, coordinator, run):
    give_task(mechanism=mechanism, title=CANARY, due_on=DUE, by=coordinator, body=alpha)

    run(0)

    assert reminders() == [("Alva", 0, False)]


def test_making_reminders_costs_a_constant_number_of_queries(
    mechanism, alpha_monitor, coordinator, django_assert_num_queries
):
    for n in range(12):
        give_task(mechanism=mechanism, title=f"Task {n}", due_on=DUE, by=coordinator, owner=alpha_monitor)

    with django_assert_num_queries(5):  # staff, choices, tasks, what was told, what is told now
        assert digest.make_reminders(DUE) == 12


# -- Escalation -------------------------------------------------------------------------------------------------------


def test_seven_days_late_the_lead_hears_thirty_the_coordinators_too(task, run, alpha_lead, coordinator):
    run(6)
    assert reminders(is_escalation=True) == []
    run(7)
    assert reminders(is_escalation=True) == [("Alva", 7, True)]
    run(30, times=2)

    assert sorted(reminders(is_escalation=True)) == [("Alva", 7, True), ("Alva", 30, True), ("Cora", 30, True)]


def test_what_somebody_set_for_oneself_is_nobody_elses_affair(mechanism, alpha_monitor, alpha_lead, coordinator, run):
    give_task(mechanism=mechanism, title=CANARY, due_on=DUE, by=alpha_monitor, owner=alpha_monitor)

    run(30)

    assert reminders() == [("Alma", 30, False)]


def test_escalated_tasks_stand_on_the_desk_of_who_was_told(as_, task, run, alpha_lead, coordinator):
    Task.objects.update(due_on=date.today() - timedelta(days=31))
    digest.make_reminders(date.today())

    colleague = person("coordinator", task.mechanism, name="Cleo Colleague")
    digest.make_reminders(date.today())

    for somebody in (alpha_lead, colleague, coordinator):
        html = as_(somebody).get("/examplia/desk/").content.decode()
        assert html.count(CANARY) == 1
        words = "Overdue tasks that you gave" if somebody == coordinator else "Tasks of others that are long overdue"
        assert words in html


# -- The digest -------------------------------------------------------------------------------------------------------


def test_digest_says_how_many_and_a_link_and_nothing_else(task, run, alpha_monitor, mechanism):
    run(-7)

    letter = outbox.outbox[0]
    text = f"{letter.subject}\n{letter.body}"
    assert letter.to == [alpha_monitor.email]
    assert "There is 1 task" in text
    assert "/start/" in text
    for private in (CANARY, "canary", "Alma", "Cora", "Alpha", "ALPHA", str(task.pk), DUE.isoformat()):
        assert private not in text


def test_one_digest_a_person_and_day_counts_everything(task, mechanism, alpha_monitor, coordinator, run):
    give_task(mechanism=mechanism, title="Another", due_on=DUE, by=coordinator, owner=alpha_monitor)

    run(-7, times=3)

    assert len(outbox.outbox) == 1
    assert "There are 2 tasks" in outbox.outbox[0].body


def test_no_digest_where_nothing_is_new(task, run):
    run(-7)
    run(-6)

    assert len(outbox.outbox) == 1


def test_a_task_just_given_is_news_although_it_is_due_far_off(mechanism, alpha_monitor, coordinator, run):
    far = date.today() + timedelta(days=300)
    give_task(mechanism=mechanism, title=CANARY, due_on=far, by=coordinator, owner=alpha_monitor)
    give_task(mechanism=mechanism, title="own", due_on=far, by=coordinator, owner=coordinator)

    run(-59, times=2)
    run(-58)

    assert [letter.to for letter in outbox.outbox] == [[alpha_monitor.email]]


def test_digest_in_the_language_chosen_else_the_mechanisms_first(task, run, alpha_monitor, mechanism):
    mechanism.languages = ["nl"]
    mechanism.save(update_fields=["languages"])
    run(-7)
    choose_reminders(offsets=[-7, 0], by_mail=True, language="en-gb", by=alpha_monitor)
    run(0)

    assert [record.state for record in MailRecord.objects.all()] == ["sent", "sent"]
    assert "There is 1 task" in outbox.outbox[1].body


def test_who_wants_no_letter_gets_none_and_is_reminded_on_the_desk(task, run, alpha_monitor):
    choose_reminders(offsets=[-7], by_mail=False, language="", by=alpha_monitor)

    run(-7)

    assert len(outbox.outbox) == 0
    assert reminders() == [("Alma", -7, False)]


def test_nobody_retired_meanwhile_gets_a_letter(task, mechanism, alpha_monitor, administrator):
    digest.make_reminders(DUE)
    retire_person(user=alpha_monitor, mechanism=mechanism, by=administrator)

    assert digest.send_digest(alpha_monitor.pk, DUE) is None
    assert not MailRecord.objects.exists()


def test_nobody_who_left_the_body_gets_a_letter_though_the_groups_say_otherwise(task, alpha, beta, alpha_monitor):
    digest.make_reminders(DUE)
    Affiliation.objects.create(user=alpha_monitor, body=beta, role="body_monitor", starts_on=date(2020, 1, 1))
    Affiliation.objects.filter(user=alpha_monitor, body=alpha).update(ends_on=date.today())  # nobody has synced yet

    assert digest.send_digest(alpha_monitor.pk, DUE) is None
    assert not MailRecord.objects.exists()


def test_who_left_before_is_not_reminded_and_the_lead_is(task, run, alpha, alpha_lead, alpha_monitor):
    Affiliation.objects.filter(user=alpha_monitor).update(ends_on=date.today())
    sync_groups(alpha_monitor)

    run(0)

    assert reminders() == [("Alva", 0, False)]


# -- When the mail server says no -------------------------------------------------------------------------------------


@pytest.fixture
def refusing(monkeypatch):
    """The mail server refuses every letter."""

    def refuse(self):
        raise smtplib.SMTPServerDisconnected("canary of the server")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)


def test_a_refused_digest_is_tried_again_at_the_next_run(task, run, refusing, monkeypatch):
    run(-7)
    failed = MailRecord.objects.get()
    assert (failed.state, failed.error) == ("failed", "SMTPServerDisconnected")
    monkeypatch.undo()

    run(-7, times=2)

    assert len(outbox.outbox) == 1
    assert [record.state for record in MailRecord.objects.all()] == ["sent", "failed"]
    assert Reminder.objects.get().letter.state == "sent"


def test_a_digest_that_may_have_gone_out_is_not_sent_again_that_day_and_its_news_the_next(task, run, alpha_monitor):
    digest.make_reminders(DUE)
    letter = digest.send_digest(alpha_monitor.pk, DUE)  # the process ends before the commit's callbacks
    MailRecord.objects.update(written_at=timezone.now() - timedelta(hours=2))
    assert mail.give_up_waiting() == 1

    run(0)
    assert len(outbox.outbox) == 0
    run(1)

    assert len(outbox.outbox) == 1
    letter.refresh_from_db()
    assert (letter.state, letter.error) == ("failed", "Lost")


def test_a_mail_server_that_is_away_is_asked_three_times_and_not_by_everybody(
    mechanism, alpha, coordinator, monkeypatch
):
    asked = []

    def refused(user_id, on):
        asked.append(user_id)
        return MailRecord(state="failed")

    for n in range(6):
        owner = person("body_monitor", alpha, name=f"Monitor {n}")
        give_task(mechanism=mechanism, title=CANARY, due_on=DUE, by=coordinator, owner=owner)
    monkeypatch.setattr(digest, "send_digest", refused)

    digest.send_digests(date.today())

    assert len(asked) == 3


def test_the_hourly_task_reminds_and_sends(task, django_capture_on_commit_callbacks):
    Task.objects.update(due_on=date.today())

    with django_capture_on_commit_callbacks(execute=True):
        remind()

    assert Reminder.objects.filter(offset=0).count() == 1
    assert len(outbox.outbox) == 1
    assert TaskStep.objects.count() == 1
