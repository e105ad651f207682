"""What the words of a file mean in the network's terms: “C1” is an in-depth inspection, “MoJ” an operator.

Guessed from the terms' own names in both languages and from words other members use; the person has the last word on
the third screen, and the body's next file is understood the same way.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation

from visits.importing import columns as reads
from visits.importing.columns import LANGUAGES, Column, columns_of
from visits.importing.lookups import Places, own_terms
from visits.importing.reading import Row, unquoted
from visits.importing.synonyms import NOTHING, VALUES, simple
from visits.importing.values import DAY_FIRST, MONTH_FIRST, could_be_both, order_of

# What a word may mean besides a term: that nothing was recorded, or that its rows are not wanted.
NOT_RECORDED, LEAVE_OUT = "!empty", "!skip"
MOST_WORDS = 60  # of one column on the screen; a column with more is none of terms
MOST_PLACES = 30


def choices_of(column: Column, mechanism: Any) -> list[tuple[str, str]]:
    """Return (key, name) of the terms of ``column``, in the reader's language."""
    if column.choices:
        return [(key, str(name)) for key, name in column.choices]
    return own_terms(mechanism, column.name)


def names_of_term(field: str, key: str) -> list[str]:
    """Return what a term of a visit’s ``field`` is called in each language."""
    found = []
    for language in LANGUAGES:
        with translation.override(language):
            found.append(str(dict(columns_of("visits")[field].choices)[key]))
    return found


def words_of(column: Column, mechanism: Any) -> dict[str, str]:
    """Return every word that is known to mean a term of ``column``, simplified, with the term's key."""
    words: dict[str, str] = {}
    for language in LANGUAGES:
        with translation.override(language):
            for key, name in choices_of(column, mechanism):
                words.setdefault(simple(name), key)
                words.setdefault(simple(name.partition(":")[0]), key)
    words |= {simple(key): key for key, _name in choices_of(column, mechanism) if not key.isdigit()}
    return {**VALUES.get(column.name, {}), **words}


@dataclass
class Words:
    """One word of the file on the third screen: how often it occurs, what it is taken to mean."""

    text: str
    count: int
    chosen: str
    options: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Found:
    """What a file holds that a person may have to explain: words per column, unknown places, how days are written."""

    terms: dict[str, list[Words]] = field(default_factory=dict)
    places: dict[str, list[Words]] = field(default_factory=dict)
    too_many: list[str] = field(default_factory=list)
    shown_orders: frozenset[str] = frozenset()
    example: str = ""  # a day that reads differently in either order

    @property
    def asks_for_order(self) -> bool:
        """Whether the order of day and month must be asked: nothing shows it, or the file shows both."""
        return bool(self.example) and len(self.shown_orders) != 1

    @property
    def order(self) -> str:
        """The order that the file itself shows, "" where it shows none or both."""
        return next(iter(self.shown_orders)) if len(self.shown_orders) == 1 else ""


def scan(rows: Iterable[Row], mapped: dict[int, Column]) -> tuple[dict[str, Counter[str]], Counter[str]]:
    """Return the words of the columns of terms and places, counted, and how days are written; one walk over rows."""
    counted = {n: column for n, column in mapped.items() if column.reads in (reads.TERM, reads.PLACE)}
    days = [n for n, column in mapped.items() if column.reads == reads.DAY]
    words: dict[str, Counter[str]] = {column.name: Counter() for column in counted.values()}
    orders: Counter[str] = Counter()
    for row in rows:
        for number, column in counted.items():
            if number < len(row.cells) and row.cells[number]:
                words[column.name][row.cells[number].strip()] += 1
        for number in days:
            if number < len(row.cells) and row.cells[number]:
                orders[row.cells[number]] += 1
    return words, orders


def explain(
    rows: Iterable[Row], mapped: dict[int, Column], told: dict[str, dict[str, str]], mechanism: Any, places: Places
) -> Found:
    """Return what the third screen asks: each word of a column of terms, each place that is not known, the days."""
    words, days = scan(rows, mapped)
    found = Found()
    for column in mapped.values():
        if column.reads == reads.TERM:
            _explain_terms(found, column, words[column.name], told.get(column.name, {}), mechanism)
        elif column.reads == reads.PLACE:
            _explain_places(found, column, words[column.name], told.get(column.name, {}), places)
    found.shown_orders = frozenset(order for day in days if (order := order_of(day))) & {DAY_FIRST, MONTH_FIRST}
    found.example = next((day.strip() for day in days if could_be_both(day)), "")
    return found


def _explain_terms(found: Found, column: Column, counted: Counter[str], told: dict[str, str], mechanism: Any) -> None:
    known = words_of(column, mechanism)
    merged: dict[str, Words] = {}
    for text, count in counted.most_common():
        key = simple(unquoted(text))
        if key in NOTHING and key not in known:
            continue
        if key in merged:
            merged[key].count += count
            continue
        merged[key] = Words(text[:200], count, told.get(key, known.get(key, "")))
    if len(merged) > MOST_WORDS:
        found.too_many.append(column.label)
    found.terms[column.name] = list(merged.values())[:MOST_WORDS]


def _explain_places(found: Found, column: Column, counted: Counter[str], told: dict[str, str], places: Places) -> None:
    unknown: list[Words] = []
    for text, count in counted.most_common():
        several = places.named(unquoted(text))
        if len(several) == 1 and simple(text) not in told:
            continue
        if len(unknown) < MOST_PLACES:
            options = several[:20] or places.like(text)
            unknown.append(
                Words(text[:200], count, told.get(simple(text), ""), [(str(p.id), _line(p)) for p in options])
            )
    if unknown:
        found.places[column.name] = unknown


def _line(place: Any) -> str:
    return f"{place.name}, {place.town}" if place.town else place.name
