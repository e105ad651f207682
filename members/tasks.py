"""Doorbells of the register."""

from datetime import date

from celery import shared_task

from members import digest, keeping_people, keeping_register


@shared_task(name="members.tasks.sync_affiliations")
def sync_affiliations() -> None:
    """Let roles and forms that began or ended today take effect; find and mend rights that no role gives."""
    keeping_people.follow_roles(date.today())
    keeping_register.keep_forms(date.today())


@shared_task(name="members.tasks.remind")
def remind() -> None:
    """Remind people of what is due and send each, once a day, the digest. Safe to run twice, or days late."""
    digest.make_reminders(date.today())
    digest.send_digests(date.today())


@shared_task(name="members.tasks.keep_people")
def keep_people() -> None:
    """Open the quarter's reviews of leavers and forget dead sessions. Safe to repeat, or to run days late."""
    keeping_people.open_reviews(date.today())
    keeping_people.forget_dead_sessions()
