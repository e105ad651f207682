"""The cells of an XLSX file, row by row, as text. Nothing is calculated, and nothing is kept in memory but one row."""

import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from django.utils.translation import gettext as _
from openpyxl import DEFUSEDXML, load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from npmportal.uploads.troubles import machine_error
from npmportal.zip_check import UnsafeArchive, check_archive

assert DEFUSEDXML, "openpyxl must read XML through defusedxml (security R-37)"

# After so many empty rows in a row nothing more is expected: a formatted but empty sheet goes on for a million.
EMPTY_ROWS_AT_THE_END = 5_000
MOST_COLUMNS = 200
DAMAGED = (KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, zipfile.BadZipFile, ParseError)


def is_workbook(path: Path) -> bool:
    """Tell whether the file is a zip archive, as every XLSX is."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def records(path: Path) -> Iterator[list[str]]:
    """Yield the rows of the first sheet that holds anything, empty rows included.

    Raises UnsafeArchive with a sentence for what cannot be read, or must not be.
    """
    with path.open("rb") as file:
        names = {entry.filename for entry in check_archive(file)}
        if "xl/workbook.xml" not in names:
            raise UnsafeArchive(_("The file is no spreadsheet: save it as CSV or XLSX."))
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise UnsafeArchive(_("The file holds macros: save it as CSV or XLSX without them."))
        try:
            yield from _rows_of_the_first_sheet(file)
        except (*DAMAGED, InvalidFileException, DefusedXmlException) as error:
            if failed := machine_error(error):
                raise failed from None  # the disk, not the file
            raise UnsafeArchive(_("The file is damaged: it cannot be opened.")) from error


def _rows_of_the_first_sheet(file: Any) -> Iterator[list[str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on styles and extensions that do not matter here
        book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
        try:
            for sheet in book.worksheets:
                if sheet.sheet_state != "visible":
                    continue
                sheet.reset_dimensions()  # what the file says of its size may be wrong
                found = False
                for row in _rows(sheet):
                    found = found or any(row)
                    yield row
                if found:
                    return
        finally:
            book.close()


def _rows(sheet: Any) -> Iterator[list[str]]:
    """Yield the rows of one sheet; those between the last one that holds something and the end are left out."""
    empty = 0
    for cells in sheet.iter_rows(max_col=MOST_COLUMNS):
        row = ["" if cell.value is None else _text_in(cell) for cell in cells]
        if not any(row):
            empty += 1
            if empty > EMPTY_ROWS_AT_THE_END:
                return
            continue
        yield from ([] for _number in range(empty))
        empty = 0
        yield row


def _text_in(cell: Any) -> str:
    """Return what stands in a cell as it would stand in a CSV file.

    A formula stays the text it is: the portal calculates nothing. A text that begins like one is told from it, as in
    CSV, by an apostrophe (visits.importing.reading.unquoted).
    """
    text = as_text(cell.value)
    return f"'{text}" if text.startswith("=") and cell.data_type != "f" else text


def as_text(value: Any) -> str:
    """Return a cell's value in words: days as 2024-05-14, whole numbers without “.0”."""
    if value is None:
        return ""
    if isinstance(value, str):
        return unescape(value) if "_x" in value else value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date | time | timedelta):
        return _moment(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(getattr(value, "text", value))


def _moment(value: date | time | timedelta) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    minutes = round(value.total_seconds() / 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
