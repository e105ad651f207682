"""Which column of a file fills which field: as in the body’s last file, else by the words of its heading."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from django.utils import translation

from visits.field_table import TABLE, label_of
from visits.importing.columns import FIGURE, LANGUAGES, Column, columns_of
from visits.importing.meanings import Meanings, exact, loose
from visits.importing.reading import LONGEST_HEADING, plain
from visits.importing.synonyms import simple
from visits.models import Import

# A heading that says more than the name (“Date of visit (dd/mm/yyyy)”) still begins with it.
SHORTEST_BEGINNING = 6
NOTHING_MORE: Meanings[str] = Meanings()


@cache
def _words(kind: str) -> Meanings[str]:
    return words_for(columns_of(kind))


def words_for(columns: Mapping[str, Column]) -> Meanings[str]:
    """Return every word that names one of ``columns``, with the column; names go before synonyms.

    A word that names several columns names none.
    """
    names = [(word, column.name) for column in columns.values() for word in (column.name, *column.labels)]
    synonyms = [(word, column.name) for column in columns.values() for word in column.synonyms]
    return Meanings(*([(plain(word)[:LONGEST_HEADING], name) for word, name in tier] for tier in (names, synonyms)))


def knows(kind: str, heading: str, more: Meanings[str] = NOTHING_MORE) -> bool:
    """Tell whether ``heading`` is the name of a column of ``kind``, or among the words ``more`` (`words_for`)."""
    return bool(_words(kind).of(heading) or more.of(heading))


def guess(
    kind: str, header: Iterable[str], earlier: Mapping[str, str], more: Meanings[str] = NOTHING_MORE
) -> dict[str, str]:
    """Return which field each column fills, by the column's number as text: ``{"0": "place"}``.

    ``earlier`` is how the body's last file was understood (`remembered`); "" there means “not imported”. ``more`` are
    the words of columns that are the body's own (`words_for`). Each field is filled by one column at most: a heading
    that is exactly the name goes before one that is so loosely, and that before one that begins with it.
    """
    headings, words = list(header), _words(kind)
    others = {heading for heading in headings if kind == Import.Kind.VISITS and loose(heading) in _not_imported()}
    known = {*columns_of(kind), *more.meant()}
    several = _loosely_the_same(headings)
    told = {heading: _told(heading, earlier, several) for heading in headings}
    found: dict[str, str] = {}

    def apply(rule: Callable[[str], str | None], but: set[str]) -> None:
        for number, heading in enumerate(headings):
            field = None if str(number) in found or heading in but else rule(heading)
            if field in known and field not in found.values():
                found[str(number)] = field

    apply(told.get, set())
    said = {heading for heading, field in told.items() if field is not None}
    said |= others
    unclear = said | {heading for heading in headings if loose(heading) in several}
    for rule, but in (
        (words.exactly, said),
        (more.exactly, said),
        (words.loosely, unclear),
        (more.loosely, unclear),
        (lambda heading: _beginning(kind, heading), unclear),
    ):
        apply(rule, but)
    return found


@cache
def _not_imported() -> frozenset[str]:
    """What downloads call the fields of a visit that no column fills: none of them is to be taken for another."""
    filled = {column.line for column in columns_of(Import.Kind.VISITS).values()} | {"ratings", "answers"}
    found = set()
    for language in LANGUAGES:
        with translation.override(language):
            found |= {loose(label_of(rule.field)) for rule in TABLE.rules if rule.field not in filled}
    return frozenset(found)


def _told(heading: str, earlier: Mapping[str, str], several: set[str]) -> str | None:
    found = earlier.get(exact(heading))
    return earlier.get(loose(heading)) if found is None and loose(heading) not in several else found


def _loosely_the_same(header: Iterable[str]) -> set[str]:
    """Return what several headings of a file that differ are when read loosely: it tells none of them apart."""
    counted = Counter(loose(heading) for heading in {exact(heading): heading for heading in header}.values())
    return {word for word, count in counted.items() if count > 1}


@cache
def _beginnings(kind: str) -> dict[str, str]:
    """The words with which a longer heading may begin. “Capacity of the kitchen” is no figure of a visit."""
    found: dict[str, str] = {}
    columns = [c for c in columns_of(kind).values() if kind != Import.Kind.VISITS or c.reads != FIGURE]
    for words in (
        [(w, c) for c in columns for w in (c.name, *c.labels)],
        [(w, c) for c in columns for w in c.synonyms],
    ):
        for word, column in words:
            found.setdefault(simple(word), column.name)
    return found


def _beginning(kind: str, heading: str) -> str | None:
    words, simplified = _beginnings(kind), simple(heading)
    fits = [word for word in words if len(word) >= SHORTEST_BEGINNING and simplified.startswith(f"{word} ")]
    return words[max(fits, key=len)] if fits else None


def remembered(header: Iterable[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Return how a file was understood, by heading, for the body's next one: loosely read where that tells it apart."""
    headings = list(header)
    several = _loosely_the_same(headings)
    return {
        exact(heading) if loose(heading) in several else loose(heading): columns.get(str(number), "")
        for number, heading in enumerate(headings)
    }
