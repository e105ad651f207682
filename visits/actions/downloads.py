"""Asking for a long list as a file."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from members.models import Mechanism, User
from npmportal import jobs
from npmportal.models import Job
from visits.downloading.jobs import KIND
from visits.models import Download
from visits.models.download import rights_of

KEPT = timedelta(days=1)


@transaction.atomic
def request_download(*, mechanism: Mechanism, format: str, query: str, language: str, by: User) -> Download:
    """Ask for the list with the filters ``query`` as a file of ``format``; a job makes it. The same twice is one."""
    rights = rights_of(by)
    same: dict[str, Any] = {"mechanism": mechanism, "format": format, "query": query, "language": language}
    waiting = Download.objects.visible_to(by).filter(**same, job__state__in=Job.LIVE).first()
    if waiting:
        return waiting
    download = Download.objects.create(**same, requested_by=by, rights=rights, expires_at=timezone.now() + KEPT)
    download.job = jobs.enqueue(
        kind=KIND,
        key=f"{KIND}:{download.pk}",
        by=by,
        mechanism=mechanism,
        arguments={"download": str(download.pk)},
    )
    download.save(update_fields=["job"])
    return download
