"""The bytes of a text file as records of cells: its encoding, its separator, one record after the other."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

SEPARATORS = ",;\t|"
SAMPLE = 64_000
# Python's own limit of 131,072 characters would stop the whole file at one long cell; the limit of a column
# (`Column.longest`) is said of that cell.
csv.field_size_limit(10_000_000)

BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def encoding_of(path: Path) -> str:
    """Return the encoding of the file: by its mark, else UTF-16 by its zero bytes, else UTF-8 or Windows-1252.

    A file that is UTF-8 in most places stays UTF-8: its foreign bytes are reported cell by cell.
    """
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
        for mark, name in BOMS:
            if sample.startswith(mark):
                return name
        if guess := _utf_16_without_mark(sample[:2000]):
            return guess
        file.seek(0)
        return _utf_8_or_windows(file)


def _utf_16_without_mark(sample: bytes) -> str:
    """Return which UTF-16 it is where nearly every second byte is zero, else ""."""
    half = len(sample) // 2
    if half < 2:
        return ""
    if sample[1::2].count(0) > 0.8 * half and sample[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    return "utf-16-be" if sample[::2].count(0) > 0.8 * half and sample[1::2].count(0) < 0.1 * half else ""


def _utf_8_or_windows(lines: Iterator[bytes] | io.BufferedReader) -> str:
    """Count the lines that are good UTF-8 and those that are not; lines of plain ASCII say nothing."""
    good = bad = 0
    for line in lines:
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            good += 1
        except UnicodeDecodeError:
            bad += 1
    return "cp1252" if bad > good else "utf-8"


def text_of(path: Path, encoding: str) -> io.TextIOWrapper:
    """Return the file opened as text; bytes that are none in this encoding come out as lone surrogates."""
    errors = "surrogateescape" if "utf-16" not in encoding else "replace"
    return path.open("r", encoding=encoding, errors=errors, newline="")


def separator_of(sample: str) -> str:
    """Return the character that separates the cells: the one that gives the most records of the same width.

    A first line “sep=;” says it, as spreadsheets understand it.
    """
    first = sample.split("\n", 1)[0].strip().strip('"').lower()
    if first.startswith("sep=") and len(first) == 5:
        return first[4]
    return max(SEPARATORS, key=lambda character: _likeness(sample, character))


def _likeness(sample: str, separator: str) -> tuple[int, int]:
    """Return how many records have the commonest width, if that is more than one cell, and that width."""
    whole = sample.rsplit("\n", 1)[0] if "\n" in sample else sample
    widths: dict[int, int] = {}
    for number, cells in enumerate(csv.reader(io.StringIO(whole, newline=""), delimiter=separator)):
        if number >= 100:
            break
        if len(cells) > 1:
            widths[len(cells)] = widths.get(len(cells), 0) + 1
    width = max(widths, key=lambda width: (widths[width], width), default=1)
    return widths.get(width, 0), width


def records(path: Path) -> Iterator[list[str]]:
    """Yield the records of the text file one by one, empty ones included, so that the numbers are those of the file."""
    encoding = encoding_of(path)
    with text_of(path, encoding) as file:
        sample = file.read(SAMPLE)
        separator = separator_of(sample)
        says_separator = sample[:4].lower() == "sep=" or sample[:5].lower() == '"sep='
        file.seek(0)
        reader = csv.reader(file, delimiter=separator)
        for number, cells in enumerate(reader):
            yield [] if number == 0 and says_separator else cells
