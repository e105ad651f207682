"""What rows are checked against, read once before the first row: places, bodies, remits. No query per row."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _

from members.models import BodyName, Mechanism, MemberBody, Remit
from visits.importing.synonyms import simple
from visits.importing.values import Wrong
from visits.models import Place, PlaceCode, PlaceName


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """What the check needs to know of a place."""

    id: uuid.UUID
    name: str
    setting_id: int
    jurisdiction_id: int
    town: str
    opened_on: date | None
    closed_on: date | None

    def is_open_on(self, day: date) -> bool:
        return not (self.closed_on and self.closed_on <= day) and not (self.opened_on and day < self.opened_on)


FIELDS = ("id", "name", "setting_id", "jurisdiction_id", "town", "opened_on", "closed_on")  # of a KnownPlace


class Several(Wrong):
    """A name that several places bear: which of them, only the visit that stands in the portal can tell."""

    def __init__(self, places: list[KnownPlace]) -> None:
        super().__init__(_("There are several places of this name: give the code instead."))
        self.places = places


class Places:
    """The places ``user`` sees in a mechanism, found by the body's own code, the official code or a name of any day."""

    def __init__(self, mechanism: Mechanism, body: MemberBody | None, user: Any) -> None:
        own = Place.objects.visible_to(user).filter(mechanism=mechanism)
        self.by_id = {row[0]: KnownPlace(*row) for row in own.values_list(*FIELDS).iterator()}
        self._codes: tuple[dict[str, uuid.UUID], ...] = tuple(
            dict(PlaceCode.objects.of_body(mechanism, of).values_list("code", "place_id"))
            for of in ([body, None] if body else [None])
        )
        self._names: dict[str, set[uuid.UUID]] = defaultdict(set)
        for place in self.by_id.values():
            self._names[simple(place.name)].add(place.id)
        former = PlaceName.objects.in_use().filter(place__in=own).values_list("name", "place_id")
        for name, place_id in former.iterator():
            self._names[simple(name)].add(place_id)

    def named(self, text: str) -> list[KnownPlace]:
        """Return the places that ``text`` may mean: one by its code, or all that bear the name."""
        for codes in self._codes:
            if (place := self.by_id.get(codes.get(text, uuid.UUID(int=0)))) is not None:
                return [place]
        found = (self.by_id[pk] for pk in self._names.get(simple(text), ()) if pk in self.by_id)
        return list(dict.fromkeys(found))  # two records of one name may be one place by now (`follow`)

    def find(self, text: str, told: dict[str, str]) -> KnownPlace:
        """Return the place that ``text`` means, as the person ``told`` or by code or name. Raises Wrong, or Several."""
        if (chosen := told.get(simple(text))) and (place := self.with_id(chosen)) is not None:
            return place
        found = self.named(text)
        if len(found) == 1:
            return found[0]
        if found:
            raise Several(found)
        raise Wrong(_("There is no place with this code or name in the register."))

    def follow(self, now: Mapping[uuid.UUID, uuid.UUID], gone: Iterable[uuid.UUID]) -> None:
        """Let each place be the record that ``now`` says it is: those were merged since the register was read.

        What is ``gone`` since no longer is a place that a row can mean.
        """
        for key in gone:
            self.by_id.pop(key, None)
        moved = {old: new for old, new in now.items() if old != new}
        if moved:
            rows = Place.objects.filter(pk__in=moved.values()).values_list(*FIELDS)
            kept = {row[0]: KnownPlace(*row) for row in rows}
            self.by_id |= kept | {old: kept[new] for old, new in moved.items()}

    def with_id(self, text: str) -> KnownPlace | None:
        """Return the place whose id ``text`` writes, or None."""
        try:
            return self.by_id.get(uuid.UUID(text))
        except ValueError:
            return None

    def like(self, text: str, most: int = 6) -> list[KnownPlace]:
        """Return places whose name resembles ``text``, the likeliest first, for a person to choose from."""
        sought = simple(text)
        near = get_close_matches(sought, self._names, n=most, cutoff=0.55)
        holding = [name for name in self._names if sought and (f" {sought} " in f" {name} " or f" {name} " in sought)]
        ids = dict.fromkeys(pk for name in [*near, *holding] for pk in self._names[name])
        return [self.by_id[pk] for pk in ids if pk in self.by_id][:most]


class Bodies:
    """The member bodies by every name, abbreviation and short form they have or had."""

    def __init__(self, mechanism: Mechanism) -> None:
        self._ids: dict[str, int] = {}
        for body_id, slug in mechanism.bodies.values_list("id", "slug"):
            self._ids[simple(slug)] = self._ids[str(body_id)] = body_id
        names = BodyName.objects.in_use().filter(body__mechanism=mechanism)
        for body_id, *words in names.values_list("body_id", "name_en", "name_nl", "abbreviation"):
            self._ids |= {simple(word): body_id for word in words if word}

    def find(self, text: str) -> int:
        """Return the id of the body that ``text`` names. Raises Wrong."""
        found = self._ids.get(simple(text))
        if found is None:
            raise Wrong(_("There is no member body of this name."))
        return found

    def several(self, text: str) -> list[int]:
        """Return the ids of the bodies named in ``text``, between semicolons or, where that names none, commas."""
        for separator in (";", ",", "/", " & ", " and ", " en "):
            parts = [part.strip() for part in text.split(separator) if part.strip()]
            if all(simple(part) in self._ids for part in parts):
                return [self._ids[simple(part)] for part in parts]
        return [self.find(part.strip()) for part in text.split(";")]


class Remits:
    """What one body monitors, where and when: `members.models.remit.monitors` for many rows, answered from memory."""

    def __init__(self, mechanism: Mechanism, body: MemberBody) -> None:
        rows = (
            Remit.objects.in_use()
            .filter(parts__body=body, setting__mechanism=mechanism)
            .values_list("setting_id", "setting__has_places", "jurisdictions__id", "starts_on", "ends_on")
        )
        self._remits = list(rows)
        self._known: dict[tuple[int, int, date], bool] = {}

    def holds(self, place: KnownPlace, day: date) -> bool:
        """Tell whether the body has a remit for the setting and jurisdiction of ``place`` on ``day``."""
        key = place.setting_id, place.jurisdiction_id, day
        if key not in self._known:
            self._known[key] = any(
                (setting == key[0] or not has_places)
                and jurisdiction == key[1]
                and (starts_on is None or starts_on <= day)
                and (ends_on is None or day < ends_on)
                for setting, has_places, jurisdiction, starts_on, ends_on in self._remits
            )
        return self._known[key]


def own_terms(mechanism: Mechanism, field: str) -> list[tuple[str, str]]:
    """Return (key, name) of the network's own terms for ``field``: its settings and jurisdictions."""
    rows: Iterable[Any] = []
    if field == "setting":
        rows = mechanism.settings.filter(has_places=True)
    if field == "jurisdiction":
        rows = mechanism.jurisdictions.all()
    return [(str(row.pk), row.name) for row in rows]
