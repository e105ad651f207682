"""The three kinds of file a list can be downloaded as, each written as it is read, however long it is."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.utils.translation import gettext as _

from npmportal import csv_files, xlsx_files
from visits.downloading.lines import Lines

HIDDEN = object()


@dataclass(frozen=True)
class Format:
    """One kind of file: its ending, its type, whether it speaks in fixed terms, and what writes it."""

    ending: str
    content_type: str
    coded: bool
    write: Callable[[Lines], Iterator[bytes]]


def _csv(lines: Lines) -> Iterator[bytes]:
    rows = lines.rows(_("not open to you"))
    text = csv_files.lines([column.label for column in lines.columns], rows)
    return (line.encode() for line in text)


def _xlsx(lines: Lines) -> Iterator[bytes]:
    rows = lines.rows(_("not open to you"))
    return xlsx_files.chunks(_("Visits"), [column.label for column in lines.columns], rows)


def _json(lines: Lines) -> Iterator[bytes]:
    """Write an object per visit, by the names of the fields: null was not recorded, what is not open is left out."""
    keys = [column.key for column in lines.columns]
    return _objects(keys, lines.rows(HIDDEN))


def _objects(keys: list[str], rows: Iterator[list[Any]]) -> Iterator[bytes]:
    before = '{"visits": [\n'
    for row in rows:
        known = ((key, value) for key, value in zip(keys, row, strict=True) if value is not HIDDEN)
        record = {key: None if value == "" else value for key, value in known}
        yield (before + json.dumps(record, ensure_ascii=False, default=_plain)).encode()
        before = ",\n"
    yield b'{"visits": [\n]}\n' if before[0] == "{" else b"\n]}\n"


def _plain(value: Any) -> str:
    if isinstance(value, time):
        return value.isoformat("minutes")
    return value.isoformat() if isinstance(value, date) else str(value)


FORMATS: dict[str, Format] = {
    one.ending: one
    for one in (
        Format("csv", "text/csv; charset=utf-8", False, _csv),
        Format("xlsx", xlsx_files.CONTENT_TYPE, False, _xlsx),
        Format("json", "application/json", True, _json),
    )
}
