"""The one rule for what a body is called on a day, for every page, list, file and snapshot.

Of the names in use: the last one that began by that day, or else the first it ever bore. (Two names never hold at once;
so that is the name of the day where there is one, and the nearest where the body had none yet or none any more.)
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from django.db.models import Case, F, When

Named = TypeVar("Named")


def name_of_day(names: Sequence[Named], on: date, starts_on: Any = None) -> Named | None:
    """Return the one of ``names`` (in use, earliest first) that the body bore on the day ``on``; None of none.

    ``starts_on`` reads the first day where ``names`` are not model instances.
    """
    first_day = starts_on or (lambda name: name.starts_on)
    begun = [name for name in names if first_day(name) <= on]
    return begun[-1] if begun else names[0] if names else None


def of_the_day_first(on: date) -> list[Any]:
    """Return the same rule as an order for `order_by` on names in use: the first row is the name of the day ``on``."""
    return [Case(When(starts_on__lte=on, then=F("starts_on"))).desc(nulls_last=True), "starts_on"]
