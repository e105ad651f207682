"""The names of a mechanism's bodies, read once for a page that prints many visits."""

from collections import defaultdict
from collections.abc import Container, Iterable
from datetime import date

from members.models import BodyName, Mechanism
from members.models.names import name_of_day
from members.models.register_memory import kept


class BodyNames:
    """What each body of ``mechanism`` was called on which day, from one small query."""

    def __init__(self, mechanism: Mechanism) -> None:
        self._names = kept(("names", mechanism.pk), lambda: _names_in(mechanism))

    def on(self, body_id: int, day: date) -> BodyName | None:
        """Return the name ``body_id`` bore on ``day``, or the nearest one there is; None for a body without names."""
        return name_of_day(self._names.get(body_id, []), day)

    def of_any(self, body_ids: Iterable[int]) -> bool:
        """Tell whether any of ``body_ids`` is a body of the mechanism."""
        return not self._names.keys().isdisjoint(body_ids)

    def choices(self, day: date, among: Container[int] | None = None) -> list[tuple[int, str]]:
        """Return (id, name) of every body, or of those ``among`` these, to choose from, in the order of the network."""
        named = ((body_id, self.on(body_id, day)) for body_id in self._names if among is None or body_id in among)
        return [(body_id, name.name if name else str(body_id)) for body_id, name in named]


def _names_in(mechanism: Mechanism) -> dict[int, list[BodyName]]:
    found: dict[int, list[BodyName]] = defaultdict(list)
    for name in BodyName.objects.in_use().filter(body__mechanism=mechanism).order_by("body__position", "starts_on"):
        found[name.body_id].append(name)
    return dict(found)
