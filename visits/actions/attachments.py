"""Adding files to visits, and taking them back."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from members.models import User
from npmportal.access import LOG_VISITS, can
from npmportal.private_files import NoRoom, StorageAway, digest_of, discard, store
from npmportal.uploads.kinds import kind_of
from npmportal.uploads.names import extension_of, tidy_name
from npmportal.uploads.reasons import Reason, Refused
from visits.actions.transitions import check_reason, tidy
from visits.attachment_checks import ask_to_check, record, throw_away
from visits.field_table import reader_of
from visits.models import Attachment, Visit
from visits.models.attachment import attachment_path

FIELD = "attachments"
DOUBLE_CLICK = timedelta(minutes=10)


@dataclass(frozen=True)
class About:
    """What the person says of the files added together. Without a ``kind`` each is a photograph or a document."""

    kind: str = ""
    title: str = ""
    note: str = ""
    is_evidence: bool = False
    evidence_reason: str = ""


def may_attach(visit: Visit, user: User) -> bool:
    """Tell whether ``user`` may add files to ``visit`` as it is now, and remove them (visits/field_table.csv)."""
    return FIELD in reader_of(user, visit.mechanism).changes(visit)


def may_withdraw(visit: Visit, user: User) -> bool:
    """Tell whether ``user`` may mark files of ``visit`` as withdrawn: the lead body, once it is handed in."""
    return visit.state in Visit.HANDED_IN and can(user, LOG_VISITS, visit.lead_body)


def attach_file(*, visit: Visit, file: UploadedFile, about: About, by: User) -> Attachment:
    """Keep ``file`` in quarantine as a file of ``visit`` and have it checked; return its record.

    Refused, with the reason, for what is not taken at all or has no room; then nothing is stored. The same file sent
    twice by the same person (a double click) is the same file.
    """
    if not may_attach(visit, by):
        raise PermissionDenied
    name = tidy_name(file.name or "")
    kind_of(extension_of(name))
    size, sha256 = file.size or 0, digest_of(file)
    if size == 0:
        raise Refused(Reason.EMPTY)
    _check_room(visit, size, by)
    attachment = Attachment(
        visit=visit,
        name=name,
        extension=extension_of(name),
        size=size,
        sha256=sha256,
        received_size=size,
        received_sha256=sha256,
        uploaded_by=by,
        **vars(about),
    )
    picture_or_not = Attachment.Kind.PHOTOGRAPH if attachment.is_picture else Attachment.Kind.DOCUMENT
    attachment.kind = about.kind or picture_or_not
    storage = attachment.file.storage
    try:
        attachment.file.name = store(storage, attachment_path(attachment, ""), file)
    except NoRoom as error:
        raise Refused(Reason.NO_ROOM) from error
    except StorageAway as error:
        raise Refused(Reason.STORAGE_AWAY) from error
    try:
        kept = _keep(attachment, by)
    except BaseException:
        discard(storage, str(attachment.file.name))
        raise
    if kept != attachment:
        discard(storage, str(attachment.file.name))
    return kept


@transaction.atomic
def _keep(attachment: Attachment, by: User) -> Attachment:
    """Store the record and queue its check; or return the same file that a double click has stored already."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)  # the limit of a day counts one at a time
    locked = Visit.objects.select_for_update(of=("self",)).select_related("mechanism")
    attachment.visit = visit = locked.get(pk=attachment.visit_id)
    if not may_attach(visit, by):
        raise PermissionDenied
    same = Attachment.objects.kept().filter(visit=visit, received_sha256=attachment.received_sha256).first()
    if same and same.uploaded_by_id == by.pk and same.uploaded_at > timezone.now() - DOUBLE_CLICK:
        return same
    if same:
        raise Refused(Reason.SAME)
    _check_room(visit, attachment.size, by)
    attachment.job = ask_to_check(attachment)
    attachment.save(force_insert=True)
    record("attachment.added", attachment, by=by, kind=attachment.kind, is_evidence=attachment.is_evidence)
    return attachment


def _check_room(visit: Visit, size: int, by: User) -> None:
    limits = settings.UPLOADS
    if size > limits.largest:
        raise Refused(Reason.TOO_LARGE)
    of_visit = Attachment.objects.filter(visit=visit).kept()
    if of_visit.count() >= limits.files_per_record or _bytes(of_visit) + size > limits.per_record:
        raise Refused(Reason.VISIT_FULL)
    if _bytes(Attachment.objects.of_the_last_day(by)) + size > limits.per_person_and_day:
        raise Refused(Reason.DAY_FULL)


def _bytes(attachments: Any) -> int:
    return attachments.aggregate(bytes=Sum("received_size"))["bytes"] or 0


@transaction.atomic
def remove_attachment(*, attachment: Attachment, reason: str, by: User) -> Attachment:
    """Remove a file from a visit that is not handed in; who did it, when and why stays, and nothing of the file.

    PermissionDenied without the right to change the visit, ReasonMissing without a reason.
    """
    attachment = _locked(attachment)
    if not may_attach(attachment.visit, by):
        raise PermissionDenied
    if attachment.state == Attachment.State.REMOVED:
        return attachment
    old = str(attachment.file.name or "")
    _note_taken_back(attachment, reason, by)
    attachment.state, attachment.refused_because, attachment.held = Attachment.State.REMOVED, "", ""
    attachment.file.name = attachment.name = attachment.title = attachment.note = attachment.scanner_said = ""
    emptied = ["state", "refused_because", "held", "file", "name", "title", "note", "scanner_said"]
    attachment.save(update_fields=[*emptied, "taken_back_at", "taken_back_by", "taken_back_reason"])
    throw_away(attachment, old)
    record("attachment.removed", attachment, by=by)
    return attachment


@transaction.atomic
def withdraw_attachment(*, attachment: Attachment, reason: str, by: User) -> Attachment:
    """Mark a file of a visit that was handed in as withdrawn: it stays, for whoever has seen it, and says so.

    PermissionDenied for who does not log for the lead body, ReasonMissing without a reason.
    """
    attachment = _locked(attachment)
    if not may_withdraw(attachment.visit, by) or attachment.state == Attachment.State.REMOVED:
        raise PermissionDenied
    if attachment.is_withdrawn:
        return attachment
    _note_taken_back(attachment, reason, by)
    attachment.save(update_fields=["taken_back_at", "taken_back_by", "taken_back_reason"])
    record("attachment.withdrawn", attachment, by=by)
    return attachment


@transaction.atomic
def check_again(*, attachment: Attachment, by: User) -> bool:
    """Have a file in quarantine checked again; return whether it was (one that is being checked is left alone)."""
    attachment = _locked(attachment)
    if not can(by, LOG_VISITS, attachment.visit.lead_body):
        raise PermissionDenied
    job = attachment.job
    if attachment.state != Attachment.State.QUARANTINED or (job is not None and job.is_live):
        return False
    attachment.job = ask_to_check(attachment)
    attachment.held = ""
    attachment.save(update_fields=["job", "held"])
    record("attachment.checked_again", attachment, by=by)
    return True


def _locked(attachment: Attachment) -> Attachment:
    """Return the file as it is stored, locked with its visit, so that nobody hands that in meanwhile."""
    rows = Attachment.objects.select_for_update(of=("self", "visit")).select_related(
        "visit__lead_body", "visit__mechanism", "job"
    )
    return rows.get(pk=attachment.pk)


def _note_taken_back(attachment: Attachment, reason: str, by: User) -> None:
    reason = tidy(reason)
    check_reason(reason)
    attachment.taken_back_at, attachment.taken_back_by, attachment.taken_back_reason = timezone.now(), by, reason
