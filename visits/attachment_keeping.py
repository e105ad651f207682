"""Files that are kept: asked for again when a scanner was away, verified once a week, swept when nothing owns them."""

import contextlib
import logging
import time
from datetime import timedelta
from typing import Any

from django.core.files.storage import Storage
from django.db.models import Max, Q
from django.utils import timezone

from npmportal.models import Job
from npmportal.private_files import Missing, NoRoom, StorageAway, digest_of, discard, storage_answers, sweep_unfinished
from npmportal.uploads.reasons import Reason
from npmportal.uploads.scanning import NoScanner, scanner
from visits.attachment_checks import ask_to_check, note_altered, note_whole_again
from visits.files_waiting import FULL_PERCENT, percent_used
from visits.models import Attachment
from visits.models.attachment import FOLDER

logger = logging.getLogger(__name__)
AT_ONCE = 200
VERIFYING_SECONDS = 240.0
ORPHAN_AFTER = timedelta(days=1)


class Altered(Exception):
    """What is stored is not what was stored: nobody gets it."""


def check_waiting() -> int:
    """Have the files that a scanner or a storage kept waiting checked again; return how many: 0 while it is away.

    Until one of them has passed it is asked for one at a time: a scanner that says it is there and then hangs would
    else keep every worker for two minutes a file.

    While it is away and files wait, that is logged every time this is called: somebody has to look after it.
    """
    try:
        is_there = scanner().is_there()
    except NoScanner:
        is_there = False
    if not is_there:
        if Attachment.objects.waiting().exists():
            logger.error("the malware scanner does not answer, and files wait for it")
        return 0
    waiting = Attachment.objects.waiting().select_related("visit__mechanism")
    passes = Q(held__in=Attachment.PASSES)
    due = [*waiting.filter(passes)[: _how_many()], *waiting.exclude(passes)[:AT_ONCE]]
    for attachment in due:
        Attachment.objects.filter(pk=attachment.pk).update(job=ask_to_check(attachment))
    return len(due)


def _how_many() -> int:
    """Return for how many files scanner and storage may be asked: all, once one has passed since they last failed."""
    quarantined = Attachment.objects.filter(state=Attachment.State.QUARANTINED)
    failed = quarantined.filter(held__in=Attachment.PASSES).aggregate(at=Max("checked_at"))["at"]
    passed = Q(state=Attachment.State.AVAILABLE) | Q(refused_because=Reason.INFECTED)
    if failed is None or Attachment.objects.filter(passed, checked_at__gt=failed).exists():
        return AT_ONCE
    return 0 if quarantined.filter(job__state__in=Job.LIVE).exists() else 1


def opened_unaltered(attachment: Attachment, *, by: Any = None) -> Any:
    """Return the file, open, once its checksum is found to be the one it had when it was released (security R-35).

    Raises Altered where it is another (which is written down and logged, once), StorageAway where it cannot be read.
    """
    try:
        with storage_answers():
            file: Any = attachment.file.storage.open(str(attachment.file.name), "rb")
            if digest_of(file) == attachment.sha256:
                if attachment.altered_at is not None:
                    note_whole_again(attachment)
                return file
            file.close()
    except Missing:
        pass
    note_altered(attachment, by)
    raise Altered


def verify_due(seconds: float = VERIFYING_SECONDS) -> int:
    """Make sure of the files that nobody looked at for a week, for ``seconds`` at most; return how many are altered."""
    until, altered = time.monotonic() + seconds, 0
    for attachment in Attachment.objects.to_verify().select_related("visit").iterator(chunk_size=50):
        try:
            opened_unaltered(attachment).close()
        except Altered:
            altered += 1
        except (StorageAway, NoRoom):
            break  # logged; they are due again in an hour
        Attachment.objects.filter(pk=attachment.pk).update(verified_at=timezone.now())
        if time.monotonic() > until:
            break
    return altered


def keep(hour: int) -> None:
    """Do what is due: verify, sweep what was left half received, and once a day what belongs to nothing."""
    with contextlib.suppress(NoRoom, StorageAway), storage_answers():
        sweep_unfinished()
    _warn_of_a_full_disk()
    verify_due()
    if hour == 3:
        sweep_orphans()


def _warn_of_a_full_disk() -> None:
    used = percent_used()
    if used is not None and used >= FULL_PERCENT:
        logger.error("the disk on which files are kept is nearly full")


def sweep_orphans() -> int:
    """Remove stored files that no record names, a day old or older: a process died between the two. Return how many."""
    field: Any = Attachment._meta.get_field("file")
    storage: Storage = field.storage
    swept = 0
    try:
        with storage_answers():
            for folder in storage.listdir(FOLDER)[0]:
                names = [f"{FOLDER}/{folder}/{name}" for name in storage.listdir(f"{FOLDER}/{folder}")[1]]
                owned = set(Attachment.objects.filter(file__in=names).values_list("file", flat=True))
                for name in set(names) - owned:
                    if storage.get_modified_time(name) < timezone.now() - ORPHAN_AFTER:
                        discard(storage, name)
                        swept += 1
    except (Missing, NoRoom, StorageAway):
        return swept
    return swept
