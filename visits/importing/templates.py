"""Empty files to fill in, one for each kind: the columns of `columns` in the reader’s language, and no more."""

import io
from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from visits.importing.columns import TERM, Column
from visits.importing.reading import letter, plain
from visits.importing.terms import choices_of

ROWS_WITH_LISTS = 2000
LONGEST_LIST = 255  # what a spreadsheet takes for a list written into a cell's rule


def headings(columns: Iterable[Column]) -> list[str]:
    """Return the names of ``columns`` in the reader's language."""
    return [column.label for column in columns]


def workbook(columns: Sequence[Column], mechanism: object, offered: Mapping[str, list[str]] | None = None) -> bytes:
    """Return an XLSX file with ``columns``; where terms are to be chosen, cells offer them as a list.

    ``offered`` are the words to choose from of columns that are a body's own (`Judged.asked_on`), by their name.
    """
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.append([_fit(heading) for heading in headings(columns)])
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns):
        sheet.cell(1, number + 1).font = Font(bold=True)
        sheet.column_dimensions[letter(number)].width = max(12, min(len(column.label) + 2, 40))
        if column.reads == TERM:
            _offer_terms(sheet, number, [name for _key, name in choices_of(column, mechanism)])
        elif words := (offered or {}).get(column.name):
            _offer_terms(sheet, number, words)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _fit(text: str) -> str:
    """Return ``text`` as a spreadsheet takes it: control characters, which it refuses, and line ends become spaces."""
    return plain(" ".join(text.split()))


def _offer_terms(sheet: Worksheet, number: int, terms: list[str]) -> None:
    terms = [_fit(term) for term in terms]
    listed = ",".join(terms)
    if len(listed) > LONGEST_LIST or any("," in term or '"' in term for term in terms):
        return
    rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=False)
    rule.add(f"{letter(number)}2:{letter(number)}{ROWS_WITH_LISTS}")
    sheet.add_data_validation(rule)
