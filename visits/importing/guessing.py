"""Which column of a file fills which field: as in the body’s last file, else by the words of its heading."""

from collections.abc import Iterable, Mapping
from functools import cache

from visits.importing.columns import columns_of
from visits.importing.synonyms import simple

# A heading that says more than the name (“Date of visit (dd/mm/yyyy)”) still begins with it.
SHORTEST_BEGINNING = 6


@cache
def _words(kind: str) -> dict[str, str]:
    """Return every word that names a column of ``kind``, simplified, with the column; names go before synonyms."""
    words: dict[str, str] = {}
    columns = columns_of(kind).values()
    for column in columns:
        for word in (column.name, *column.labels):
            words.setdefault(simple(word), column.name)
    for column in columns:
        for word in column.synonyms:
            words.setdefault(simple(word), column.name)
    return words


def knows(kind: str, heading: str) -> bool:
    """Tell whether ``heading`` is the name of a column of ``kind``."""
    return simple(heading) in _words(kind)


def guess(kind: str, header: Iterable[str], earlier: Mapping[str, str]) -> dict[str, str]:
    """Return which field each column fills, by the column's number as text: ``{"0": "place"}``.

    ``earlier`` is how the body's last file was understood, by simplified heading; "" there means “not imported”.
    Each field is filled by one column at most: a heading that is the name itself goes before one that begins with it.
    """
    simplified = [simple(heading) for heading in header]
    words, known = _words(kind), columns_of(kind)
    found: dict[str, str] = {}
    for rule in (earlier.get, words.get, lambda heading: _beginning(heading, words)):
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
