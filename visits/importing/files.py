"""The private files of an import: the file as it came, its rows, what is wrong with them, what was left out."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction

from npmportal.csv_files import MARK, cell
from npmportal.private_files import discard, on_disk
from visits.importing import reading
from visits.importing.reading import Row
from visits.models import Import

FILES = ("rows", "problems", "rest")
# What separates cells where spreadsheets in that language expect no comma: they take such a file for one column. The
# import reads either.
SEPARATORS = {"nl": ";"}


@contextmanager
def rows_of(batch: Import) -> Iterator[Iterable[Row]]:
    """Give the rows of the file as they were read. Missing or StorageAway where they cannot be had."""
    with on_disk(batch.rows) as path:
        yield reading.rows_in(path)


class Sheet:
    """A CSV file that is written row by row, formulas defused, for spreadsheets in the ``language`` of who reads it."""

    def __init__(self, path: Path, header: Sequence[str], language: str) -> None:
        self._file = path.open("w", encoding="utf-8", errors="replace", newline="")
        self._file.write(MARK)
        self._writer = csv.writer(self._file, delimiter=_separator(language))
        self._writer.writerow(header)
        self.rows = 0

    def add(self, cells: Sequence[Any]) -> None:
        """Write one row more."""
        self.rows += 1
        self._writer.writerow([cell(value) for value in cells])

    def __enter__(self) -> "Sheet":
        return self

    def __exit__(self, *raised: Any) -> None:
        self.close()

    def close(self) -> None:
        """Have everything written stand in the file."""
        self._file.close()


def first_rows(batch: Import, field: str, most: int) -> list[list[str]]:
    """Return the first rows, without the head, of one of the CSV files the portal wrote; none where it has gone."""
    file = getattr(batch, field)
    if not file.name or not file.storage.exists(file.name):
        return []
    with on_disk(file) as path, path.open("r", encoding="utf-8-sig", newline="") as opened:
        reader = csv.reader(opened, delimiter=_separator(batch.language))
        next(reader, None)
        return [cells for cells, _number in zip(reader, range(most))]  # noqa: B905


def _separator(language: str) -> str:
    return SEPARATORS.get(language.partition("-")[0], ",")


def forget(batch: Import, *fields: str) -> None:
    """Remove files of an import, all where none is named, and what the portal kept of their content.

    The files go when the transaction around this, if any, has been committed.
    """
    gone = fields or FILES
    names = [(getattr(batch, field).storage, getattr(batch, field).name) for field in gone]
    changes: dict[str, Any] = dict.fromkeys(gone, "")
    if "rows" in gone:
        changes["preview"] = {}
    Import.objects.filter(pk=batch.pk).update(**changes)
    for storage, name in names:
        transaction.on_commit(partial(discard, storage, name or ""))


def forget_expired() -> int:
    """Remove the files of imports whose time is over, and say how many; the imports themselves stay listed."""
    count = 0
    for batch in Import.objects.expired().select_related("job"):
        if not batch.is_live:
            forget(batch)
            count += 1
    return count
