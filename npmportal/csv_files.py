"""CSV that opens well in a spreadsheet and starts nothing there (security R-40)."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.http import StreamingHttpResponse

# What a spreadsheet takes for the beginning of a formula, also behind spaces.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CONTROLS = {code: None for code in range(32) if chr(code) not in "\n\t"}
# Excel reads UTF-8 as such only after this mark; every CSV reader of note takes it ("utf-8-sig").
MARK = "\ufeff"


def cell(value: Any) -> Any:
    """Return ``value`` as it may stand in a file: texts cannot begin a formula, control characters are left out."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if not text.isprintable():
        text = text.translate(CONTROLS)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Return the file line by line, the header first, behind the mark that says it is UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(MARK)
    writer.writerow(header)
    yield _taken(buffer)
    for row in rows:
        writer.writerow([value if value is None else cell(value) for value in row])
        yield _taken(buffer)


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """Return the answer that hands out the file ``name`` row by row, however long it is.

    ``rows`` are asked for after the view has returned: whatever depends on the language must have been said before.
    """
    disposition = f'attachment; filename="{name}"'
    return StreamingHttpResponse(
        lines(header, rows), headers={"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": disposition}
    )


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
