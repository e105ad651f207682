"""Which column of a file fills which field: as in the body’s last file, else by the words of its heading."""

from collections.abc import Iterable, Mapping
from functools import cache

from visits.importing.columns import Column, columns_of
from visits.importing.synonyms import simple

# A heading that says more than the name (“Date of visit (dd/mm/yyyy)”) still begins with it.
SHORTEST_BEGINNING = 6


@cache
def _words(kind: str) -> dict[str, str]:
    return words_for(columns_of(kind))


def words_for(columns: Mapping[str, Column]) -> dict[str, str]:
    """Return every word that names one of ``columns``, simplified, with the column; names go before synonyms."""
    words: dict[str, str] = {}
    for column in columns.values():
        for word in (column.name, *column.labels):
            words.setdefault(simple(word), column.name)
    for column in columns.values():
        for word in column.synonyms:
            words.setdefault(simple(word), column.name)
    return words


def knows(kind: str, heading: str, more: Mapping[str, str] | None = None) -> bool:
    """Tell whether ``heading`` is the name of a column of ``kind``, or among the words ``more`` (`words_for`)."""
    simplified = simple(heading)
    return simplified in _words(kind) or bool(more and simplified in more)


def guess(
    kind: str, header: Iterable[str], earlier: Mapping[str, str], more: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return which field each column fills, by the column's number as text: ``{"0": "place"}``.

    ``earlier`` is how the body's last file was understood, by simplified heading; "" there means “not imported”.
    ``more`` are the words of columns that are the body's own (`words_for`). Each field is filled by one column at most:
    a heading that is the name itself goes before one that begins with it.
    """
    simplified = [simple(heading) for heading in header]
    words, more = _words(kind), more or {}
    known = {*columns_of(kind), *more.values()}
    found: dict[str, str] = {}
    for rule in (earlier.get, words.get, more.get, lambda heading: _beginning(heading, words)):
        for number, heading in enumerate(simplified):
            if str(number) in found or (rule != earlier.get and heading in earlier):
                continue
            field = rule(heading)
            if field in known and field not in found.values():
                found[str(number)] = field
    return found


def _beginning(heading: str, words: Mapping[str, str]) -> str | None:
    fits = [word for word in words if len(word) >= SHORTEST_BEGINNING and heading.startswith(f"{word} ")]
    return words[max(fits, key=len)] if fits else None


def remembered(header: Iterable[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Return how a file was understood, by simplified heading, for the body's next one."""
    return {simple(heading): columns.get(str(number), "") for number, heading in enumerate(header)}
