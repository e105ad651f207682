"""Doorbells of visits."""

from celery import shared_task
from django.utils import timezone

from visits import attachment_keeping, keeping_drafts, place_calendar, struck_off
from visits.downloading.keeping import forget_old_downloads
from visits.importing.files import forget_expired


@shared_task(name="visits.tasks.check_waiting_files")
def check_waiting_files() -> None:
    """Check the files that a scanner which was away has kept waiting."""
    attachment_keeping.check_waiting()


@shared_task(name="visits.tasks.keep_files")
def keep_files() -> None:
    """Make sure that stored files are unaltered, sweep what belongs to nothing or was kept long enough. Repeatable."""
    attachment_keeping.keep(timezone.localtime().hour)
    forget_expired()
    forget_old_downloads()


@shared_task(name="visits.tasks.follow_calendar")
def follow_calendar() -> None:
    """Let names, operators and capacities of places that begin or end today take effect. Safe to run days late.

    Places that were struck off and at which nothing stands any more go.
    """
    place_calendar.follow_calendar(timezone.localdate())
    struck_off.sweep()


@shared_task(name="visits.tasks.sweep_form_drafts")
def sweep_form_drafts() -> None:
    """Forget what was typed long ago and never saved. Safe to repeat."""
    keeping_drafts.sweep()
