"""Bringing in a file, step by step: received, understood, checked, stored, taken back."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members.models import Mechanism, MemberBody, User
from npmportal import audit, jobs
from npmportal.private_files import digest_of, store
from visits.importing import guessing
from visits.importing.checking import missing_columns
from visits.importing.files import forget
from visits.importing.jobs import CHECK, READ, UNDO, WRITE
from visits.importing.kinds import allowed_to
from visits.importing.synonyms import simple
from visits.importing.undoing import is_used
from visits.models import Import, ImportMapping
from visits.models.visit_import import KEPT_FOR, rows_path

# Files up to this size are read, checked and stored while the person waits: it takes less than two seconds.
SMALL, SMALL_WORKBOOK, FEW_ROWS = 300_000, 60_000, 2_000


class ImportRefused(Exception):
    """The step cannot be taken; the message says why, in words for the person who asked."""


def receive_file(
    *, file: File, name: str, kind: str, mechanism: Mechanism, body: MemberBody | None, by: User
) -> Import:
    """Keep the uploaded ``file`` privately and have it read. PermissionDenied where ``by`` may not import this.

    NoRoom or StorageAway where it cannot be kept.
    """
    allowed = allowed_to(by, mechanism)
    if kind not in allowed.kinds or (body.pk not in allowed.bodies if body else kind != Import.Kind.PLACES):
        raise PermissionDenied
    batch = Import(
        mechanism=mechanism,
        body=None if kind == Import.Kind.PLACES else body,
        kind=kind,
        file_name=name[:120],
        file_size=file.size,
        sha256=digest_of(file) if file.size else hashlib.sha256().hexdigest(),
        language=translation.get_language() or "en-gb",
        created_by=by,
        expires_at=timezone.now() + KEPT_FOR,
    )
    batch.rows = store(Import._meta.get_field("rows").storage, rows_path(batch, ""), file)
    with transaction.atomic():
        batch.save(force_insert=True)
        audit.record("import.received", by=by, obj=batch, mechanism=mechanism, bodies=batch.bodies, kind=kind)
        _enqueue(batch, READ, by)
    _hurry(batch, SMALL_WORKBOOK if _is_packed(file) else SMALL)
    return batch


def _is_packed(file: File) -> bool:
    """Tell whether the file is a zip archive, as workbooks are: what it unpacks to may be far larger."""
    file.seek(0)
    return file.read(2) == b"PK"


@transaction.atomic
def map_columns(*, batch: Import, columns: Mapping[str, str], fixed: Mapping[str, str], by: User) -> Import:
    """Keep which column fills which field, for this file and for the body’s next one.

    Raises ImportRefused while a job is at work, or when the file has gone.
    """
    batch = _open(batch, by)
    batch.columns = {number: name for number, name in columns.items() if name}
    batch.fixed = {name: value for name, value in fixed.items() if value}
    batch.state = Import.State.OPEN
    batch.save(update_fields=["columns", "fixed", "state"])
    _remember(batch, columns=guessing.remembered(batch.header, batch.columns), fixed=batch.fixed)
    audit.record("import.mapped", by=by, obj=batch, mechanism=batch.mechanism, bodies=batch.bodies)
    return batch


def map_values(
    *, batch: Import, terms: Mapping[str, Mapping[str, str]], date_order: str, hand_in: bool, by: User
) -> Import:
    """Keep what the words of the file mean, for this file and the body’s next one, and have every row checked.

    ``terms`` holds, by field, the words that were asked about; what was told of other words before stays.
    """
    with transaction.atomic():
        batch = _open(batch, by)
        if missing := missing_columns(batch):
            raise ImportRefused(_("Say first where these come from: %(columns)s.") % {"columns": _listed(missing)})
        told = {
            field: {**batch.terms.get(field, {}), **{simple(word): key for word, key in words.items()}}
            for field, words in terms.items()
        }
        batch.terms = {**batch.terms, **told}
        batch.date_order, batch.hand_in, batch.state = date_order, hand_in, Import.State.OPEN
        batch.save(update_fields=["terms", "date_order", "hand_in", "state"])
        _remember(batch, terms=batch.terms, date_order=date_order)
        audit.record("import.checked", by=by, obj=batch, mechanism=batch.mechanism, bodies=batch.bodies)
        _enqueue(batch, CHECK, by)
    _hurry(batch)
    return batch


def store_rows(*, batch: Import, only_good: bool, by: User) -> Import:
    """Have the rows stored that were checked; with ``only_good`` those that are wrong are left out and given back."""
    with transaction.atomic():
        batch = _open(batch, by)
        if batch.state != Import.State.CHECKED:
            raise ImportRefused(_("Have the rows checked first."))
        if batch.counts.get("wrong") and not only_good:
            raise ImportRefused(_("Some rows are wrong: mend the file, or import the good rows alone."))
        if not batch.counts.get("new") and not batch.counts.get("updated"):
            raise ImportRefused(_("No row of this file would change anything."))
        _enqueue(batch, WRITE, by, only_good=only_good)
    _hurry(batch)
    return batch


def undo_import(*, batch: Import, reason: str, by: User) -> Import:
    """Have everything an import made removed, and what it changed put back, while none of it has been used."""
    reason = reason.strip()
    if not reason:
        raise ImportRefused(_("Give a reason."))
    with transaction.atomic():
        batch = _locked(batch, by)
        if batch.state != Import.State.DONE or batch.is_live:
            raise ImportRefused(_("This import cannot be undone now."))
        if is_used(batch, by):
            raise ImportRefused(_("Records of this import have been used since: it can no longer be undone."))
        Import.objects.filter(pk=batch.pk).update(undone_reason=reason)
        _enqueue(batch, UNDO, by)
    _hurry(batch)
    return batch


@transaction.atomic
def discard_import(*, batch: Import, by: User) -> None:
    """Throw away a file that was not imported, with all that was found in it."""
    batch = _locked(batch, by)
    if batch.is_live or batch.state in (Import.State.DONE, Import.State.UNDONE):
        raise ImportRefused(_("This import can no longer be thrown away."))
    audit.record("import.discarded", by=by, obj=batch, mechanism=batch.mechanism, bodies=batch.bodies)
    forget(batch)
    batch.delete()


def retry_import(*, batch: Import, by: User) -> bool:
    """Have the step that failed done again; tell whether there was one."""
    with transaction.atomic():
        batch = _locked(batch, by)
        done = batch.job is not None and jobs.retry(batch.job)
        if done:
            audit.record("import.retried", by=by, obj=batch, mechanism=batch.mechanism, bodies=batch.bodies)
    if done:
        _hurry(batch)
    return done


def _locked(batch: Import, by: User) -> Import:
    """Return the import as it stands, locked. PermissionDenied where ``by`` may not work on it."""
    found = Import.objects.workable_by(by).filter(pk=batch.pk)
    if not found.exists():
        raise PermissionDenied
    return Import.objects.select_for_update(of=("self",)).select_related("mechanism", "body", "job").get(pk=batch.pk)


def _open(batch: Import, by: User) -> Import:
    """Return the import, locked, if it can still be worked on."""
    batch = _locked(batch, by)
    if batch.state in (Import.State.DONE, Import.State.UNDONE):
        raise ImportRefused(_("This file has been imported already."))
    if batch.is_live:
        raise ImportRefused(_("The portal is still at work on this file."))
    if not batch.has_rows:
        raise ImportRefused(_("The file is no longer there: upload it again."))
    return batch


def _enqueue(batch: Import, kind: str, by: User, **more: Any) -> None:
    arguments = {"import_id": str(batch.pk), **more}
    job = jobs.enqueue(kind=kind, key=f"import:{batch.pk}", by=by, mechanism=batch.mechanism, arguments=arguments)
    Import.objects.filter(pk=batch.pk).update(job=job)
    batch.job = job


def _hurry(batch: Import, most: int = SMALL) -> None:
    """Do the job of a small file at once, if no worker was quicker: the next page can then show the result."""
    if batch.job_id and batch.file_size <= most and batch.row_count <= FEW_ROWS:
        jobs.run(str(batch.job_id))
    batch.refresh_from_db()


def _remember(batch: Import, **changes: Any) -> None:
    of: dict[str, Any] = {"mechanism": batch.mechanism, "body": batch.body, "kind": batch.kind}
    mapping, _created = ImportMapping.objects.get_or_create(**of)
    if "columns" in changes:
        changes["columns"] = {**mapping.columns, **changes["columns"]}
    for name, value in changes.items():
        setattr(mapping, name, value)
    mapping.save(update_fields=[*changes, "updated_at"])


def _listed(columns: list[Any]) -> str:
    return ", ".join(column.label for column in columns)
