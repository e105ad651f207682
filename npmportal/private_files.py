"""Files made by jobs and handed out by checked views: private, whole or not at all (security D-07, D-14)."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import models
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404

# A file is shown by the reader's own program, never by the portal's page: it can run nothing and is kept nowhere.
INERT = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def size_of(file: FieldFile) -> int | None:
    """Return the bytes of ``file``, or None where there is none (yet, or any more)."""
    return file.storage.size(file.name) if file.name and file.storage.exists(file.name) else None


@contextmanager
def unfinished_file(row: models.Model, field: str) -> Iterator[Path]:
    """Give a path beside the final one to write to; whatever is left there at the end is removed."""
    final = _final(row, field)
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left_by_a_killed_worker in final.parent.glob(f".{final.stem}-*"):
        left_by_a_killed_worker.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{final.stem}-", suffix=final.suffix, dir=final.parent)
    os.close(handle)
    path = Path(name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def put_in_place(row: models.Model, field: str, path: Path) -> str:
    """Give the finished file its final name, so that it survives a power cut; return that name in the storage."""
    final = _final(row, field)
    os.replace(path, final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return _name(row, field)


def file_or_404(file: Any) -> Any:
    """Return the stored ``file`` of a FileField; Http404 where there is none (yet, or any more)."""
    if not file.name or not file.storage.exists(file.name):
        raise Http404
    return file


def inert_response(file: Any, name: str, content_type: str) -> FileResponse:
    """Return the answer that hands ``file`` out under ``name``, to be saved."""
    return FileResponse(
        file_or_404(file).open("rb"), as_attachment=True, filename=name, content_type=content_type, headers=INERT
    )


def _name(row: models.Model, field: str) -> str:
    model_field: Any = row._meta.get_field(field)
    return str(model_field.generate_filename(row, ""))


def _final(row: models.Model, field: str) -> Path:
    model_field: Any = row._meta.get_field(field)
    return Path(model_field.storage.path(_name(row, field)))
