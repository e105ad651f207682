"""The doorbells of the portal's own."""

from pathlib import Path

from celery import shared_task
from django.conf import settings

from npmportal import audit_heads, jobs, mail


@shared_task(name="npmportal.tasks.run_job")
def run_job(job_id: str) -> None:
    """Do the job with this id, if it is still to be done."""
    jobs.run(job_id)


@shared_task(name="npmportal.tasks.sweep_jobs")
def sweep_jobs() -> None:
    """Pick up jobs that a dead worker or an emptied Redis left behind."""
    jobs.sweep()


@shared_task(name="npmportal.tasks.sweep_letters")
def sweep_letters() -> None:
    """Say of letters that nobody heard of for an hour that they are lost."""
    mail.give_up_waiting()


@shared_task(name="npmportal.tasks.print_audit_head")
def print_audit_head() -> None:
    """Print the head of the audit chain where it can be kept outside the database."""
    audit_heads.print_head(Path(settings.AUDIT_HEADS_FILE) if settings.AUDIT_HEADS_FILE else None)
