"""Places of the register that look like one place entered twice: alike in name, in the same jurisdiction."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process

from members.models import Mechanism
from visits.models import NoDuplicate, Place, PlaceName, PlaceRequest

ALIKE = 88.0  # of 100, as rapidfuzz counts
MOST_IN_ONE_JURISDICTION = 4_000
SHOWN = 50
Named = tuple[Any, str]  # a place's key and name
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
    told_apart = set(NoDuplicate.objects.filter(first__mechanism=mechanism).values_list("first_id", "second_id"))
    by_cell: dict[tuple[Any, ...], list[Named]] = defaultdict(list)
    columns = ("jurisdiction_id", "parent_id", "pk", "name")
    for jurisdiction, parent, pk, name in places.order_by("name", "id").values_list(*columns):
        by_cell[jurisdiction, parent].append((pk, name))
    alike = [
        (likeness, one, other)
        for cell in by_cell.values()
        for likeness, one, other in _alike_in(cell[:MOST_IN_ONE_JURISDICTION])
        if tuple(sorted((one[0], other[0]))) not in told_apart
    ]
    alike.sort(key=lambda found: (-found[0], found[1][1], str(found[1][0])))
    shown = alike[:SHOWN]
    loaded = places.select_related("setting", "jurisdiction", "parent").in_bulk(
        {pk for _likeness, *pair in shown for pk, _name in pair}
    )
    return [Pair(loaded[one[0]], loaded[other[0]], round(likeness)) for likeness, one, other in shown]


def resembling(place: Place, user: Any) -> str | None:
    """Return the name of the place most like ``place`` of those beside it (`possible_duplicates`). One query."""
    beside = Place.objects.visible_to(user).filter(
        mechanism=place.mechanism, jurisdiction=place.jurisdiction, parent=place.parent
    )
    names = beside.exclude(pk=place.pk).order_by("name", "pk").values_list("name", flat=True)
    wanted = normalised(place.name)
    others = {other: normalised(other) for other in names[:MOST_IN_ONE_JURISDICTION]}
    same_numbers = {other: name for other, name in others.items() if _numbers(name) == _numbers(wanted)}
    found = process.extractOne(wanted, same_numbers, scorer=fuzz.ratio, score_cutoff=ALIKE)
    return found[2] if found else None


def resembling_request(request: PlaceRequest, user: Any, most: int = 5) -> list[Place]:
    """Return the places in the jurisdiction that ``request`` may mean, the most alike first. Three queries.

    Units are among them, and a name of any day counts. Beside alike names those that hold all words of the other:
    somebody looks at each, and who asks often knows half of a name. A place with the body's same code comes first.
    """
    beside = Place.objects.visible_to(user).filter(mechanism=request.mechanism_id)
    wanted, own_code = normalised(request.name), request.own_code
    named = PlaceName.objects.filter(place__in=beside.filter(jurisdiction=request.jurisdiction_id)).order_by("pk")
    likeness: dict[Any, tuple[float, float]] = {}
    for place, name in named.values_list("place", "name")[:MOST_IN_ONE_JURISDICTION]:
        other = normalised(name)
        numbers = _numbers(wanted), _numbers(other)
        alike = fuzz.token_set_ratio(wanted, other, score_cutoff=ALIKE)
        if alike and (numbers[0] == numbers[1] or not all(numbers)):
            likeness[place] = max(likeness.get(place, (0.0, 0.0)), (alike, fuzz.ratio(wanted, other)))
    if own_code:
        coded = beside.filter(codes__body=request.body_id, codes__code=own_code).values_list("pk", flat=True)
        likeness |= dict.fromkeys(coded, (200.0, 0.0))
    first = sorted(likeness, key=lambda place: (*(-much for much in likeness[place]), str(place)))[:most]
    found = beside.for_list().in_bulk(first)
    return [found[place] for place in first if place in found]  # one may have been merged a moment ago


def ordered(one: Place, other: Place) -> tuple[Any, Any]:
    """Return the keys of two places in the order NoDuplicate keeps them in."""
    return (one.pk, other.pk) if one.pk < other.pk else (other.pk, one.pk)


def _alike_in(places: list[Named]) -> Iterator[tuple[float, Named, Named]]:
    """Compare each name with those after it that have the same numbers."""
    by_numbers: dict[tuple[str, ...], list[tuple[str, Named]]] = defaultdict(list)
    for place in places:
        name = normalised(place[1])
        by_numbers[_numbers(name)].append((name, place))
    for named in by_numbers.values():
        names = [name for name, _place in named]
        for at, (name, place) in enumerate(named):
            for _name, likeness, index in _like(name, names[at + 1 :]):
                yield likeness, place, named[at + 1 + index][1]


def _like(name: str, others: list[str]) -> Iterable[tuple[str, float, int]]:
    return process.extract(name, others, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=10) if others else ()


def _numbers(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\d+", name))
