"""How many files wait, for what and since when: numbers alone, for who runs the portal and reads no visit."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, F, Max, Min, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone

from npmportal.file_settings import NOT_SCANNED
from npmportal.models import Job
from npmportal.private_files import NoRoom, StorageAway
from npmportal.uploads.scanning import NoScanner, scanner
from visits.models import Attachment

DAYS = 30
PATIENCE_SECONDS = 2  # of a reader of the page
FULL_PERCENT = 85  # security R-57
# A file is looked at within seconds; where many come at once, within minutes.
LONG = timedelta(minutes=15)
ON_DISK = "django.core.files.storage.FileSystemStorage"
BEING_CHECKED, FAILED = "", "failed"


class ScannerState(StrEnum):
    """What can be said of the malware scanner."""

    ANSWERS = "answers"
    AWAY = "away"
    NONE = "none"
    DEMONSTRATION = "demonstration"


@dataclass(frozen=True)
class Waiting:
    """Files that wait for one and the same: one of Attachment.Held, or “failed”, or "" while they are being checked."""

    why: str
    files: int
    since: datetime
    tried: datetime | None

    @property
    def is_long(self) -> bool:
        """Whether they wait for longer than a check takes."""
        return timezone.now() - self.since > LONG

    @property
    def needs_somebody(self) -> bool:
        """Whether who runs the portal has to look into it: not where it is for who added the file to replace it."""
        return self.is_long and self.why != Attachment.Held.NOT_WHOLE


def files_waiting(mechanism: Any = None) -> list[Waiting]:
    """Return what the files in quarantine wait for, of one mechanism or of all, what waits longest first. One query."""
    rows = Attachment.objects.filter(state=Attachment.State.QUARANTINED)
    if mechanism is not None:
        rows = rows.filter(visit__mechanism=mechanism)
    why = Case(When(job__state=Job.State.FAILED, then=Value(FAILED)), default=F("held"))
    found = rows.annotate(why=why).values("why").order_by()
    counted = found.annotate(
        files=Count("pk"), since=Min("uploaded_at"), tried=Max(Greatest("checked_at", "job__finished_at"))
    )
    return [Waiting(**row) for row in counted.order_by("since")]


@dataclass(frozen=True)
class NotMade:
    """Work of the last days that was not done because files could not be kept, and has not been done since."""

    jobs: int
    last: datetime | None


def not_made(mechanism: Any = None) -> NotMade:
    """Return how many lists, imports, reports and letters failed for want of room or of storage. One query."""
    since = timezone.now() - timedelta(days=DAYS)
    sentences = [NoRoom.sentence, StorageAway.sentence]
    rows = Job.objects.filter(state=Job.State.FAILED, error__in=sentences, finished_at__gt=since)
    if mechanism is not None:
        rows = rows.filter(mechanism=mechanism)
    found = rows.aggregate(jobs=Count("pk"), last=Max("finished_at"))
    return NotMade(found["jobs"], found["last"])


def scanner_state() -> ScannerState:
    """Return whether the scanner answers, within the patience of somebody who waits for a page."""
    if settings.SCANNER_URL == NOT_SCANNED:
        return ScannerState.DEMONSTRATION
    try:
        return ScannerState.ANSWERS if scanner().is_there(PATIENCE_SECONDS) else ScannerState.AWAY
    except NoScanner:
        return ScannerState.NONE


def percent_used() -> int | None:
    """Return how full the disk is on which files are kept, or received for a bucket; None where nobody can say."""
    try:
        usage = shutil.disk_usage(settings.FILES_ROOT)
    except OSError:
        return None
    # Of what the portal may use: some of a disk may be kept back for its owner.
    usable = usage.used + usage.free
    return round(100 * usage.used / usable) if usable else None
