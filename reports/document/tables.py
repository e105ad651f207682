"""A table of the report as data: one thing to print, to embed as CSV and to test."""

from dataclasses import dataclass

from npmportal.csv_files import lines

Cell = str | int | None


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

    @property
    def file_name(self) -> str:
        """What the table is called as a file inside the PDF."""
        return f"{self.number:03d}-{self.key}.csv"

    @property
    def title(self) -> str:
        return f"{self.number}. {self.caption}"

    def as_csv(self) -> str:
        """Return the table as CSV that a spreadsheet opens well and starts nothing from."""
        return "".join(lines(self.head, [row.cells for row in self.rows]))
