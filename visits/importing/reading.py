"""A file as the rest of the import knows it: one head, and numbered rows of text. The same for CSV and XLSX.

Whatever the file was, its rows are kept as UTF-8 CSV with the number of the row first (`read`, `rows_in`): mapping,
checking and storing read the same thing, quickly, however often they need it.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from npmportal.csv_files import FORMULA
from npmportal.zip_check import UnsafeArchive
from visits.importing import decoding, workbook

MOST_ROWS = 250_000
MOST_COLUMNS = workbook.MOST_COLUMNS
LONGEST_HEADING = 120
ROWS_BEFORE_THE_HEAD = 20


class Unreadable(Exception):
    """The file cannot be read as rows; the message says why, in words for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file: its number there, counted from 1 as spreadsheets do, and its cells."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Sheet:
    """What was found in a file: the names of its columns, how many rows hold something, where the head stood."""

    header: list[str]
    rows: int
    head_row: int


def read(path: Path, target: Path, knows: Callable[[str], bool]) -> Sheet:
    """Write the rows of the file ``path`` to ``target`` and return what was found.

    ``knows`` tells whether a heading is one the import understands: that finds the head below titles and notes.
    Raises Unreadable for what is no table.
    """
    try:
        is_workbook = workbook.is_workbook(path)
        source = workbook.records(path) if is_workbook else decoding.records(path)
        first = list(islice(source, ROWS_BEFORE_THE_HEAD))
        head = _head_row(first, knows)
        header = heading_of(first[: head + 1])
        with target.open("w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            rows = _write(csv.writer(file), first[head + 1 :], source, head + 2, len(header) if is_workbook else 0)
    except UnsafeArchive as error:
        raise Unreadable(str(error)) from error
    except (csv.Error, UnicodeError) as error:
        raise Unreadable(_("The file cannot be read as a table: save it as CSV (UTF-8) or XLSX.")) from error
    if not rows:
        raise Unreadable(_("The file has no rows below the names of the columns."))
    return Sheet(header, rows, head + 1)


def _write(writer: Any, first: list[list[str]], rest: Iterator[list[str]], number: int, width: int) -> int:
    written = 0
    for source in (iter(first), rest):
        for cells in source:
            if any(cell and not cell.isspace() for cell in cells):
                written += 1
                if written > MOST_ROWS:
                    raise Unreadable(_("The file has more than %(most)s rows: divide it.") % {"most": f"{MOST_ROWS:,}"})
                writer.writerow([number, *_padded(cells, width)])
            number += 1
    return written


def _padded(cells: list[str], width: int) -> list[str]:
    """Give a row of a spreadsheet the width of the head; what stands beyond it empty is no cell."""
    while len(cells) > width > 0 and not cells[-1]:
        cells.pop()
    return cells + [""] * (width - len(cells))


def rows_in(path: Path) -> Iterator[Row]:
    """Yield the rows that `read` wrote, in the order of the file."""
    with path.open("r", encoding="utf-8", errors="surrogatepass", newline="") as file:
        for number, *cells in csv.reader(file):
            yield Row(int(number), cells)


def _head_row(first: list[list[str]], knows: Callable[[str], bool]) -> int:
    """Return which of the ``first`` rows holds the names of the columns: the one with most names that are known.

    Where none is known it is the first row with more than one cell; a title in a merged cell is one cell.
    """
    if not any(any(cell.strip() for cell in cells) for cells in first):
        raise Unreadable(_("The file is empty."))
    known = [sum(1 for cell in cells if cell.strip() and knows(cell)) for cells in first]
    if max(known) > 1:
        return known.index(max(known))
    filled = [sum(1 for cell in cells if cell.strip()) for cells in first]
    return next((n for n, cells in enumerate(filled) if cells > 1), next(n for n, cells in enumerate(filled) if cells))


def heading_of(rows: list[list[str]]) -> list[str]:
    """Return the names of the columns from the head row, the last of ``rows``, and the merged cells above it.

    A cell merged over several columns stands in the first of them: it is put before names that occur twice. A cell
    merged downwards stands in the row above: it fills what is empty below. What has no name at all gets its letter.
    """
    head = [cell.strip() for cell in rows[-1]]
    while len(head) > 1 and not head[-1]:
        head.pop()
    above = _group_row(rows[:-1], len(head))
    groups, last = [], ""
    for cell in above:
        last = cell or last
        groups.append(last)
    names = [name or above[n] for n, name in enumerate(head)]
    twice = {name for name in names if names.count(name) > 1}
    joined = [f"{groups[n]} {name}".strip() if name in twice else name for n, name in enumerate(names)]
    named = [name or _("Column %(letter)s") % {"letter": letter(n)} for n, name in enumerate(joined)]
    if len(named) > MOST_COLUMNS:
        raise Unreadable(_("The file has more than %(most)s columns.") % {"most": MOST_COLUMNS})
    return [plain(name)[:LONGEST_HEADING] for name in named]


def _group_row(rows: list[list[str]], width: int) -> list[str]:
    """Return the row right above the head where it names groups of columns: more than one cell, as long as the head."""
    above = [cell.strip() for cell in rows[-1]] if rows else []
    above = (above + [""] * width)[:width]
    return above if sum(1 for cell in above if cell) > 1 else [""] * width


def letter(index: int) -> str:
    """Return what spreadsheets call the column ``index``, counted from 0: A, B, …, Z, AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def plain(text: str) -> str:
    """Return ``text`` without control characters and broken bytes, fit to be shown and stored."""
    return "".join(c for c in text if c.isprintable() and not "\ud800" <= c <= "\udfff").strip()


def unquoted(cell: str) -> str:
    """Take away the apostrophe that keeps a spreadsheet from calculating a text: downloads come back as they were."""
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip(" '").startswith(FORMULA) else cell
