"""What the worker does with a file somebody added: look at it, have it scanned, write pictures anew, then release it.

Nobody is given a file before that. Whatever hinders it leaves the file in quarantine, and the page says what (R-36).
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from npmportal import audit, jobs
from npmportal.jobs import JobRun, handler
from npmportal.models import Job
from npmportal.private_files import (
    Missing,
    NoRoom,
    StorageAway,
    digest_of,
    discard,
    on_disk,
    storage_answers,
    store,
    unfinished,
)
from npmportal.uploads.look import Findings
from npmportal.uploads.parent import NotLooked, looked_at, written_anew
from npmportal.uploads.reasons import Reason, Refused
from npmportal.uploads.scanning import NoScanner, Scan, ScannerAway, Verdict, scanner
from visits.models import Attachment
from visits.models.attachment import attachment_path

logger = logging.getLogger(__name__)
KIND = "attachment"
LOOKING = gettext_noop("Looking at what is in the file")
SCANNING = gettext_noop("Having it scanned for malware")
KEEPING = gettext_noop("Putting it where files are kept")
STEPS = 3


@dataclass(frozen=True)
class Kept:
    """What is kept of a file: where, how large, its checksum."""

    name: str
    size: int
    sha256: str


class OnHold(Exception):
    """The file stays in quarantine for now; ``why`` is one of Attachment.Held."""

    def __init__(self, why: Attachment.Held, said: str = "") -> None:
        super().__init__(why)
        self.why, self.said = why, said


def ask_to_check(attachment: Attachment) -> Job:
    """Return the job that checks ``attachment``, queued on commit.

    It is the portal's own: a file of a visit stays that when the person who added it leaves before it was checked.
    """
    return jobs.enqueue(
        kind=KIND,
        key=f"{KIND}:{attachment.pk}",
        by=None,
        mechanism=attachment.visit.mechanism,
        arguments={"attachment_id": str(attachment.pk)},
    )


@handler(KIND)
def check(run: JobRun) -> None:
    """Check the file that the job names. It ends available, refused, or on hold; done by who holds the lease."""
    attachment = Attachment.objects.select_related("visit").get(pk=run.job.arguments["attachment_id"])
    if attachment.state != Attachment.State.QUARANTINED:
        run.finish(lambda: None)
        return
    try:
        _check(run, attachment)
    except Refused as refusal:
        why = refusal
        run.finish(lambda: refuse(attachment, why.reason, why.said))
    except OnHold as hold:
        found = hold
        run.finish(lambda: _hold(attachment, found))


def _check(run: JobRun, attachment: Attachment) -> None:
    run.progress(0, STEPS, LOOKING)
    try:
        with on_disk(attachment.file) as path:
            _check_unaltered(path, attachment.received_sha256)
            if attachment.altered_at is not None:
                note_whole_again(attachment)
            findings = looked_at(path, attachment.extension)
            run.progress(1, STEPS, SCANNING)
            scan = _scanned(path)
            run.progress(2, STEPS, KEEPING)
            if attachment.is_picture and not attachment.is_evidence:
                _keep_anew(run, attachment, path, findings, scan)
            else:
                kept = Kept(str(attachment.file.name), attachment.received_size, attachment.received_sha256)
                run.finish(lambda: _release(attachment, kept, findings, scan))
    except Missing as error:
        # Perhaps a disk that is not mounted: the file may be there again tomorrow.
        raise OnHold(Attachment.Held.ALTERED) from error
    except (NoRoom, StorageAway) as error:
        raise OnHold(Attachment.Held.STORAGE_AWAY) from error
    except NotLooked as error:
        raise OnHold(Attachment.Held.NOT_LOOKED) from error


def _check_unaltered(path: Path, sha256: str) -> None:
    """Read the whole file: what the disk cannot read is no fault of the file, nor what it reads wrongly."""
    with storage_answers(), path.open("rb") as file:
        if digest_of(file) != sha256:
            raise OnHold(Attachment.Held.ALTERED)


def _scanned(path: Path) -> Scan:
    """Return the scan of a file that may be released: only what is clean, and in a demonstration what nobody scans."""
    try:
        scan = scanner().scan(path)
    except NoScanner as error:
        raise OnHold(Attachment.Held.NO_SCANNER) from error
    except ScannerAway as error:
        raise OnHold(Attachment.Held.SCANNER_AWAY) from error
    if scan.verdict == Verdict.INFECTED:
        raise Refused(Reason.INFECTED, scan.words)
    if scan.verdict not in (Verdict.CLEAN, Verdict.NOT_SCANNED):
        raise OnHold(Attachment.Held.NOT_WHOLE, scan.words)
    return scan


def _keep_anew(run: JobRun, attachment: Attachment, path: Path, findings: Findings, scan: Scan) -> None:
    """Write the picture anew, keep that and release it; the one that arrived is thrown away."""
    with unfinished() as output:
        written_anew(path, output, attachment.extension)
        with output.open("rb") as file:
            size, sha256 = output.stat().st_size, digest_of(file)
            name = store(attachment.file.storage, attachment_path(attachment, ""), File(file))
        try:
            run.finish(lambda: _release(attachment, Kept(name, size, sha256), findings, scan))
        except BaseException:
            discard(attachment.file.storage, name)
            raise


def _release(attachment: Attachment, kept: Kept, findings: Findings, scan: Scan) -> None:
    """Say that the file is available. Called inside the transaction that ends the job."""
    now = timezone.now()
    changed = _change(
        attachment,
        state=Attachment.State.AVAILABLE,
        held="",
        file=kept.name,
        size=kept.size,
        sha256=kept.sha256,
        width=findings.width or None,
        height=findings.height or None,
        has_position=findings.has_position and attachment.is_evidence,
        scan=scan.verdict,
        scanner_said=scan.words,
        checked_at=now,
        verified_at=now,
    )
    received = str(attachment.file.name)
    if kept.name != received:
        throw_away(attachment, received if changed else kept.name)
    if changed:
        record("attachment.released", attachment, scan=str(scan.verdict), written_anew=kept.name != received)


def refuse(attachment: Attachment, reason: Reason, scanner_said: str = "") -> None:
    """Say that the file is refused, and throw away what was received.

    What the scanner called the malware is kept with the record and in the audit trail: whoever looks after security has
    to ask where it came from, and the file itself is gone. It is the scanner's word, nothing that was in the file.
    """
    said = {"state": Attachment.State.REFUSED, "refused_because": reason, "held": "", "checked_at": timezone.now()}
    if _change(attachment, file="", scanner_said=scanner_said, **said):
        throw_away(attachment, str(attachment.file.name))
        more = {"scanner_said": scanner_said} if scanner_said else {}
        if reason == Reason.INFECTED:
            logger.error("malware was found in a file: see the audit event attachment.refused")
        record("attachment.refused", attachment, reason=str(reason), **more)


def _hold(attachment: Attachment, hold: OnHold) -> None:
    if hold.why == Attachment.Held.ALTERED:
        note_altered(attachment)
    _change(attachment, held=hold.why, scanner_said=hold.said, checked_at=timezone.now())


def note_altered(attachment: Attachment, by: Any = None) -> None:
    """Write down and log, once, that what is stored of a file is not what was stored, or not there."""
    if Attachment.objects.filter(pk=attachment.pk, altered_at=None).update(altered_at=timezone.now()):
        logger.critical("a stored file is not what was stored: see the audit event attachment.altered")
        record("attachment.altered", attachment, by=by)


def note_whole_again(attachment: Attachment) -> None:
    """A file that was put back from a backup, or whose disk is there again, is handed out again."""
    if Attachment.objects.filter(pk=attachment.pk, altered_at__isnull=False).update(altered_at=None):
        record("attachment.whole_again", attachment)


def _change(attachment: Attachment, **fields: Any) -> bool:
    """Change the file's record if it is still in quarantine: meanwhile it may have been removed."""
    rows = Attachment.objects.filter(pk=attachment.pk, state=Attachment.State.QUARANTINED)
    return bool(rows.update(**fields))


def throw_away(attachment: Attachment, name: str) -> None:
    """Remove the file ``name`` once it is certain that nothing points to it any more."""
    storage = attachment.file.storage
    transaction.on_commit(lambda: discard(storage, name))


def record(action: str, attachment: Attachment, *, by: Any = None, **details: Any) -> None:
    """Write down what happened to a file: its kind and size, never its name or what is in it."""
    visit = attachment.visit
    audit.record(
        action,
        by=by,
        obj=attachment,
        mechanism=visit.mechanism_id,
        bodies=visit.body_ids,
        extension=attachment.extension,
        size=attachment.received_size,
        **details,
    )
