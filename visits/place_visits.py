"""When places were last visited, by whom and in which layer: for their pages, the coverage figures, the overdue list.

Everything starts from what the reader may know of (ADR 0024). A visit counts when it is approved, took place and was
made on the spot; a failed attempt or a telephone call is no visit to the place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery

from members.models import Mechanism, Remit, RemitBody
from npmportal.access import VIEW_SUBMITTED_VISITS, VIEW_VISITS, grants_of
from visits.models import Place, Visit

KNOWS_OF_VISITS = (VIEW_VISITS, VIEW_SUBMITTED_VISITS)
LAYERS_OF = {Remit.Layer.INSPECTION_AND_LAY: (Remit.Layer.INSPECTION, Remit.Layer.LAY)}


def may_know_of_visits(user: Any, mechanism: Mechanism) -> bool:
    """Tell whether ``user`` may know of any visit here: administrators do not, for them no figure is shown."""
    return any(mechanism.pk in grants_of(user).mechanisms(right) for right in KNOWS_OF_VISITS)


def made_and_known(user: Any) -> QuerySet[Visit]:
    """Return the visits that count as having been to a place, among those ``user`` may read or know of."""
    known = Visit.objects.visible_to(user) | Visit.objects.known_to(user)
    return known.filter(state=Visit.State.APPROVED, validity=Visit.Validity.VALID, mode=Visit.Mode.ON_SITE)


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


@dataclass(frozen=True)
class LayerVisit:
    """The last visit of one layer of monitoring; without a day where none is known."""

    label: str
    last_on: date | None
    days_ago: int | None
    is_monitored: bool  # whether a remit of this layer covers the place on the day


def last_visits_by_layer(place: Place, user: Any, on: date) -> list[LayerVisit]:
    """Return per layer when ``place`` was last visited by a body in whose remit it lay on that day. Two queries.

    A body that works in two layers (an inspectorate with lay monitors) counts in each that its remits name.
    """
    asked, monitored = _asked(place, on)
    made = made_and_known(user).filter(place=place, starts_on__lte=on)
    last = made.order_by().aggregate(**{layer: Max("starts_on", filter=within) for layer, within in asked.items()})
    return [
        LayerVisit(str(label), day, (on - day).days if day else None, value in monitored)
        for value, label in Remit.SINGLE_LAYERS
        for day in [last.get(value)]
    ]


def monitors_of(places: Iterable[Place], on: date) -> dict[Any, list[int]]:
    """Return by the key of each of ``places`` the bodies whose remits cover it on the day ``on``. One query.

    Coverage is by unit: the police cells inside a prison are the business of those who monitor police cells.
    """
    places = list(places)
    held = RemitBody.objects.filter(
        remit__in=Remit.objects.as_at(on), remit__setting__in={p.setting_id for p in places}
    )
    columns = ("remit__setting", "remit__jurisdictions", "body_id")
    by_cell: dict[tuple[int, int], list[int]] = {}
    for setting, jurisdiction, body in held.order_by("remit__layer", "position", "pk").values_list(*columns):
        bodies = by_cell.setdefault((setting, jurisdiction), [])
        if body not in bodies:
            bodies.append(body)
    return {place.pk: by_cell.get((place.setting_id, place.jurisdiction_id), []) for place in places}


def _asked(place: Place, on: date) -> tuple[dict[str, Q], set[str]]:
    """Return the condition for a visit of each layer, and the layers that monitor the place on the day ``on``."""
    parts = RemitBody.objects.filter(
        remit__setting=place.setting_id, remit__jurisdictions=place.jurisdiction_id, remit__is_used=True
    )
    asked: dict[str, Q] = {}
    monitored: set[str] = set()
    columns = ("remit__layer", "body_id", "remit__starts_on", "remit__ends_on")
    for remit_layer, body_id, first, end in parts.values_list(*columns):
        within = Q(body_ids__contains=[body_id], starts_on__gte=first)
        within &= Q(starts_on__lt=end) if end else Q()
        for layer in LAYERS_OF.get(remit_layer, (remit_layer,)):
            asked[layer] = asked[layer] | within if layer in asked else within
            if first <= on and (end is None or end > on):
                monitored.add(layer)
    return asked, monitored
