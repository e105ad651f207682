"""Rows that are places of the register: found again by code, name or address; new ones added, changed ones changed."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from members.models import User
from visits.importing.checking import RowReader, check
from visits.importing.columns import columns_of
from visits.importing.copying import NewRows
from visits.importing.lookups import Bodies, Places
from visits.importing.outcomes import NEW, UNCHANGED, UPDATED, WRONG, Outcome
from visits.importing.place_facts import FACTS, put_fact, settled_ahead
from visits.importing.reading import Row
from visits.importing.storing import Shown, Stored
from visits.importing.synonyms import simple
from visits.models import Authority, Import, ImportedPlace, Place, PlaceCode
from visits.struck_off import bring_back


class PlaceChecker:
    """Judges rows of places for one person who keeps the register."""

    def __init__(self, batch: Import, user: User) -> None:
        self.batch = batch
        places = Places(batch.mechanism, None, user)
        self.reader = RowReader(batch, places, Bodies(batch.mechanism), columns_of(batch.kind))
        self.known = {
            place.pk: place
            for place in Place.objects.visible_to(user).filter(mechanism=batch.mechanism).select_related("authority")
        }
        self.codes = dict(PlaceCode.objects.of_body(batch.mechanism, None).values_list("code", "place_id"))
        self._code_of = {pk: code for code, pk in self.codes.items()}
        self._by_name: dict[Any, list[Any]] = defaultdict(list)
        self._by_address: dict[Any, list[Any]] = defaultdict(list)
        for place in self.known.values():
            self._by_name[_name_key(place.name, place.setting_id, place.jurisdiction_id)].append(place.pk)
            if place.postcode:
                self._by_address[_address_key(place.postcode, place.address)].append(place.pk)
        self._operators = {simple(name) for name in batch.mechanism.authorities.values_list("name", flat=True)}
        self._ahead = settled_ahead(batch.mechanism)
        self._units: set[Any] = {place.pk for place in self.known.values() if place.parent_id}
        self._have_units = {place.parent_id for place in self.known.values() if place.parent_id}
        self._rows_of: dict[Any, int] = {}
        self._new_names: dict[Any, int] = {}
        self._new_codes: dict[Any, int] = {}

    def judge(self, outcomes: list[Outcome], *, locked: bool) -> None:
        """Say of each row whether it is a new place, changes one, or says what the register says already."""
        for outcome in outcomes:
            self._check_row(outcome)
            if outcome.result == WRONG:
                continue
            found = self._find(outcome.values)
            if found is not None:
                self._compare(outcome, self.known[found])
            else:
                self._check_new(outcome)

    def _check_row(self, outcome: Outcome) -> None:
        values = outcome.values
        for name in ("setting", "jurisdiction"):
            values[name] = int(values[name])
        if values.get("authority") and simple(values["authority"]) not in self._operators:
            self.reader.note(outcome, "authority", _("The register does not know this operator: it will be added."))
        if ("latitude" in values) != ("longitude" in values):
            self.reader.refuse(outcome, "latitude", _("A position has a latitude and a longitude."))
        if abs(values.get("latitude") or 0) > 90:
            self.reader.refuse(outcome, "latitude", _("This is no latitude."))

    def _find(self, values: dict[str, Any]) -> Any:
        """Return the id of the place a row is about: by its code, else its name, else its postcode and address."""
        if values.get("code") in self.codes and self.codes[values["code"]] in self.known:
            return self.codes[values["code"]]
        named = self._by_name.get(_name_key(values["name"], values["setting"], values["jurisdiction"]), [])
        if len(named) == 1:
            return named[0]
        if not values.get("postcode"):
            return None
        there = self._by_address.get(_address_key(values["postcode"], values.get("address", "")), [])
        return there[0] if len(there) == 1 else None

    def _compare(self, outcome: Outcome, place: Place) -> None:
        first = self._rows_of.setdefault(place.pk, outcome.number)
        if first != outcome.number:
            self.reader.refuse(outcome, "name", _("Row %(row)s is about the same place.") % {"row": first})
            return
        outcome.record = place
        changed = {name: value for name, value in outcome.values.items() if self._differs(place, name, value)}
        outcome.values = changed
        outcome.result = UPDATED if changed else UNCHANGED
        outcome.before = {name: self.stored(place, name) for name in changed}
        if {"name", "setting", "jurisdiction", "parent"} & changed.keys():
            self._refuse_taken(outcome, place)
        for name in [name for name, places in self._ahead.items() if name in changed and place.pk in places]:
            sentence = _("An entry of the register begins or ends on a later day: change it at the place itself.")
            self.reader.refuse(outcome, name, sentence)
        self._check_together(outcome, place)

    def _refuse_taken(self, outcome: Outcome, place: Place) -> None:
        wanted = [outcome.values.get(n, getattr(place, a)) for n, a in _IDENTITY]
        key = _name_key(*wanted)
        others = [self.known[pk] for pk in self._by_name.get(key, []) if pk != place.pk]
        if outcome.values.keys() & {name for name, _attribute in _IDENTITY}:
            first = self._new_names.setdefault(key, outcome.number)
        else:  # only its parent changes: it may stand beside a namesake then
            first = outcome.number
            others = [other for other in others if other.parent_id == outcome.values["parent"].id]
        if others:
            self.reader.refuse(outcome, "name", _("Another place has this name, setting and jurisdiction."))
        elif first != outcome.number:
            sentence = _("Row %(row)s gives another place this name, setting and jurisdiction.")
            self.reader.refuse(outcome, "name", sentence % {"row": first})

    def _check_new(self, outcome: Outcome) -> None:
        values = outcome.values
        key = _name_key(values["name"], values["setting"], values["jurisdiction"])
        first = self._new_names.setdefault(key, outcome.number)
        if first != outcome.number:
            self.reader.refuse(outcome, "name", _("Row %(row)s is about the same place.") % {"row": first})
        elif len(self._by_name.get(key, [])) > 1:
            self.reader.refuse(outcome, "name", _("There are several places of this name: give the code instead."))
        else:
            self._check_together(outcome, None)

    def _check_together(self, outcome: Outcome, stored: Place | None) -> None:
        """Check what a row says with what is ``stored`` of its place (None: a new one), as it would stand then."""
        values = outcome.values
        opened, closed = (values.get(name, getattr(stored, name, None)) for name in ("opened_on", "closed_on"))
        if opened and closed and closed <= opened:
            name = "closed_on" if "closed_on" in values else "opened_on"
            self.reader.refuse(outcome, name, _("A place closes after it opens."))
        self._check_code(outcome)
        if values.get("parent"):
            self._check_parent(outcome, stored, values["parent"].id)

    def _check_code(self, outcome: Outcome) -> None:
        if not (code := outcome.values.get("code")):
            return
        first = self._new_codes.setdefault(code, outcome.number)
        if code in self.codes:
            self.reader.refuse(outcome, "code", _("Another place had this code and is no longer in the register."))
        elif first != outcome.number:
            self.reader.refuse(outcome, "code", _("Row %(row)s gives this code to another place.") % {"row": first})

    def _check_parent(self, outcome: Outcome, stored: Place | None, parent: Any) -> None:
        own = stored.pk if stored else None
        if parent == own:
            self.reader.refuse(outcome, "parent", _("A place is not a unit of itself."))
        elif parent in self._units:
            self.reader.refuse(outcome, "parent", _("This is a unit: a unit cannot have units."))
        elif own in self._have_units:
            self.reader.refuse(outcome, "parent", _("The place has units of its own: a unit cannot have units."))
        else:
            self._have_units.add(parent)
            self._units.add(own)

    def _differs(self, place: Place, name: str, value: Any) -> bool:
        if name == "authority":
            return simple(place.authority.name if place.authority else "") != simple(value)
        if name == "parent":
            return bool(place.parent_id != value.id)
        if name == "code":
            return self.codes.get(value) != place.pk  # of two records that became one it has both codes
        stored = getattr(place, f"{name}_id") if name in ("setting", "jurisdiction") else getattr(place, name)
        return bool(stored != value)

    def stored(self, place: Place, name: str) -> Any:
        """Return what the register says now, as it is kept for taking an import back."""
        if name == "code":
            return self._code_of.get(place.pk, "")
        if name in ("setting", "jurisdiction", "authority", "parent"):
            key = getattr(place, f"{name}_id")
            return None if key is None else str(key)
        return getattr(place, name)


_IDENTITY = (("name", "name"), ("setting", "setting_id"), ("jurisdiction", "jurisdiction_id"))


def _name_key(name: str, setting: int, jurisdiction: int) -> tuple[str, int, int]:
    return simple(name), setting, jurisdiction


def _address_key(postcode: str, address: str) -> tuple[str, str]:
    return simple(postcode).replace(" ", ""), simple(address)


@dataclass
class PlaceWriter:
    """Writes the rows of one import of places. Call `write` inside a transaction."""

    batch: Import
    by: User
    checker: PlaceChecker
    only_good: bool = False
    _authorities: dict[str, int] = field(default_factory=dict)

    def write(self, rows: Iterable[Row], shown: Shown) -> Stored:
        """Check the rows once more and store the good ones; ``shown`` is told how many were done."""
        self._authorities = {
            simple(name): pk for pk, name in self.batch.mechanism.authorities.values_list("pk", "name").iterator()
        }
        stored = Stored(Counter())
        made = NewRows(ImportedPlace, batch_id=self.batch.pk)
        done = 0
        for outcomes in check(self.checker, rows, locked=True):
            stored.take(outcomes, only_good=self.only_good)
            for outcome in outcomes:
                if outcome.is_written():
                    place = self._add(outcome) if outcome.result == NEW else self._change(outcome)
                    is_new = outcome.result == NEW
                    made.add(place_id=place.pk, is_new=is_new, version=place.version, before=outcome.before)
            made.store()
            done += len(outcomes)
            shown(done)
        bring_back(self.batch.mechanism)
        return stored

    def _add(self, outcome: Outcome) -> Place:
        values = dict(outcome.values)
        code, parent, operator = (values.pop(name, None) for name in ("code", "parent", "authority"))
        place = Place(
            mechanism_id=self.batch.mechanism_id,
            setting_id=values.pop("setting"),
            jurisdiction_id=values.pop("jurisdiction"),
            parent_id=parent.id if parent else None,
            authority_id=self._authority(operator) if operator else None,
            **values,
        )
        place.save(force_insert=True)
        if code:
            put_fact(place, "code", code, self.by)
            place.refresh_from_db(fields=["version"])
        return place

    def _change(self, outcome: Outcome) -> Place:
        place: Place = outcome.record
        values = dict(outcome.values)
        if "authority" in values:
            values["authority"] = self._authority(values["authority"])
        if "parent" in values:
            values["parent"] = values["parent"].id
        for name in [name for name in FACTS if name in values]:
            put_fact(place, name, values.pop(name), self.by)
        store_plain(place, values)
        return place

    def _authority(self, name: str) -> int:
        """Return the id of the operator ``name``; one that the register does not know is added."""
        key = simple(name)
        if key not in self._authorities:
            self._authorities[key] = Authority.objects.create(mechanism_id=self.batch.mechanism_id, name=name).pk
        return self._authorities[key]


def store_plain(place: Place, values: dict[str, Any]) -> None:
    """Give ``place`` new values in the fields that are no dated facts, and its next version."""
    columns = {f"{n}_id" if n in ("setting", "jurisdiction", "parent") else n: value for n, value in values.items()}
    Place.objects.filter(pk=place.pk).update(**columns, version=F("version") + 1)
    place.refresh_from_db(fields=["version"])
