"""Where report files are kept: private, whole or not at all (security D-07, D-14)."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reports.models import Report


@contextmanager
def unfinished_file(report: Report) -> Iterator[Path]:
    """Give a path beside the final one to write to; whatever is left there at the end is removed."""
    folder = _final(report).parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left_by_a_killed_worker in folder.glob(f".{report.pk}-*"):
        left_by_a_killed_worker.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{report.pk}-", suffix=".pdf", dir=folder)
    os.close(handle)
    path = Path(name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def put_in_place(report: Report, path: Path) -> str:
    """Give the finished file its final name, so that it survives a power cut; return that name in the storage."""
    final = _final(report)
    os.replace(path, final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return _name(report)


def _name(report: Report) -> str:
    field: Any = Report._meta.get_field("file")
    return str(field.generate_filename(report, ""))


def _final(report: Report) -> Path:
    field: Any = Report._meta.get_field("file")
    return Path(field.storage.path(_name(report)))
