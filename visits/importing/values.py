"""One cell as a value: days, times, numbers, texts. What cannot be read is refused with a reason, never guessed."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from visits.importing import columns
from visits.importing.columns import Column
from visits.importing.reading import unquoted
from visits.importing.synonyms import NOTHING, simple
from visits.models import Import

DAY_FIRST, MONTH_FIRST = Import.DateOrder.DAY_FIRST.value, Import.DateOrder.MONTH_FIRST.value

# A spreadsheet counts days from 30 December 1899; between these two lie 1982 and 2064.
SERIAL_DAYS = range(30_000, 60_000)
SERIAL_EPOCH = date(1899, 12, 30)
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januari",
            "february feb februari",
            "march mar maart mrt",
            "april apr",
            "may mei",
            "june jun juni",
            "july jul juli",
            "august aug augustus",
            "september sep sept",
            "october oct oktober okt",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$")
IN_FIGURES = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4}|\d{2})$")
IN_WORDS = re.compile(r"(?:[a-z]+,?\s+)?(\d{1,2})(?:st|nd|rd|th)?[\s\-]+([a-z]+)\.?,?[\s\-]+(\d{4}|\d{2})$")
AMERICAN = re.compile(r"(?:[a-z]+,?\s+)?([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$")
TIME_BEHIND = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(am|pm|z)?$", re.IGNORECASE)
CLOCK = re.compile(r"(\d{1,2})[:.h](\d{2})(?:[:.]\d{2})?\s*([ap])?\.?(?:m\.?)?$", re.IGNORECASE)
EITHER = re.compile(r"0\.[0-5]\d")  # half past midnight, or three tenths of a day
CLOCK_WITHOUT_COLON = re.compile(r"(\d{1,2}?)(\d{2})$")
WHOLE = re.compile(r"\d{1,12}(?:\.0+)?$")
ERRORS = ("#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!")


_SUSPICIOUS = ("=", "'", "#")


class Wrong(ValueError):
    """A cell that cannot be read; the message is the reason, for the person whose file it is."""


def clean(cell: str) -> str:
    """Return the text of a cell. Raises Wrong for what no cell may hold: broken bytes, control characters, formulas."""
    text = cell.strip()
    if text.isascii() and text.isprintable():
        if text[:1] not in _SUSPICIOUS:
            return text
    elif any("\ud800" <= character <= "\udfff" or character == "\ufffd" for character in text):
        raise Wrong(_("Some characters are in another encoding than the rest of the file."))
    elif any(character < " " and character not in "\n\r\t" for character in text):
        raise Wrong(_("The cell holds unprintable characters."))
    if text.startswith("="):
        raise Wrong(_("The cell holds a formula: put its value there instead."))
    if text.startswith("#") and text in ERRORS:
        raise Wrong(_("The cell holds an error of the spreadsheet."))
    return unquoted(text) if text.startswith("'") else text


def reader_of(column: Column, date_order: str) -> Callable[[str], Any]:
    """Return the function that reads the cells of ``column``; it takes a clean text, and raises Wrong.

    Answers are kept: a file of a hundred thousand rows holds few different days.
    """
    if column.reads == columns.DAY:
        return _remembering(lambda text: day(text, date_order))
    if column.reads == columns.TIME:
        return _remembering(clock)
    if column.reads == columns.NUMBER:
        return _remembering(lambda text: number(text, column.highest))
    if column.reads == columns.DECIMAL:
        return decimal
    return lambda text: words(text, column.longest)


def _remembering(read: Callable[[str], Any]) -> Callable[[str], Any]:
    known: dict[str, Any] = {}

    def answer(text: str) -> Any:
        if text in known:
            return known[text]
        value = read(text)
        if len(known) < 50_000:
            known[text] = value
        return value

    return answer


def words(text: str, longest: int) -> str:
    """Return a text, which may be at most ``longest`` characters long."""
    if len(text) > longest:
        raise Wrong(
            _("The text has %(length)s characters; %(most)s are the most.") % {"length": len(text), "most": longest}
        )
    return text.replace("\r\n", "\n")


def number(text: str, highest: int) -> int | None:
    """Return a whole number; None for what says that it was not recorded, which is never nought."""
    if not WHOLE.match(text):
        if simple(text) in NOTHING:
            return None
        raise Wrong(_("This is no whole number; leave the cell empty if it was not recorded."))
    value = int(text.partition(".")[0])
    if value > highest:
        raise Wrong(_("This number is too large."))
    return value


def decimal(text: str) -> Decimal:
    """Return a number with decimals, behind a point or a comma."""
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise Wrong(_("This is no number.")) from None
    if not value.is_finite() or abs(value) > 180:
        raise Wrong(_("This is no number."))
    return round(value, 6)


def day(text: str, date_order: str) -> date:
    """Return a day written in figures, in words, or as a spreadsheet counts days; a time behind it is left out.

    ``date_order`` says what comes first where both are figures (`order_of` finds it out, or the person is asked).
    """
    bare = TIME_BEHIND.sub("", text)
    if found := ISO.match(bare):
        return _existing(*map(int, found.groups()))
    if found := IN_FIGURES.match(bare):
        first, second, year = map(int, found.groups())
        month, day_of_month = (first, second) if date_order == MONTH_FIRST else (second, first)
        return _existing(_whole_year(year), month, day_of_month)
    if serial := _serial(bare):
        return SERIAL_EPOCH + timedelta(days=serial)
    return _in_words(bare.lower())


def _in_words(text: str) -> date:
    if found := IN_WORDS.match(text):
        day_of_month, month, year = found.groups()
    elif found := AMERICAN.match(text):
        month, day_of_month, year = found.groups()
    else:
        raise Wrong(_("This is no day: write it like 2024-05-14."))
    if month not in MONTHS:
        raise Wrong(_("This is no day: write it like 2024-05-14."))
    return _existing(_whole_year(int(year)), MONTHS[month], int(day_of_month))


def _existing(year: int, month: int, day_of_month: int) -> date:
    try:
        return date(year, month, day_of_month)
    except ValueError:
        raise Wrong(_("There is no such day.")) from None


def _whole_year(year: int) -> int:
    return year if year >= 100 else 2000 + year if year < 70 else 1900 + year


def _serial(text: str) -> int | None:
    whole = text.partition(".")[0]
    return int(whole) if whole.isascii() and whole.isdigit() and len(whole) == 5 and int(whole) in SERIAL_DAYS else None


def order_of(text: str) -> str:
    """Return which order of day and month the text shows, "" where it shows none, or could be both."""
    found = IN_FIGURES.match(TIME_BEHIND.sub("", text.strip()))
    if not found:
        return ""
    first, second = int(found.group(1)), int(found.group(2))
    if 12 < first <= 31 and second <= 12:
        return DAY_FIRST
    return MONTH_FIRST if 12 < second <= 31 and first <= 12 else ""


def could_be_both(text: str) -> bool:
    """Tell whether the text is a day that reads differently in either order."""
    found = IN_FIGURES.match(TIME_BEHIND.sub("", text.strip()))
    return bool(found) and int(found.group(1)) <= 12 and int(found.group(2)) <= 12  # type: ignore[union-attr]


def clock(text: str) -> time | None:
    """Return a time of day: 14:30, 14.30, 1430, 2:30 pm, or the part of the day a spreadsheet keeps (0.604)."""
    if simple(text) in NOTHING:
        return None
    if EITHER.fullmatch(text):
        reason = _("This can be %(clock)s or a part of the day, %(part)s: write it with a colon.")
        raise Wrong(reason % {"clock": text.replace(".", ":"), "part": f"{_part_of_the_day(text):%H:%M}"})
    if text.startswith("0.") or text.startswith("0,"):
        return _part_of_the_day(text)
    moment = text.rpartition(" ")[2] if ISO.match(text[:10]) else text
    found = CLOCK.match(moment) or CLOCK_WITHOUT_COLON.match(moment)
    if not found:
        raise Wrong(_("This is no time of day: write it like 14:30."))
    hour, minute, half = int(found.group(1)), int(found.group(2)), (found.groups() + ("",))[2]
    if half and not 1 <= hour <= 12:
        raise Wrong(_("This is no time of day: write it like 14:30."))
    if half:
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        raise Wrong(_("This is no time of day: write it like 14:30.")) from None


def _part_of_the_day(text: str) -> time:
    try:
        minutes = round(float(text.replace(",", ".")) * 1440)
        return (datetime(2000, 1, 1) + timedelta(minutes=minutes)).time()
    except ValueError:
        raise Wrong(_("This is no time of day: write it like 14:30.")) from None
