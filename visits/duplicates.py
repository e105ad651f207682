"""Places of the register that look like one place entered twice: alike in name, in the same jurisdiction."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process

from members.models import Mechanism
from visits.models import NoDuplicate, Place

ALIKE = 88.0  # of 100, as rapidfuzz counts
MOST_IN_ONE_JURISDICTION = 4_000
SHOWN = 50
# Said before or after names without telling places apart.
EMPTY_WORDS = frozenset({"hmp", "hmyoi", "hm", "yoi", "pi", "p.i.", "the", "de", "het", "invented", "verzonnen"})


@dataclass(frozen=True)
class Pair:
    """Two records that may be one place, and how alike their names are, from 0 to 100."""

    first: Place
    second: Place
    likeness: int


def normalised(name: str) -> str:
    """Return ``name`` without accents, punctuation, case, order of words and words that tell nothing apart."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    words = re.findall(r"[a-z0-9]+", plain)
    return " ".join(sorted(word for word in words if word not in EMPTY_WORDS)) or " ".join(sorted(words))


def possible_duplicates(mechanism: Mechanism, user: Any) -> list[Pair]:
    """Return the pairs of places that resemble each other most, without those somebody said are two. Three queries.

    Names with different numbers are different: wing 1 is not wing 2. A place and its own unit are no pair, and a unit
    is compared with the other units of its place alone.
    """
    places = Place.objects.visible_to(user).filter(mechanism=mechanism)
    places = places.select_related("setting", "jurisdiction", "parent").order_by("name", "id")
    told_apart = set(NoDuplicate.objects.filter(first__mechanism=mechanism).values_list("first_id", "second_id"))
    by_cell: dict[tuple[Any, ...], list[Place]] = defaultdict(list)
    for place in places:
        by_cell[place.jurisdiction_id, place.parent_id].append(place)
    found = [
        pair
        for cell in by_cell.values()
        for pair in _pairs_in(cell[:MOST_IN_ONE_JURISDICTION])
        if ordered(pair.first, pair.second) not in told_apart
    ]
    return sorted(found, key=lambda pair: (-pair.likeness, pair.first.name, str(pair.first.pk)))[:SHOWN]


def ordered(one: Place, other: Place) -> tuple[Any, Any]:
    """Return the keys of two places in the order NoDuplicate keeps them in."""
    return (one.pk, other.pk) if one.pk < other.pk else (other.pk, one.pk)


def _pairs_in(places: list[Place]) -> Iterator[Pair]:
    """Compare each name with those after it that have the same numbers."""
    by_numbers: dict[tuple[str, ...], list[tuple[str, Place]]] = defaultdict(list)
    for place in places:
        name = normalised(place.name)
        by_numbers[_numbers(name)].append((name, place))
    for named in by_numbers.values():
        names = [name for name, _place in named]
        for at, (name, place) in enumerate(named):
            for _name, likeness, index in _like(name, names[at + 1 :]):
                yield Pair(place, named[at + 1 + index][1], round(likeness))


def _like(name: str, others: list[str]) -> Iterable[tuple[str, float, int]]:
    return process.extract(name, others, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=10) if others else ()


def _numbers(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\d+", name))
