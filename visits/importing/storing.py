"""Visits that were checked, into the database: all in one transaction, or none."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from members.models import User
from npmportal.access import SUBMIT_VISITS, can
from visits.actions.transitions import move
from visits.importing.beside import NewBeside, store_changes
from visits.importing.checking import check
from visits.importing.copying import NewRows, file_words, gather_words, update
from visits.importing.numbers import References
from visits.importing.outcomes import NEW, SKIPPED, UPDATED, WRONG, Outcome
from visits.importing.reading import Row
from visits.importing.visits import VisitChecker
from visits.models import TRANSITIONS, Download, Import, ImportedVisit, Visit, VisitChange, VisitEvent, VisitPartner
from visits.models.change import as_json
from visits.models.completeness import gaps_in
from visits.models.place_hold import hold_places

Shown = Callable[[int], None]


class RowsAreWrong(Exception):
    """Rows that were good when they were checked, or were to be left out, are wrong now: nothing may be written."""


@dataclass
class Stored:
    """What was written, and the rows that were not."""

    counts: Counter[str] = field(default_factory=Counter)
    handed_in: int = 0
    rest: list[tuple[int, list[str]]] = field(default_factory=list)

    def take(self, outcomes: Iterable[Outcome], *, only_good: bool) -> None:
        """Count rows that were checked, and keep those that are left out.

        Raises RowsAreWrong where a row is wrong and the person did not ask for the good ones alone.
        """
        for outcome in outcomes:
            self.counts[outcome.result] += 1
            if outcome.result in (WRONG, SKIPPED):
                self.rest.append((outcome.number, outcome.cells))
        if self.counts[WRONG] and not only_good:
            raise RowsAreWrong


@dataclass
class VisitWriter:
    """Writes the rows of one import of visits. Call `write` inside a transaction."""

    batch: Import
    by: User
    checker: VisitChecker
    references: References
    places: set[uuid.UUID]  # that the file names
    only_good: bool = False

    def __post_init__(self) -> None:
        assert self.batch.body is not None, "the database keeps it so"
        self.hands_in = self.batch.hand_in and can(self.by, SUBMIT_VISITS, self.batch.body)
        same = {"lead_body_id": self.batch.body_id, "mechanism_id": self.batch.mechanism_id}
        self._visits = NewRows(Visit, **same, created_by_id=self.by.pk, body_ids=[])
        self._partners = NewRows(VisitPartner)
        submit = TRANSITIONS["submit"]
        step = {"transition": "submit", "from_state": Visit.State.DRAFT, "to_state": submit.target}
        self._events = NewRows(VisitEvent, by_id=self.by.pk, **step)
        self._beside = NewBeside()
        self._made = NewRows(ImportedVisit, batch_id=self.batch.pk)
        self._changes = NewRows(VisitChange, by_id=self.by.pk)
        self._now = timezone.now()
        # What submitting sets in a visit, as the step itself sets it: who submitted cannot approve (security R-12).
        probe = Visit()
        fields: list[Any] = [Visit._meta.get_field(name) for name in move(probe, submit, self.by)]
        moved = {field.attname: getattr(probe, field.attname) for field in fields}
        self._submitted = {name: value for name, value in moved.items() if value is not None}

    def write(self, rows: Iterable[Row], shown: Shown) -> Stored:
        """Check the rows once more and store the good ones; ``shown`` is told how many were done.

        Raises RowsAreWrong where a row is wrong and the person did not ask for the good ones alone.
        """
        stored, done = Stored(), 0
        # All of them before the first visit is locked: who merges two of them neither passes by nor waits in a ring.
        now = hold_places(self.places)
        self.checker.reader.places.follow(now, gone=self.places - now.keys())
        gather_words()
        for outcomes in check(self.checker, rows, locked=True):
            stored.take(outcomes, only_good=self.only_good)
            stored.handed_in += sum(self._add(outcome) for outcome in outcomes if outcome.result == NEW)
            self._store_new()
            self._change([outcome for outcome in outcomes if outcome.result == UPDATED])
            done += len(outcomes)
            shown(done)
        file_words()
        return stored

    def _add(self, outcome: Outcome) -> bool:
        """Add a new visit; tell whether it is handed in at once."""
        values, key = outcome.values, uuid.uuid4()
        place = values.pop("place")
        partners = values.pop("partners", [])
        values.setdefault("reference", None)
        columns = {
            **values,
            "id": key,
            "place_id": place.id,
            "setting_id": place.setting_id,
            "jurisdiction_id": place.jurisdiction_id,
            "reference": values["reference"] or self.references.take(values["starts_on"].year),
        }
        is_handed_in = self.hands_in and self._is_complete(columns, bool(outcome.notes))
        if is_handed_in:
            columns |= {"state": TRANSITIONS["submit"].target, "submitted_at": self._now, "submitted_by_id": self.by.pk}
            self._events.add(visit_id=key)
        for body in partners:
            self._partners.add(visit_id=key, body_id=body)
        self._visits.add(**columns)
        self._beside.add(key, outcome.beside)
        self._made.add(visit_id=key, is_new=True, version=1)
        return is_handed_in

    def _is_complete(self, columns: dict[str, Any], has_notes: bool) -> bool:
        """Tell whether nothing is missing that handing in asks for. The register was asked already: notes say so."""
        if has_notes:
            return False
        known = {name: value for name, value in columns.items() if name != "outside_remit_reason"}
        return not gaps_in(Visit(**known, outside_remit_reason=columns.get("outside_remit_reason") or "-"))

    def _store_new(self) -> None:
        """Store partners before their visits: the visits' bodies are then right from the start (migration 0002)."""
        self._partners.store()
        self._visits.store()
        self._beside.store()
        self._events.store()
        self._made.store()

    def _change(self, outcomes: list[Outcome]) -> None:
        """Change the visits of the rows that differ, and keep what stood there."""
        if not outcomes:
            return
        attributes = sorted({a for outcome in outcomes for a in _attributes(outcome.values)})
        rows = []
        for outcome in outcomes:
            visit: Visit = outcome.record
            self._make_differences(outcome, visit)
            visit.version += 1
            rows.append([visit.pk, visit.version, self._now, *(getattr(visit, name) for name in attributes)])
            self._made.add(visit_id=visit.pk, is_new=False, version=visit.version, before=outcome.before)
        fields: list[Any] = [Visit._meta.get_field(name) for name in attributes]
        columns = [str(field.column) for field in fields]
        update(Visit, ["version", "updated_at", *columns], rows)
        self._partners.store()
        store_changes((outcome.record, outcome.beside) for outcome in outcomes)
        self._changes.store()
        self._made.store()

    def _make_differences(self, outcome: Outcome, visit: Visit) -> None:
        """Give ``visit`` the row’s values, and note for its feed what each was and is."""
        both: dict[str, list[Any]] = {}
        for name, value in outcome.values.items():
            if name == "place":
                both[name] = [str(visit.place_id), str(value.id)]
                visit.place_id, visit.setting_id = value.id, value.setting_id
                visit.jurisdiction_id = value.jurisdiction_id
            elif name == "partners":
                both[name] = [visit.body_ids[1:], value]
                VisitPartner.objects.filter(visit=visit).exclude(body__in=value).delete()
                Download.objects.end_for(set(visit.body_ids[1:]) - set(value))
                for body in set(value) - set(visit.body_ids[1:]):
                    self._partners.add(visit_id=visit.pk, body_id=body)
            else:
                both[name] = [as_json(getattr(visit, name)), as_json(value)]
                setattr(visit, name, value)
        self._changes.add(visit_id=visit.pk, state=visit.state, fields=both | outcome.told)


def _attributes(values: dict[str, Any]) -> list[str]:
    """Return the attributes of a visit that ``values`` change."""
    follow = {"place": ["place_id", "setting_id", "jurisdiction_id"], "partners": []}
    return [attribute for name in values for attribute in follow.get(name, [name])]


def needed_numbers(outcomes: Iterable[Outcome]) -> Counter[int]:
    """Return how many references must be given in which year."""
    return Counter(
        outcome.values["starts_on"].year
        for outcome in outcomes
        if outcome.result == NEW and not outcome.values.get("reference")
    )
