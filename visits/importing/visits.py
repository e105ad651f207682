"""Rows that are visits: rights, days, combinations, remits, and what stands in the portal already."""

from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from members.models import User
from npmportal.access import LOG_VISITS, grants_of
from visits.field_table import reader_of
from visits.importing import beside
from visits.importing.beside import Brought
from visits.importing.checking import RowReader
from visits.importing.columns import FIGURE, NEEDS, Column
from visits.importing.judged import Circumstances, Judged
from visits.importing.lookups import Bodies, KnownPlace, Places, Remits, Several
from visits.importing.outcomes import NEW, SKIPPED, UNCHANGED, UPDATED, WRONG, Outcome
from visits.importing.synonyms import simple
from visits.importing.terms import names_of_term
from visits.importing.values import Wrong
from visits.limits import OPCAT_IN_FORCE
from visits.models import Import, NeedExamined, Visit, VisitFigure, VisitRating


class VisitChecker:
    """Judges rows of visits of one body, for one person."""

    def __init__(self, batch: Import, user: User) -> None:
        assert batch.body is not None, "the database keeps it so"
        self.batch, self.body = batch, batch.body
        self.fields = reader_of(user, batch.mechanism)
        self.may_log = batch.body_id in grants_of(user).on(LOG_VISITS)
        bodies = Bodies(batch.mechanism)
        allowed = self.fields.records() if self.may_log else frozenset()
        self.reader = RowReader(batch, Places(batch.mechanism, batch.body, user), bodies, allowed)
        self.remits = Remits(batch.mechanism, batch.body)
        # Columns of figures, needs, ratings and answers: most files have none, and pay nothing for them.
        self._beside = [column for column in self.reader.columns.values() if column.table]
        self.today = date.today()
        self._seen: dict[str, int] = {}
        # The names the network itself has for the kinds: they need not be kept beside the term.
        self._kinds = {simple(word) for key, _name in Visit.Kind.choices for word in (key, *names_of_term("kind", key))}

    def judge(self, outcomes: list[Outcome], *, locked: bool) -> None:
        """Say of each row whether it is new, changes a visit, changes nothing, is to be skipped, or is wrong."""
        outcomes = self._settle_places(outcomes)
        for outcome in outcomes:
            self._check_row(outcome)
        if locked and (self.batch.counts.get("numbers") or self.batch.counts.get("skipped")):
            _read_before_anything_is_written = self._twins
        known = self._known(outcomes if self._beside else _not_wrong(outcomes), locked=locked)
        if self._beside:
            fields = {column.table for column in self._beside}
            self._stored = beside.stored_of([visit.pk for visit in known.values()], fields) if known else {}
            for outcome in outcomes:
                self._read_beside(outcome, known.get(outcome.values.get("reference", "")))
        for outcome in _not_wrong(outcomes):
            reference = outcome.values.get("reference")
            if reference in known:
                self._compare(outcome, known[reference])
            elif not reference and (twin := self._twins.get(_likeness(outcome.values))):
                sentence = _("It is the visit %(reference)s, to all appearances; give it a reference if it is not.")
                outcome.problems.append(self.reader.problem(outcome, "place", sentence % {"reference": twin}))
                outcome.result = SKIPPED
            else:
                self._complete(outcome, None)

    def _settle_places(self, outcomes: list[Outcome]) -> list[Outcome]:
        """Find out which of several places of one name is meant: that of the visit which has the row’s reference.

        Returns the rows whose place is known; the others are wrong.
        """
        unclear = [outcome for outcome in outcomes if isinstance(outcome.values["place"], list)]
        if not unclear:
            return outcomes
        references = [outcome.values["reference"] for outcome in unclear if "reference" in outcome.values]
        visits = Visit.objects.filter(lead_body=self.body, reference__in=references)
        stands = dict(visits.values_list("reference", "place_id"))
        for outcome in unclear:
            place = stands.get(outcome.values.get("reference", ""))
            meant = [one for one in outcome.values["place"] if one.id == place]
            if meant:
                outcome.values["place"] = meant[0]
            else:
                self.reader.refuse(outcome, "place", str(Several(outcome.values["place"])))
        return [outcome for outcome in outcomes if not isinstance(outcome.values["place"], list)]

    def _check_row(self, outcome: Outcome) -> None:
        found = outcome.values
        self._check_body(outcome)
        self._check_days(outcome)
        if reference := found.get("reference"):
            first = self._seen.setdefault(reference, outcome.number)
            if first != outcome.number:
                sentence = _("Row %(row)s has the same reference.") % {"row": first}
                self.reader.refuse(outcome, "reference", sentence)
        if "own_kind" not in found and not self.reader.fills("own_kind"):
            self._keep_own_word(outcome)
        if outcome.result != WRONG:
            self._note_place(outcome)

    def _read_beside(self, outcome: Outcome, visit: Visit | None) -> None:
        """Read the columns of figures, needs, ratings and answers, as they are read of ``visit`` (None: a new one)."""
        place: KnownPlace = outcome.values["place"]
        setting = visit.setting_id if visit and visit.place_id == place.id else place.setting_id
        stands = self._stored[visit.pk] if visit else {}
        rows = stands.get("ratings", {}), stands.get("answers", {})
        circumstances = Circumstances(outcome.values["starts_on"], setting, *rows)
        for column in self._beside:
            if (said := outcome.values.pop(column.name, None)) is not None:
                self._bring(outcome, column, said, circumstances)

    def _bring(self, outcome: Outcome, column: Column, said: Any, circumstances: Circumstances) -> None:
        """Turn what a column of figures, needs, ratings or answers says into a row of its table."""
        try:
            row = self._row_of(column, said, circumstances)
            if row is None:
                return
            several = outcome.beside.setdefault(column.table, {})
            present = several.setdefault(beside.TABLES[column.table].key_of(row), Brought(column.name, row))
            if present.row is not row:
                _put_together(present.row, row)
        except Wrong as wrong:
            self.reader.refuse(outcome, column.name, str(wrong))

    def _row_of(self, column: Column, said: Any, circumstances: Circumstances) -> Any:
        if column.reads == FIGURE:
            return VisitFigure(measure=column.name, availability=said.availability, value=said.value)
        if column.table == "needs":
            return NeedExamined(group=column.name.removeprefix(NEEDS), answer=said)
        return self._judged.read(column.name, said, circumstances)

    @cached_property
    def _judged(self) -> Judged:
        return Judged(self.body, self.batch.mechanism)

    def _keep_own_word(self, outcome: Outcome) -> None:
        """Keep the member's own word beside the network's term: “C1” is an in-depth visit, and stays “C1”."""
        word = self.reader.cell(outcome, "kind")
        if word and simple(word) not in self._kinds:
            outcome.values["own_kind"] = word[:80]

    def _check_body(self, outcome: Outcome) -> None:
        named = outcome.values.pop("lead_body", self.body.pk)
        if named != self.body.pk or not self.may_log:
            sentence = _("This import is of the visits of %(body)s alone.") % {"body": self.body.abbreviation}
            self.reader.refuse(outcome, "lead_body", sentence)
        partners = outcome.values.get("partners")
        if partners:
            outcome.values["partners"] = sorted(set(partners) - {self.body.pk})

    def _check_days(self, outcome: Outcome) -> None:
        for name in ("starts_on", "ends_on"):
            day = outcome.values.get(name)
            if day and day > self.today:
                self.reader.refuse(outcome, name, _("This day lies in the future: only visits made can be imported."))
            elif day and day < OPCAT_IN_FORCE:
                self.reader.refuse(outcome, name, _("OPCAT has been in force since 22 June 2006."))

    def _note_place(self, outcome: Outcome) -> None:
        place: KnownPlace = outcome.values["place"]
        day = outcome.values["starts_on"]
        if not place.is_open_on(day):
            self.reader.note(outcome, "place", _("According to the register this place was not open on that day."))
        if not outcome.values.get("outside_remit_reason") and not self.remits.holds(place, day):
            sentence = _("According to the register this lies outside the body’s remit: say why before handing it in.")
            self.reader.note(outcome, "place", sentence)

    def _known(self, outcomes: list[Outcome], *, locked: bool) -> dict[str, Visit]:
        """Return the body's visits that have the references of the rows."""
        wanted = [o.values["reference"] for o in outcomes if o.values.get("reference") in self._references]
        if not wanted:
            return {}
        visits = Visit.objects.filter(lead_body=self.body, reference__in=wanted)
        if locked:
            visits = visits.select_for_update(of=("self",)).order_by("pk")
        return {visit.reference: visit for visit in visits}

    @cached_property
    def _references(self) -> set[str]:
        """The references the body's visits have, read once, before the first row is written.

        Looking for those of each thousand rows instead takes ever longer while the rows before them are being written:
        the planner knows nothing of them yet. One that is taken meanwhile, the database refuses.
        """
        return set(Visit.objects.filter(lead_body=self.body).values_list("reference", flat=True).iterator())

    @cached_property
    def _twins(self) -> dict[Any, str]:
        """The references of the body's visits by what rows without a reference are compared by."""
        rows = Visit.objects.filter(lead_body=self.body).values_list(*LIKENESS, "reference")
        return {tuple(key): reference for *key, reference in rows.iterator()}

    def _compare(self, outcome: Outcome, visit: Visit) -> None:
        """Keep of the row's values those that differ from ``visit``; an empty cell never takes anything away."""
        outcome.record = visit
        self._complete(outcome, visit)
        if outcome.result == WRONG:
            return
        changed = {name: value for name, value in outcome.values.items() if not _is_same(visit, name, value)}
        outcome.values = changed
        stored_beside = self._stored[visit.pk] if self._beside else {}
        outcome.beside = beside.differing(outcome.beside, stored_beside)
        if not changed and not outcome.beside:
            outcome.result = UNCHANGED
        elif not visit.is_open:
            sentence = _("The visit is “%(state)s” and differs: ask for it back before changing it.")
            outcome.problems.append(
                self.reader.problem(outcome, "reference", sentence % {"state": visit.get_state_display()})
            )
            outcome.result = SKIPPED
        elif not self.fields.changes(visit).issuperset({*changed, *outcome.beside}):
            self.reader.refuse(outcome, "reference", _("Something that differs here is not open to you."))
        else:
            outcome.result = UPDATED
            outcome.before = {name: stored(visit, name) for name in changed}
            outcome.before |= beside.before(outcome.beside, stored_beside)
            outcome.told = beside.told(outcome.beside, stored_beside)

    def _complete(self, outcome: Outcome, visit: Visit | None) -> None:
        """Check what several fields say together, as they would stand after the import."""
        found = outcome.values
        if "ends_on" not in found and (visit is None or visit.ends_on == visit.starts_on):
            found["ends_on"] = found["starts_on"]
        starts_on: date = found["starts_on"]
        ends_on: date = found.get("ends_on") or (visit.ends_on if visit else starts_on)
        if ends_on < starts_on:
            self.reader.refuse(outcome, "ends_on", _("The last day lies before the first."))
        access = found.get("access") or (visit.access if visit else "")
        if found.get("access_delay_minutes") is not None and access != Visit.Access.DELAYED:
            sentence = _("Minutes are recorded for delayed access only.")
            self.reader.refuse(outcome, "access_delay_minutes", sentence)
        if visit and visit.access_delay_minutes is not None and access != Visit.Access.DELAYED:
            self.reader.refuse(outcome, "access", _("The visit has minutes of delay: access stays “delayed”."))
        if outcome.result != WRONG and visit is None:
            outcome.result = NEW


def _not_wrong(outcomes: list[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.result != WRONG]


def _put_together(rating: VisitRating, other: VisitRating) -> None:
    """Add to a rating what another column says of the same standard: a grade, or its grounds. Raises Wrong."""
    if rating.grade and other.grade or rating.note and other.note:
        raise Wrong(_("Another column says this of the visit already."))
    rating.grade, rating.note = rating.grade or other.grade, rating.note or other.note


LIKENESS = ("place_id", "starts_on", "kind", "time_in")


def _likeness(values: dict[str, Any]) -> tuple[Any, ...]:
    return values["place"].id, values["starts_on"], values["kind"], values.get("time_in")


def _is_same(visit: Visit, name: str, value: Any) -> bool:
    if name == "place":
        return bool(visit.place_id == value.id)
    if name == "partners":
        return sorted(visit.body_ids[1:]) == value
    return bool(getattr(visit, name) == value)


def stored(visit: Visit, name: str) -> Any:
    """Return what stands in ``visit``, as it is kept for taking an import back."""
    if name == "place":
        return [str(visit.place_id), visit.setting_id, visit.jurisdiction_id]
    if name == "partners":
        return list(visit.body_ids[1:])
    return getattr(visit, name)
