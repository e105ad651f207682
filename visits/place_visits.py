"""When places were last visited, by whom and in which layer: for their pages, the coverage figures, the overdue list.

Everything starts from what the reader may know of (ADR 0024). A visit counts when it is approved, took place and was
made on the spot; a failed attempt or a telephone call is no visit to the place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from members.models import Mechanism, Remit, RemitBody
from npmportal.access import grants_of
from npmportal.paging import Page
from visits.models import Place, Visit
from visits.models.visit_query import MADE, mechanisms_knowing_visits

LAYERS_OF: dict[str, tuple[str, ...]] = {Remit.Layer.INSPECTION_AND_LAY: (Remit.Layer.INSPECTION, Remit.Layer.LAY)}


def may_know_of_visits(user: Any, mechanism: Mechanism) -> bool:
    """Tell whether ``user`` may know of any visit here: administrators do not, for them no figure is shown."""
    return mechanism.pk in mechanisms_knowing_visits(grants_of(user))


def made_and_known(user: Any) -> QuerySet[Visit]:
    """Return the visits that count as having been to a place, among those ``user`` may read or know of."""
    return Visit.objects.visible_or_known_to(user).filter(**MADE)


def with_last_visit(places: Any, user: Any, on: date, body_ids: Iterable[int] | None = None) -> Any:
    """Give each of ``places`` `last_visit_on`, the first day of its last visit up to ``on``; None where none is known.

    ``body_ids``: only visits of one of these bodies.
    """
    made = made_and_known(user).filter(place=OuterRef("pk"), starts_on__lte=on)
    if body_ids is not None:
        made = made.filter(body_ids__overlap=list(body_ids))
    newest = made.order_by("-starts_on", "-id").values("starts_on")[:1]
    return places.annotate(last_visit_on=Subquery(newest))


def last_visit(place: Place, user: Any, on: date) -> Visit | None:
    """Return the newest visit to ``place`` up to ``on`` that ``user`` may know of: who was here last."""
    made = made_and_known(user).filter(place=place, starts_on__lte=on)
    return made.newest_first().only("starts_on", "body_ids").first()  # type: ignore[attr-defined]


def last_of(page: Page, place: Place, user: Any, on: date) -> Visit | None:
    """Return the same; read off the first ``page`` of all visits to ``place`` known to ``user`` where it is there."""
    if page.previous_url is None:
        found = next((visit for visit in page.rows if visit.starts_on <= on and _is_made(visit)), None)
        if found or page.is_only:
            return found
    return last_visit(place, user, on)


def _is_made(visit: Visit) -> bool:
    return all(getattr(visit, name) == value for name, value in MADE.items())


@dataclass(frozen=True)
class LayerVisit:
    """The last visit of one layer of monitoring; without a day where none is known."""

    label: str
    last_on: date | None
    days_ago: int | None
    is_monitored: bool  # whether a remit of this layer covers the place on the day


def last_visits_by_layer(place: Place, user: Any, on: date, remits: Iterable["RemitOver"]) -> list[LayerVisit]:
    """Return per layer when ``place`` was last visited by a body in whose remit it lay on that day. One query.

    ``remits``: those over the place (`remits_over`).

    A body that works in two layers (an inspectorate with lay monitors) counts in each that its remits name.
    """
    asked, monitored = _asked(place, on, remits)
    made = made_and_known(user).filter(place=place, starts_on__lte=on)
    last = made.order_by().aggregate(**{layer: Max("starts_on", filter=within) for layer, within in asked.items()})
    return [
        LayerVisit(str(label), day, (on - day).days if day else None, value in monitored)
        for value, label in Remit.SINGLE_LAYERS
        for day in [last.get(value)]
    ]


class RemitOver(NamedTuple):
    """A body’s part in a remit, in one of the cells of the places asked for."""

    setting: int
    jurisdiction: int
    layer: str
    body: int
    first: date
    end: date | None

    def holds_on(self, on: date) -> bool:
        return self.first <= on and (self.end is None or on < self.end)


def remits_over(places: Iterable[Place]) -> list[RemitOver]:
    """Return the bodies in whose remits ``places`` lay on any day, in the order of the register. One query.

    Coverage is by unit: the police cells inside a prison are the business of those who monitor police cells.
    """
    places = list(places)
    parts = RemitBody.objects.filter(
        remit__is_used=True,
        remit__setting__in={place.setting_id for place in places},
        remit__jurisdictions__in={place.jurisdiction_id for place in places},
    ).order_by("remit__layer", "position", "pk")
    columns = ("remit__setting", "remit__jurisdictions", "remit__layer", "body", "remit__starts_on", "remit__ends_on")
    return [RemitOver(*row) for row in parts.values_list(*columns)]


def monitors_of(places: Iterable[Place], on: date, remits: Iterable[RemitOver]) -> dict[Any, list[int]]:
    """Return by the key of each of ``places`` the bodies that cover it on the day ``on``, of ``remits`` over them."""
    by_cell: dict[tuple[int, int], dict[int, None]] = {}
    for part in remits:
        if part.holds_on(on):
            by_cell.setdefault((part.setting, part.jurisdiction), {})[part.body] = None
    return {place.pk: list(by_cell.get((place.setting_id, place.jurisdiction_id), ())) for place in places}


def _asked(place: Place, on: date, remits: Iterable[RemitOver]) -> tuple[dict[str, Q], set[str]]:
    """Return the condition for a visit of each layer, and the layers that monitor the place on the day ``on``."""
    asked: dict[str, Q] = {}
    monitored: set[str] = set()
    for part in remits:
        if (part.setting, part.jurisdiction) != (place.setting_id, place.jurisdiction_id):
            continue
        within = Q(body_ids__contains=[part.body], starts_on__gte=part.first)
        within &= Q(starts_on__lt=part.end) if part.end else Q()
        for layer in LAYERS_OF.get(part.layer, (part.layer,)):
            asked[layer] = asked[layer] | within if layer in asked else within
            if part.holds_on(on):
                monitored.add(layer)
    return asked, monitored
