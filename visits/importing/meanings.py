"""What a text of a file means among words that are known: what it says exactly first, then what it says loosely.

“A+” is not “A”, and “< 24 hours” is not “> 24 hours”: signs that change the meaning are kept in either reading. A text
that could mean several things means none: it is asked about, or refused.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Generic, TypeVar

from visits.importing.synonyms import simple

T = TypeVar("T")
SIGNS = re.compile(r"[+<>=≤≥±%]|^-|-$")
DASHES = str.maketrans("‐‑‒–—−", "------")
NO_WORDS = " -./?"  # what people put into a cell to leave it empty


def exact(text: str) -> str:
    """Return ``text`` as it is compared exactly: without capitals, doubled spaces and different dashes."""
    return " ".join(text.translate(DASHES).casefold().split())


def loose(text: str) -> str:
    """Return ``text`` as it is compared loosely: as `simple`, behind the signs that change what it means.

    What `simple` leaves nothing of, as words in another script, stays as it is; dashes and dots alone are "".
    """
    words, bare = simple(text), exact(text)
    if not words:
        return bare if bare.strip(NO_WORDS) else ""
    return "".join(SIGNS.findall(bare)) + words


class Meanings(Generic[T]):
    """What words mean. ``tiers`` are pairs of a text and what it means; the earlier tier goes before the later."""

    def __init__(self, *tiers: Iterable[tuple[str, T]]) -> None:
        self._exact: list[dict[str, set[T]]] = []
        self._loose: list[dict[str, set[T]]] = []
        for tier in tiers:
            exactly: dict[str, set[T]] = defaultdict(set)
            loosely: dict[str, set[T]] = defaultdict(set)
            for text, meant in tier:
                exactly[exact(text)].add(meant)
                loosely[loose(text)].add(meant)
            self._exact.append(exactly)
            self._loose.append(loosely)

    def meant(self) -> set[T]:
        """Return everything that some word means."""
        return {meaning for tier in self._exact for several in tier.values() for meaning in several}

    def exactly(self, text: str) -> T | None:
        """Return what exactly ``text`` means; None where it means nothing, or several things."""
        return _only(self._exact, exact(text))

    def loosely(self, text: str) -> T | None:
        """Return what ``text`` means, loosely read; None where it means nothing, or several things."""
        return _only(self._loose, loose(text))

    def of(self, text: str) -> T | None:
        """Return what ``text`` means, read exactly or else loosely."""
        found = self.exactly(text)
        return self.loosely(text) if found is None else found


def _only(tiers: list[dict[str, set[T]]], word: str) -> T | None:
    meant = next((tier[word] for tier in tiers if word in tier), set()) if word else set()
    return next(iter(meant)) if len(meant) == 1 else None
