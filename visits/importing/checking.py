"""Every row, before anything is written: its cells as values, and what is wrong with them.

`RowReader` is the part that is the same for all kinds of files; `visits`, `places` and `people` beside this module know
what the values of a row must agree with. Nothing here asks the database about a single row: `Checker.judge` gets a
thousand at a time.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, Protocol

from django.utils import translation
from django.utils.translation import gettext as _

from visits.importing import columns as reads
from visits.importing import values
from visits.importing.columns import Column, columns_of
from visits.importing.judged import columns_for
from visits.importing.lookups import Bodies, Places, Several
from visits.importing.outcomes import SKIPPED, WRONG, Outcome, Problem
from visits.importing.reading import Row
from visits.importing.stated import figure, figure_of_a_visit
from visits.importing.synonyms import simple
from visits.importing.terms import LEAVE_OUT, NOT_RECORDED, choices_of, words_of
from visits.importing.values import Wrong
from visits.models import Import

CHUNK = 4000


class LeftOut(Exception):
    """The person said on the third screen that rows with this word are not wanted."""


class Checker(Protocol):
    """What the three kinds have in common."""

    reader: "RowReader"

    def judge(self, outcomes: list[Outcome], *, locked: bool) -> None:
        """Say of each of ``outcomes`` what it is; ``locked`` locks what stands in the portal, for writing."""


def mapped_columns(batch: Import) -> dict[int, Column]:
    """Return the columns of the file that are imported, by their number."""
    known: Mapping[str, Column] = columns_of(batch.kind)
    if not known.keys() >= {name for name in batch.columns.values() if name}:
        known = columns_for(batch)
    found = {int(number): known[name] for number, name in batch.columns.items() if name in known}
    return {number: column for number, column in sorted(found.items()) if number < len(batch.header)}


def missing_columns(batch: Import) -> list[Column]:
    """Return the columns that every row needs and that neither the file nor the person gives."""
    given = {column.name for column in mapped_columns(batch).values()} | {n for n, v in batch.fixed.items() if v}
    return [column for column in columns_of(batch.kind).values() if column.is_required and column.name not in given]


class RowReader:
    """Turns the cells of rows into values, as the file’s columns and words were mapped."""

    def __init__(self, batch: Import, places: Places, bodies: Bodies, allowed: Iterable[str]) -> None:
        self.header: list[str] = batch.header
        self.places, self.bodies = places, bodies
        self._batch = batch
        permitted = set(allowed)
        self.columns = {n: column for n, column in mapped_columns(batch).items() if column.line in permitted}
        self._plan = [(n, column.name, self._reader(column)) for n, column in self.columns.items()]
        self._required = [column for column in columns_of(batch.kind).values() if column.is_required]
        # Keys of terms, as they were chosen from a list; one that the network has given up since is missing again.
        self._fixed = {
            name: key
            for name, key in batch.fixed.items()
            if name in permitted and key in dict(choices_of(columns_of(batch.kind)[name], batch.mechanism))
        }
        self._number_of = {column.name: number for number, column in self.columns.items()}

    def read(self, row: Row) -> Outcome:
        """Return the row’s values, or what is wrong with its cells."""
        outcome = Outcome(row.number, row.cells)
        if len(row.cells) != len(self.header):
            sentence = _("The row has %(cells)s cells, the head has %(head)s.")
            words = {"cells": len(row.cells), "head": len(self.header)}
            outcome.problems.append(Problem(row.number, "", "", sentence % words))
            outcome.result = WRONG
            return outcome
        for number, name, read in self._plan:
            if cell := row.cells[number]:
                self._take(outcome, number, name, cell, read)
        for name, value in self._fixed.items():
            outcome.values.setdefault(name, value)
        if outcome.result != SKIPPED:
            self._ask_for_what_is_missing(outcome)
        return outcome

    def _take(self, outcome: Outcome, number: int, name: str, cell: str, read: Callable[[str], Any]) -> None:
        try:
            text = values.clean(cell)
            value = read(text) if text else None
        except Wrong as wrong:
            outcome.problems.append(Problem(outcome.number, self.header[number], cell, str(wrong)))
            outcome.result = WRONG if outcome.result != SKIPPED else SKIPPED
        except LeftOut:
            reason = _("Rows with this word are left out.")
            outcome.problems.insert(0, Problem(outcome.number, self.header[number], cell, reason))
            outcome.result = SKIPPED
        else:
            if value is not None and value != "":
                outcome.values[name] = value

    def _ask_for_what_is_missing(self, outcome: Outcome) -> None:
        for column in self._required:
            if column.name in outcome.values:
                continue
            number = self._number_of.get(column.name)
            if number is not None and any(p.column == self.header[number] for p in outcome.problems):
                continue
            self.refuse(outcome, column.name, _("This must be given."))

    def named_in(self, rows: Iterable[Row]) -> tuple[set[str], set[uuid.UUID]]:
        """Return the references and the ids of the places that ``rows`` name, in one walk over the file.

        Cells that name no place are left for `read` to refuse.
        """
        numbers = [self._number_of.get(name) for name in ("reference", "place")]
        references, texts = (set[str](), set[str]())
        pairs = [(n, found) for n, found in zip(numbers, (references, texts), strict=True) if n is not None]
        for row in rows:
            for number, found in pairs:
                if number < len(row.cells):
                    found.add(row.cells[number].strip())
        return references - {""}, {place for text in texts for place in self._places_of(text)}

    def _places_of(self, text: str) -> list[uuid.UUID]:
        try:
            return [self.places.find(values.clean(text), self._batch.terms.get("place", {})).id]
        except Several as several:
            return [place.id for place in several.places]
        except Wrong:
            return []

    def refuse(self, outcome: Outcome, name: str, reason: str) -> None:
        """Call the row wrong because of its value for the field ``name``."""
        outcome.problems.append(self.problem(outcome, name, reason))
        outcome.result = WRONG

    def note(self, outcome: Outcome, name: str, reason: str) -> None:
        """Tell the person something about the row that does not stop it."""
        outcome.notes.append(self.problem(outcome, name, reason))

    def problem(self, outcome: Outcome, name: str, reason: str) -> Problem:
        """Return ``reason`` with the column and the cell it is about, as the file has them."""
        number = self._number_of.get(name)
        if number is None:
            return Problem(outcome.number, columns_of(self._batch.kind)[name].label, "", reason)
        return Problem(outcome.number, self.header[number], outcome.cells[number], reason)

    def cell(self, outcome: Outcome, name: str) -> str:
        """Return the cell of the column that fills ``name``, "" where no column does."""
        number = self._number_of.get(name)
        return "" if number is None else outcome.cells[number].strip()

    def fills(self, name: str) -> bool:
        """Tell whether a column of the file fills the field ``name``."""
        return name in self._number_of

    def _place(self, text: str, told: dict[str, str]) -> Any:
        """Return the place; all of them where a visit that stands in the portal can tell which (`VisitChecker`)."""
        try:
            return self.places.find(text, told)
        except Several as several:
            if self._batch.kind != Import.Kind.VISITS:
                raise
            return several.places

    def _reader(self, column: Column) -> Callable[[str], Any]:
        told: dict[str, str] = self._batch.terms.get(column.name, {})
        if column.reads == reads.TERM:
            return _reader_of_terms({**words_of(column, self._batch.mechanism), **told})
        if column.reads == reads.PLACE:
            return _once(lambda text: self._place(text, told))
        if column.reads == reads.BODY:
            return _once(self.bodies.find)
        if column.reads == reads.BODIES:
            return _once(self.bodies.several)
        if column.reads == reads.FIGURE:
            return _once(figure_of_a_visit if self._batch.kind == Import.Kind.VISITS else figure)
        return values.reader_of(column, self._batch.date_order)


def _reader_of_terms(words: dict[str, str]) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        key = words.get(simple(text))
        if key == LEAVE_OUT:
            raise LeftOut
        if key == NOT_RECORDED or (not key and simple(text) in values.NOTHING):
            return None
        if not key:
            raise Wrong(_("This word was not mapped to a term of the network."))
        return key

    return _once(read)


def _once(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Read each text once; a text that is wrong is wrong again without being looked for again."""
    known: dict[str, Any] = {}

    def answer(text: str) -> Any:
        if text not in known:
            try:
                known[text] = read(text)
            except (Wrong, LeftOut) as refusal:
                known[text] = refusal
        value = known[text]
        if isinstance(value, Wrong):
            raise Wrong(str(value))
        if isinstance(value, LeftOut):
            raise LeftOut
        return value

    return answer


def check(checker: Checker, rows: Iterable[Row], *, locked: bool = False) -> Iterator[list[Outcome]]:
    """Yield what becomes of the rows, some thousands at a time, in the order of the file; ``locked``: for writing."""
    chunks = _read_ahead(checker.reader, rows) if locked else _read(checker.reader, rows)
    for outcomes in chunks:
        checker.judge([outcome for outcome in outcomes if outcome.result not in (WRONG, SKIPPED)], locked=locked)
        yield outcomes


def _read(reader: RowReader, rows: Iterable[Row]) -> Iterator[list[Outcome]]:
    source = iter(rows)
    while outcomes := [reader.read(row) for row in islice(source, CHUNK)]:
        yield outcomes


def _read_ahead(reader: RowReader, rows: Iterable[Row]) -> Iterator[list[Outcome]]:
    """As `_read`, the next rows in a thread while PostgreSQL stores the last. Reading asks the database nothing."""
    language = translation.get_language()
    chunks = _read(reader, rows)

    def following() -> list[Outcome]:
        with translation.override(language):
            return next(chunks, [])

    with ThreadPoolExecutor(1) as ahead:
        pending = ahead.submit(following)
        while outcomes := pending.result():
            pending = ahead.submit(following)
            yield outcomes
