"""Files that are kept: asked for again when a scanner was away, verified once a week, swept when nothing owns them."""

import logging
import time
from datetime import timedelta
from typing import Any

from django.core.files.storage import Storage
from django.utils import timezone

from npmportal.private_files import Missing, NoRoom, StorageAway, digest_of, discard, storage_answers, sweep_unfinished
from npmportal.uploads.scanning import NoScanner, scanner
from visits.attachment_checks import ask_to_check, record
from visits.models import Attachment
from visits.models.attachment import FOLDER

logger = logging.getLogger(__name__)
AT_ONCE = 200
VERIFYING_SECONDS = 240.0
ORPHAN_AFTER = timedelta(days=1)


class Altered(Exception):
    """What is stored is not what was stored: nobody gets it."""


def check_waiting() -> int:
    """Ask again for the files that a scanner or a storage kept waiting; return how many. Nothing while it is away."""
    try:
        if not scanner().is_there():
            return 0
    except NoScanner:
        return 0
    waiting = Attachment.objects.waiting().select_related("visit__mechanism").order_by("uploaded_at")[:AT_ONCE]
    for attachment in waiting:
        Attachment.objects.filter(pk=attachment.pk).update(job=ask_to_check(attachment))
    return len(waiting)


def opened_unaltered(attachment: Attachment, *, by: Any = None) -> Any:
    """Return the file, open, once its checksum is found to be the one it had when it was released (security R-35).

    Raises Altered where it is another (which is written down and logged, once), StorageAway where it cannot be read.
    """
    try:
        with storage_answers():
            file: Any = attachment.file.storage.open(str(attachment.file.name), "rb")
            if digest_of(file) == attachment.sha256:
                if attachment.altered_at is not None:
                    _note_whole_again(attachment)
                return file
            file.close()
    except Missing:
        pass
    _note_altered(attachment, by)
    raise Altered


def _note_altered(attachment: Attachment, by: Any) -> None:
    if Attachment.objects.filter(pk=attachment.pk, altered_at=None).update(altered_at=timezone.now()):
        logger.critical("a stored file is not what was stored: see the audit event attachment.altered")
        record("attachment.altered", attachment, by=by)


def _note_whole_again(attachment: Attachment) -> None:
    """A file that was put back from a backup is handed out again."""
    if Attachment.objects.filter(pk=attachment.pk, altered_at__isnull=False).update(altered_at=None):
        record("attachment.whole_again", attachment)


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
    sweep_unfinished()
    verify_due()
    if hour == 3:
        sweep_orphans()


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
