"""What the invented places went through: names, operators, capacities, codes, positions, and how often to visit them.

The positions lie in the middle of an ocean, where no place of detention is.
"""

from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from members.models import Mechanism, RemitBody
from visits.demonstration import names
from visits.models import (
    Authority,
    CapacityPeriod,
    OperatorPeriod,
    Place,
    PlaceCode,
    PlaceName,
    PlaceSuccession,
    VisitInterval,
)

SOUTH_WEST = (38.0, -38.0)  # degrees; the jurisdictions lie two in a row
SIZE, APART = 4.0, 5.0
SINCE = date(2019, 4, 1)


def store_facts(mechanism: Mechanism, places: list[Place], seed: str) -> int:
    """Give those of the stored ``places`` that have no official code their facts; return how many got them."""
    told = set(PlaceCode.objects.filter(mechanism=mechanism, body=None).values_list("place_id", flat=True))
    fresh = [(number, place) for number, place in enumerate(places, start=1) if place.pk not in told]
    if not fresh:
        return 0
    rngs = {place.pk: Random(f"{seed}/{place.pk}/facts") for _number, place in fresh}
    _codes(mechanism, fresh, rngs)
    _positions(mechanism, [place for _number, place in fresh], rngs)
    for place in (place for _number, place in fresh):
        _earlier_name(place, rngs[place.pk])
        _earlier_capacity(place, rngs[place.pk])
    _operators(mechanism, [place for _number, place in fresh], rngs)
    _successors(places)
    _rules(mechanism, places)
    return len(fresh)


def _codes(mechanism: Mechanism, fresh: list[tuple[int, Place]], rngs: dict[Any, Random]) -> None:
    parts = RemitBody.objects.filter(remit__setting__mechanism=mechanism, remit__ends_on=None).order_by("position")
    bodies: dict[tuple[Any, Any], int] = {}
    for setting, jurisdiction, body in parts.values_list("remit__setting", "remit__jurisdictions", "body"):
        bodies.setdefault((setting, jurisdiction), body)
    rows = [PlaceCode(mechanism=mechanism, place=place, code=f"INV-{number:04}") for number, place in fresh]
    for number, place in fresh:
        own_body = bodies.get((place.setting_id, place.jurisdiction_id))
        if own_body and rngs[place.pk].random() < 0.6:
            own = f"{place.town[:3].upper()}{number}"
            rows.append(PlaceCode(mechanism=mechanism, place=place, body_id=own_body, code=own))
    PlaceCode.objects.bulk_create(rows, batch_size=1000)


def _positions(mechanism: Mechanism, places: list[Place], rngs: dict[Any, Random]) -> None:
    order = list(mechanism.jurisdictions.values_list("pk", flat=True))
    for place in places:
        rng = rngs[place.pk]
        row, column = divmod(order.index(place.jurisdiction_id), 2)
        place.latitude = _degrees(SOUTH_WEST[0] + APART * row, rng)
        place.longitude = _degrees(SOUTH_WEST[1] + APART * column, rng)
    Place.objects.bulk_update(places, ["latitude", "longitude"], batch_size=1000)


def _degrees(corner: float, rng: Random) -> Decimal:
    return Decimal(f"{corner + rng.uniform(0, SIZE):.4f}")


def _earlier_name(place: Place, rng: Random) -> None:
    if rng.random() > 0.12:
        return
    renamed = date(rng.randint(2017, 2024), rng.randint(1, 12), 1)
    stem = place.name.replace(place.town, names.town(rng), 1)
    PlaceName.objects.filter(place=place).update(starts_on=renamed)
    PlaceName.objects.create(place=place, name=stem, starts_on=_before(place, renamed), ends_on=renamed)


def _earlier_capacity(place: Place, rng: Random) -> None:
    if place.capacity is None:
        return
    crowded = int(place.capacity * rng.uniform(1.0, 1.25)) if rng.random() < 0.5 else None
    if rng.random() > 0.25:
        CapacityPeriod.objects.filter(place=place).update(operational=crowded)
        return
    changed = date(rng.randint(2018, 2025), 4, 1)
    CapacityPeriod.objects.filter(place=place).update(starts_on=changed, operational=crowded)
    earlier = max(int(place.capacity * rng.uniform(0.6, 1.1)), 1)
    CapacityPeriod.objects.create(place=place, official=earlier, starts_on=_before(place, changed), ends_on=changed)


def _before(place: Place, day: date) -> date | None:
    """Return since when a fact before ``day`` held: since the place opened, where that is known and earlier."""
    return place.opened_on if place.opened_on and place.opened_on < day else None


def _operators(mechanism: Mechanism, places: list[Place], rngs: dict[Any, Random]) -> None:
    """Put every operator under an invented ministry, which answers for the place; some places had a company before."""
    is_dutch = mechanism.languages[:1] == ["nl"]
    ministry = "Verzonnen ministerie" if is_dutch else "Invented ministry"
    company = "Verzonnen bedrijf" if is_dutch else "Invented company"
    above = Authority.objects.get_or_create(mechanism=mechanism, name=ministry, defaults={"is_invented": True})[0]
    before = Authority.objects.get_or_create(
        mechanism=mechanism, name=company, defaults={"is_invented": True, "parent": above}
    )[0]
    run = {place.authority_id for place in places if place.authority_id}
    Authority.objects.filter(pk__in=run, parent=None).exclude(pk=above.pk).update(parent=above)
    role = OperatorPeriod.Role.RESPONSIBLE
    OperatorPeriod.objects.bulk_create(
        [OperatorPeriod(place=place, role=role, authority=above) for place in places], batch_size=1000
    )
    for place in places:
        rng = rngs[place.pk]
        if place.authority_id and rng.random() < 0.08:
            taken_over = date(rng.randint(2018, 2025), rng.randint(1, 12), 1)
            OperatorPeriod.objects.filter(place=place, role="operator").update(starts_on=taken_over)
            first = _before(place, taken_over)
            OperatorPeriod.objects.create(place=place, authority=before, starts_on=first, ends_on=taken_over)


def _successors(places: list[Place]) -> None:
    """Let the closed places pass their people on to an open one of the same setting and jurisdiction."""
    for place in places:
        if place.closed_on is None:
            continue
        heir = next(
            (
                other
                for other in places
                if not other.closed_on
                and other.parent_id is None
                and (other.setting_id, other.jurisdiction_id) == (place.setting_id, place.jurisdiction_id)
            ),
            None,
        )
        if heir:
            PlaceSuccession.objects.get_or_create(
                predecessor=place, successor=heir, defaults={"kind": "merged", "happened_on": place.closed_on}
            )


def _rules(mechanism: Mechanism, places: list[Place]) -> None:
    """Say how often, by three criteria: a type of place, its size, and problems known of one."""
    if VisitInterval.objects.filter(mechanism=mechanism).exists() or not places:
        return
    first = mechanism.settings.filter(places__isnull=False).order_by("position", "pk").first()
    troubled = next(place for place in reversed(places) if not place.closed_on)
    VisitInterval.objects.bulk_create(
        [
            VisitInterval(mechanism=mechanism, starts_on=SINCE, **rule)
            for rule in (
                {"months": 36, "criterion": "law", "reason": "Every place at least once in three years", "priority": 3},
                {"setting": first, "months": 12, "criterion": "type", "reason": "Many people, for a long time"},
                {
                    "setting": first,
                    "capacity_from": 100,
                    "months": 6,
                    "criterion": "size",
                    "reason": "Large places change quickly",
                },
                {
                    "place": troubled,
                    "months": 3,
                    "criterion": "problems",
                    "priority": 1,
                    "reason": "Invented: complaints about isolation",
                },
            )
        ]
    )
