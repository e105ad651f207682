"""A table of the report as data: one thing to print, to embed as CSV and to test."""

import csv
import io
from dataclasses import dataclass

Cell = str | int | None
# A spreadsheet would take a cell that begins so for a formula (security R-40).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Row:
    """A row: its first cell is the row's header. A cell of None is empty because the question does not arise."""

    cells: tuple[Cell, ...]
    is_total: bool = False

    @property
    def header(self) -> Cell:
        return self.cells[0]

    @property
    def values(self) -> tuple[Cell, ...]:
        return self.cells[1:]


@dataclass(frozen=True)
class Table:
    """A numbered table with a caption, one row of column headers, and notes that belong to its numbers."""

    number: int
    key: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    has_words: bool = False

    def as_csv(self) -> str:
        """Return the table as CSV: numbers plain, text that could start a formula with an apostrophe before it."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(_plain(cell) for cell in self.head)
        for row in self.rows:
            writer.writerow(_plain(cell) for cell in row.cells)
        return out.getvalue()


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return "'" + cell
    return cell
