"""The kinds of facts about a place that people enter, correct, end and remove: one table for all that handles them."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from visits.models import CapacityPeriod, OperatorPeriod, PlaceCode, PlaceName, PlaceSuccession


@dataclass(frozen=True)
class PlaceFactKind:
    """One kind: its short name in addresses, its table, its words, and the fields people fill in."""

    slug: str
    model: Any
    one: Promise
    add: Promise
    fields: tuple[str, ...]
    is_dated: bool = True
    # Two rows equal in these never hold on the same day.
    alike: tuple[str, ...] = ()
    place_field: str = "place"


KINDS: dict[str, PlaceFactKind] = {
    kind.slug: kind
    for kind in (
        PlaceFactKind("names", PlaceName, _("name of a place"), _("Enter a new name"), ("name",)),
        PlaceFactKind(
            "operators",
            OperatorPeriod,
            _("operator of a place"),
            _("Enter an operator or responsible authority"),
            ("role", "authority"),
            alike=("role",),
        ),
        PlaceFactKind(
            "capacities",
            CapacityPeriod,
            _("capacity of a place"),
            _("Enter a new capacity"),
            ("official", "operational"),
        ),
        PlaceFactKind("codes", PlaceCode, _("code of a place"), _("Enter a code"), ("body", "code"), is_dated=False),
        PlaceFactKind(
            "successions",
            PlaceSuccession,
            _("successor of a place"),
            _("Enter a merger, split or replacement"),
            ("kind", "successor"),
            is_dated=False,
            place_field="predecessor",
        ),
    )
}
