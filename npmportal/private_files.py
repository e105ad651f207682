"""Private files, made by jobs or handed in, given out by checked views: whole or not at all (security D-07, D-14).

They lie where the default storage puts them: on the disk, or in a bucket (npmportal/file_settings.py). What is not
finished lies in a folder of the portal's own, never in one that others use, and is swept when nobody finishes it.
"""

import contextlib
import hashlib
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage
from django.db import models
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.utils.translation import gettext_noop

from npmportal.uploads.troubles import NO_ROOM, OF_THE_DISK

# A file is shown by the reader's own program, never by the portal's page: it can run nothing and is kept nowhere.
INERT = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
UNFINISHED = ".unfinished"
LEFT_AFTER_SECONDS = 3600
logger = logging.getLogger(__name__)


class NoRoom(Exception):
    """The disk (or what is allowed on it) is full. Nothing was stored."""

    sentence = gettext_noop(
        "There is no room left where files are kept, so this could not be done. Nothing was lost. Tell whoever runs "
        "the server, and try again later."
    )


class StorageAway(Exception):
    """The place where files are kept does not answer, or not as it should. Nothing was stored."""

    sentence = gettext_noop(
        "The place where files are kept does not answer, so this could not be done. Nothing was lost; you can try "
        "again later."
    )


class Missing(Exception):
    """The file is not where it was put."""


def size_of(file: FieldFile) -> int | None:
    """Return the bytes of ``file``, or None where there is none (yet, or any more)."""
    return file.storage.size(file.name) if file.name and file.storage.exists(file.name) else None


@contextmanager
def unfinished_file(row: models.Model, field: str) -> Iterator[Path]:
    """Give a path to write to, beside the final one on a disk; whatever is left there at the end is removed.

    NoRoom or StorageAway where there is none, or where writing to it fails.
    """
    storage, name = _storage(row, field), Path(_name(row, field))
    final = local_path(storage, str(name))
    with storage_answers():
        folder = final.parent if final else unfinished_folder()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left_by_a_killed_worker in folder.glob(f".{name.stem}-*") if final else ():
        left_by_a_killed_worker.unlink(missing_ok=True)
    with _temporary(folder, prefix=f".{name.stem}-", suffix=name.suffix if final else UNFINISHED) as path:
        yield path


@contextmanager
def unfinished() -> Iterator[Path]:
    """Give a path to write to in the portal's own folder; whatever is left there at the end is removed.

    NoRoom or StorageAway where there is none, or where writing to it fails.
    """
    with storage_answers():
        folder = unfinished_folder()
    with _temporary(folder, prefix="", suffix=UNFINISHED) as path:
        yield path


def unfinished_folder() -> Path:
    """Return the private folder for what is being received or made; it is made where it is not there yet."""
    folder = Path(settings.FILES_ROOT) / "unfinished"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def sweep_unfinished() -> int:
    """Remove what killed processes left unfinished an hour ago or longer; return how many files."""
    before, swept = time.time() - LEFT_AFTER_SECONDS, 0
    for path in unfinished_folder().glob(f"*{UNFINISHED}"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()
                swept += 1
    return swept


def put_in_place(row: models.Model, field: str, path: Path) -> str:
    """Give the finished file its final name, so that it survives a power cut; return that name in the storage.

    NoRoom or StorageAway where that fails.
    """
    storage, name = _storage(row, field), _name(row, field)
    final = local_path(storage, name)
    with storage_answers():
        if final is None:
            with path.open("rb") as file:
                return storage.save(name, File(file))
        _sync(path)
        os.replace(path, final)
        _sync(final.parent)
    return name


def store(storage: Storage, name: str, content: File) -> str:
    """Keep ``content`` under ``name``, whole and so that it survives a power cut; return the name it got.

    Where that fails nothing is left of it: NoRoom, or StorageAway.
    """
    try:
        with storage_answers():
            kept = storage.save(name, content)
            if path := local_path(storage, kept):
                _sync(path)
                _sync(path.parent)
            return kept
    except BaseException:
        discard(storage, name)
        raise


def discard(storage: Storage, name: str) -> None:
    """Remove the file ``name``; what cannot be removed now is left to the sweep of files that belong to nothing."""
    if name:
        with contextlib.suppress(NoRoom, StorageAway), storage_answers():
            storage.delete(name)


@contextmanager
def storage_answers() -> Iterator[None]:
    """Turn what a disk or a bucket may raise into NoRoom, Missing or StorageAway; the first is logged as critical."""
    try:
        yield
    except FileNotFoundError as error:
        raise Missing from error
    except OSError as error:
        if error.errno in NO_ROOM:
            raise no_room_left() from error
        logger.exception("files cannot be reached")
        raise StorageAway from error
    except Exception as error:
        if not any(parent.__module__.split(".")[0] in ("boto3", "botocore") for parent in type(error).__mro__):
            raise
        logger.exception("files cannot be reached")
        raise StorageAway from error


def no_room_left() -> NoRoom:
    """Return what to raise where the disk is full, once it is logged as critical: somebody has to make room."""
    logger.critical("no room left where files are kept", extra={"error_class": "OSError"})
    return NoRoom()


@contextmanager
def on_disk(file: FieldFile) -> Iterator[Path]:
    """Give a path at which ``file`` can be read: its own, or that of a copy which is removed at the end.

    Missing or StorageAway where it cannot be had.
    """
    with storage_answers():
        path = local_path(file.storage, str(file.name))
        if path is not None and not path.is_file():
            raise Missing
    if path is not None:
        yield path
        return
    with unfinished() as copy:
        with storage_answers(), file.storage.open(str(file.name)) as content, copy.open("wb") as written:
            for chunk in content.chunks():
                written.write(chunk)
        yield copy


def digest_of(file: Any) -> str:
    """Return the SHA-256 of the open ``file``, which is left at its beginning."""
    file.seek(0)
    found = hashlib.sha256()
    while chunk := file.read(1_048_576):
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


def local_path(storage: Storage, name: str) -> Path | None:
    """Return where ``name`` lies on this machine's disk; None where the storage is a bucket."""
    try:
        return Path(storage.path(name))
    except NotImplementedError:
        return None


def file_or_404(file: Any) -> Any:
    """Return the stored ``file`` of a FileField; Http404 where there is none (yet, or any more). Or StorageAway."""
    with storage_answers():
        if not file.name or not file.storage.exists(file.name):
            raise Http404
    return file


def inert_response(file: Any, name: str, content_type: str) -> FileResponse:
    """Return the answer that hands ``file`` (of a FileField) out under ``name``. Http404 or StorageAway."""
    try:
        with storage_answers():
            return inert_answer(file_or_404(file).open("rb"), name, content_type)
    except Missing as error:
        raise Http404 from error


def inert_answer(file: Any, name: str, content_type: str) -> FileResponse:
    """Return the answer that hands the open ``file`` out under ``name``, to be saved and not to be run."""
    return FileResponse(file, as_attachment=True, filename=name, content_type=content_type, headers=INERT)


def _name(row: models.Model, field: str) -> str:
    model_field: Any = row._meta.get_field(field)
    return str(model_field.generate_filename(row, ""))


def _storage(row: models.Model, field: str) -> Storage:
    model_field: Any = row._meta.get_field(field)
    found: Storage = model_field.storage
    return found


@contextmanager
def _temporary(folder: Path, *, prefix: str, suffix: str) -> Iterator[Path]:
    with storage_answers():
        handle, name = tempfile.mkstemp(prefix=prefix, suffix=suffix, dir=folder)
        os.close(handle)
    path = Path(name)
    try:
        yield path
    except OSError as error:
        # Of whoever writes to it. What is no matter of disks is raised as it is.
        if error.errno in NO_ROOM:
            raise no_room_left() from error
        if error.errno in OF_THE_DISK:
            logger.exception("files cannot be reached")
            raise StorageAway from error
        raise
    finally:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Have a file or a folder written to the disk before anybody is told that it is there."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
