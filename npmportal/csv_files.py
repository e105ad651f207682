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
SHORT, MOST_KEPT = 60, 20_000
AT_ONCE = 100


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
    # A text that has such an apostrophe itself gets a second one: the import takes one away.
    return f"'{text}" if text.lstrip(" '").startswith(FORMULA) else text


def lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Return the file a hundred lines at a time, the header first, behind the mark that says it is UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(MARK)
    writer.writerow(header)
    known: dict[Any, str] = {}  # short texts come again and again: terms, names of places, times
    for number, row in enumerate(rows, start=1):
        writer.writerow(
            [one if one is None or type(one) is int else known.get(one) or _kept(one, known) for one in row]
        )
        if number % AT_ONCE == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _kept(value: Any, known: dict[str, str]) -> Any:
    """Return `cell` of ``value``, remembered in ``known`` where it is a short text."""
    if type(value) is not str or len(value) > SHORT:
        return cell(value)
    found = known.get(value)
    if found is None:
        found = cell(value)
        if len(known) < MOST_KEPT:
            known[value] = found
    return found


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
