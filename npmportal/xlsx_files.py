"""XLSX written row by row: texts are texts by their type, never formulas; nothing is kept in memory (security R-40).

Written here and not by openpyxl: that takes a text with “=” for a formula, holds each cell as an object, and cannot
hand out a file before it is whole. The files hold one table, with the header in its first row.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import IO, Any, cast
from xml.sax.saxutils import escape

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_OF_A_SHEET = 1_048_576
LONGEST = 32_767
AT_ONCE = 200  # rows
BEFORE_DAYS = date(1899, 12, 30)
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# What Excel reads as a character written by its number: a text that holds it must say that it is meant.
ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
CUT = "… [cut here: a cell holds no more; the CSV and JSON files hold the whole text]"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
DAY, BOLD = ' s="1"', ' s="2"'


def chunks(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield the file in pieces: a sheet ``title`` of ``rows`` under ``header``, a second one where one is full."""
    sink = _Sink()
    letters = [_letters(number) for number in range(len(header))]
    remaining, sheets, is_more = iter(rows), 0, True
    with zipfile.ZipFile(cast(IO[bytes], sink), "w", zipfile.ZIP_DEFLATED) as archive:
        while is_more:
            sheets += 1
            with archive.open(f"xl/worksheets/sheet{sheets}.xml", "w", force_zip64=True) as sheet:
                sheet.write(f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>'.encode())
                sheet.write(_row(1, header, letters, BOLD).encode())
                is_more = False
                part: list[str] = []
                for number, row in enumerate(remaining, start=2):
                    part.append(_row(number, row, letters))
                    is_more = number == ROWS_OF_A_SHEET
                    if len(part) == AT_ONCE or is_more:
                        sheet.write("".join(part).encode())
                        part.clear()
                        yield sink.taken()
                    if is_more:
                        break
                sheet.write(("".join(part) + "</sheetData></worksheet>").encode())
        for name, content in _frame(title, sheets):
            archive.writestr(name, content)
    yield sink.taken()


def _row(number: int, values: Sequence[Any], letters: list[str], style: str = "") -> str:
    cells = "".join(
        _cell(f"{letter}{number}", value, style)
        for letter, value in zip(letters, values, strict=True)
        if value is not None and value != ""
    )
    return f'<row r="{number}">{cells}</row>'


def _cell(place: str, value: Any, style: str) -> str:
    """Return one cell. What is no number and no day is a text, whatever it begins with."""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    if isinstance(value, date) and not isinstance(value, datetime) and value.year >= 1900:
        return f'<c r="{place}"{DAY}><v>{(value - BEFORE_DAYS).days}</v></c>'
    return f'<c r="{place}"{style} t="inlineStr"><is><t xml:space="preserve">{text_of(value)}</t></is></c>'


def text_of(value: Any) -> str:
    """Return ``value`` as it may stand in the file: escaped, without control characters, no longer than a cell."""
    text = FORBIDDEN.sub("", str(value))
    if len(text) > LONGEST:
        text = text[: LONGEST - len(CUT)] + CUT
    return escape(ESCAPED.sub("_x005F_", text) if "_x" in text else text)


def _letters(number: int) -> str:
    """Return what the column ``number`` (from 0) is called: A to Z, AA, AB …"""
    found = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(65 + rest) + found
    return found


def _frame(title: str, sheets: int) -> Iterator[tuple[str, str]]:
    """Yield the small files around the sheets: what there is, and how it hangs together."""
    numbers = range(1, sheets + 1)
    part = '<Override PartName="/xl/{}" ContentType="' + TYPE + '.{}+xml"/>'
    overrides = "".join(part.format(f"worksheets/sheet{n}.xml", "worksheet") for n in numbers)
    overrides += part.format("workbook.xml", "sheet.main") + part.format("styles.xml", "styles")
    yield (
        "[Content_Types].xml",
        (
            f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
        ),
    )
    relation = '<Relationship Id="{}" Type="' + OFFICE + '/{}" Target="{}"/>'
    relations = f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{{}}</Relationships>'
    yield "_rels/.rels", relations.format(relation.format("rId1", "officeDocument", "xl/workbook.xml"))
    own = "".join(relation.format(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers)
    own += relation.format(f"rId{sheets + 1}", "styles", "styles.xml")
    yield "xl/_rels/workbook.xml.rels", relations.format(own)
    names = [f"{text_of(title)[:24]} {n}" if sheets > 1 else text_of(title)[:31] for n in numbers]
    listed = "".join(f'<sheet name="{names[n - 1]}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    yield "xl/workbook.xml", f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>'
    yield "xl/styles.xml", STYLES


class _Sink:
    """Where the archive is written to; what has been written is taken away and handed out."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self) -> bytes:
        found = b"".join(self._parts)
        self._parts.clear()
        return found
