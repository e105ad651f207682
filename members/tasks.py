"""Doorbells of the register."""

from celery import shared_task

from members.models.affiliation_groups import sync_everybody


@shared_task(name="members.tasks.sync_affiliations")
def sync_affiliations() -> None:
    """Let affiliations that began or ended today take effect."""
    sync_everybody()
