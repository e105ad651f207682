"""The invented places of a mechanism: at least one in each cell of the matrix that anybody visits."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from members.models import DetentionSetting, Jurisdiction, Mechanism
from visits.demonstration import names
from visits.demonstration.programme import jurisdiction_weight, setting_weight
from visits.models import Authority, Place

Cell = tuple[DetentionSetting, Jurisdiction]


@dataclass(frozen=True)
class Estate:
    """The places to choose from, by setting and jurisdiction."""

    by_cell: dict[tuple[int, int], list[Place]]

    def choose(self, rng: Random, setting: DetentionSetting, jurisdiction: Jurisdiction, on: date) -> Place:
        """Return a place that was open on the day ``on``; some are visited more often than others."""
        places = self.by_cell[setting.pk, jurisdiction.pk]
        place = places[int(len(places) * rng.random() ** 1.4)]
        # The first place of each cell never closes.
        return places[0] if place.closed_on and place.closed_on <= on else place


def invent_places(mechanism: Mechanism, cells: list[Cell], number: int, seed: str) -> list[Place]:
    """Return the first ``number`` invented places of ``mechanism`` (at least one a cell), not yet stored."""
    authorities = _authorities(mechanism, cells)
    weights = [setting_weight(setting) * jurisdiction_weight(jurisdiction) for setting, jurisdiction in cells]
    places: list[Place] = []
    for k in range(max(number, len(cells)) if cells else 0):
        rng = Random(f"{seed}/{mechanism.slug}/place/{k}")
        setting, jurisdiction = cells[k] if k < len(cells) else rng.choices(cells, weights)[0]
        place = _place(rng, mechanism, setting, jurisdiction, k, can_close=k >= len(cells))
        place.authority = authorities[setting.pk]
        place.parent = _parent(rng, place, places[-60:])
        places.append(place)
    return places


def _place(
    rng: Random, mechanism: Mechanism, setting: DetentionSetting, jurisdiction: Jurisdiction, k: int, *, can_close: bool
) -> Place:
    town = names.town(rng)
    opened = date(1900 + int(rng.triangular(10, 115, 90)), rng.randint(1, 12), 1)
    is_dutch = mechanism.languages[:1] == ["nl"]
    return Place(
        id=uuid.UUID(int=rng.getrandbits(128), version=4),
        mechanism=mechanism,
        name=names.place(town, setting.slug, k + 1, is_dutch=is_dutch),
        setting=setting,
        jurisdiction=jurisdiction,
        town=town,
        capacity=int(rng.lognormvariate(4, 1)) + 4 if rng.random() < 0.85 else None,
        opened_on=opened if rng.random() < 0.8 else None,
        closed_on=date(2022, 1, 1) + timedelta(days=rng.randint(0, 900)) if can_close and rng.random() < 0.03 else None,
        is_invented=True,
    )


def _parent(rng: Random, place: Place, earlier: list[Place]) -> Place | None:
    """Make some places a unit of another in the same jurisdiction: police cells inside a prison."""
    if rng.random() > 0.08 or "police" not in place.setting.slug:
        return None
    hosts = [
        p
        for p in earlier
        if p.parent is None and p.jurisdiction == place.jurisdiction and p.setting != place.setting and not p.closed_on
    ]
    return rng.choice(hosts) if hosts else None


def _authorities(mechanism: Mechanism, cells: list[Cell]) -> dict[int, Authority]:
    is_dutch = mechanism.languages[:1] == ["nl"]
    start = "Verzonnen autoriteit:" if is_dutch else "Invented authority:"
    found = {}
    for setting, _jurisdiction in cells:
        words = (setting.name_nl or setting.name_en) if is_dutch else (setting.name_en or setting.name_nl)
        found[setting.pk] = Authority.objects.get_or_create(
            mechanism=mechanism, name=f"{start} {words}"[:200], defaults={"is_invented": True}
        )[0]
    return found


def store_places(places: list[Place]) -> int:
    """Store those of ``places`` that are not there yet; return how many were added."""
    present = set(Place.objects.filter(pk__in=[place.pk for place in places]).values_list("pk", flat=True))
    missing = [place for place in places if place.pk not in present]
    Place.objects.bulk_create(missing, batch_size=1000)
    return len(missing)


def estate_of(places: list[Place]) -> Estate:
    """Sort ``places`` by setting and jurisdiction."""
    by_cell: dict[tuple[int, int], list[Place]] = {}
    for place in places:
        by_cell.setdefault((place.setting_id, place.jurisdiction_id), []).append(place)
    return Estate(by_cell)
