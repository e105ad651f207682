"""A group of things on a desk, whatever their kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

Row = TypeVar("Row")
DONE_DAYS = 30
NO_KEY = str(UUID(int=0))  # stands in an address until it is replaced


@dataclass(frozen=True)
class Sorted(Generic[Row]):
    """The things of one group: the first of them in their order, how many there are, and whether there are more."""

    rows: list[Row]
    count: int
    has_more: bool

    @classmethod
    def of(cls, keys: Sequence[Any], rows: Mapping[Any, Row], *, shown: int, counted: int) -> Self:
        """Return the group of ``keys``: the ``rows`` of the first ``shown``, counted up to ``counted``."""
        first = [rows[key] for key in keys[:shown] if key in rows]
        return cls(first, min(len(keys), counted), len(keys) > counted)
