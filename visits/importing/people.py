"""Rows that are numbers of people held: for visits that are in the portal, one row a visit, one column a measure."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from npmportal.access import LOG_VISITS, grants_of
from visits.field_table import reader_of
from visits.importing.checking import RowReader, check
from visits.importing.columns import columns_of
from visits.importing.copying import NewRows
from visits.importing.lookups import Bodies, Places
from visits.importing.outcomes import SKIPPED, UNCHANGED, UPDATED, Outcome
from visits.importing.reading import Row
from visits.importing.stated import Stated
from visits.importing.storing import Shown, Stored
from visits.models import Import, ImportedVisit, Visit, VisitChange, VisitFigure


class PeopleChecker:
    """Judges rows of numbers for visits of one body, for one person."""

    def __init__(self, batch: Import, user: User) -> None:
        assert batch.body is not None, "the database keeps it so"
        self.body = batch.body
        self.may_log = batch.body_id in grants_of(user).on(LOG_VISITS)
        fields = reader_of(user, batch.mechanism)
        self.may_record = self.may_log and "figures" in fields.records()
        places = Places(batch.mechanism, batch.body, user)
        self.reader = RowReader(batch, places, Bodies(batch.mechanism), columns_of(batch.kind))
        self._rows_of: dict[str, int] = {}

    def judge(self, outcomes: list[Outcome], *, locked: bool) -> None:
        """Say of each row whether it brings numbers that the visit does not have."""
        visits = self._visits([o.values["visit"] for o in outcomes], locked=locked)
        present: dict[Any, dict[str, Stated]] = defaultdict(dict)
        found = VisitFigure.objects.filter(visit__in=[visit.pk for visit in visits.values()])
        for visit_id, measure, why, value in found.values_list("visit", "measure", "availability", "value"):
            present[visit_id][measure] = Stated(why, value)
        for outcome in outcomes:
            reference = outcome.values.pop("visit")
            first = self._rows_of.setdefault(reference, outcome.number)
            if first != outcome.number:
                self.reader.refuse(outcome, "visit", _("Row %(row)s is about the same visit.") % {"row": first})
            elif reference not in visits or not self.may_record:
                sentence = _("%(body)s has no visit with this reference.") % {"body": self.body.abbreviation}
                self.reader.refuse(outcome, "visit", sentence)
            else:
                self._compare(outcome, visits[reference], present[visits[reference].pk])

    def _visits(self, references: list[str], *, locked: bool) -> dict[str, Visit]:
        visits = Visit.objects.filter(lead_body=self.body, reference__in=references)
        if locked:
            visits = visits.select_for_update(of=("self",)).order_by("pk")
        return {visit.reference: visit for visit in visits}

    def _compare(self, outcome: Outcome, visit: Visit, present: dict[str, Stated]) -> None:
        outcome.record = visit
        changed = {name: value for name, value in outcome.values.items() if present.get(name) != value}
        outcome.values = changed
        if not changed:
            outcome.result = UNCHANGED
        elif not visit.is_open:
            sentence = _("The visit is “%(state)s” and differs: ask for it back before changing it.")
            state = {"state": visit.get_state_display()}
            outcome.problems.append(self.reader.problem(outcome, "visit", sentence % state))
            outcome.result = SKIPPED
        else:
            outcome.result = UPDATED
            outcome.before = {"figures": {name: list(present.get(name, ())) for name in changed}}
            outcome.told = {"figures": [told(present), told({**present, **changed})]}


def told(figures: dict[str, Stated]) -> dict[str, Any]:
    """Return figures as the feed beside a visit tells of them (visits.actions.record)."""
    return {measure: why if value is None else value for measure, (why, value) in figures.items()}


@dataclass
class PeopleWriter:
    """Writes the rows of one import of numbers. Call `write` inside a transaction."""

    batch: Import
    by: User
    checker: PeopleChecker
    only_good: bool = False

    def write(self, rows: Iterable[Row], shown: Shown) -> Stored:
        """Check the rows once more and store the good ones; ``shown`` is told how many were done."""
        stored, done = Stored(Counter()), 0
        made = NewRows(ImportedVisit, batch_id=self.batch.pk)
        for outcomes in check(self.checker, rows, locked=True):
            stored.take(outcomes, only_good=self.only_good)
            changed = [outcome for outcome in outcomes if outcome.result == UPDATED]
            self._store(changed)
            for outcome in changed:
                visit = outcome.record
                made.add(visit_id=visit.pk, is_new=False, version=visit.version + 1, before=outcome.before)
            made.store()
            done += len(outcomes)
            shown(done)
        return stored

    def _store(self, outcomes: list[Outcome]) -> None:
        figures = [
            VisitFigure(visit=outcome.record, measure=measure, availability=why, value=value)
            for outcome in outcomes
            for measure, (why, value) in outcome.values.items()
        ]
        VisitFigure.objects.bulk_create(
            figures,
            batch_size=2000,
            update_conflicts=True,
            unique_fields=["visit", "measure"],
            update_fields=["availability", "value"],
        )
        VisitChange.objects.bulk_create(
            VisitChange(visit=outcome.record, state=outcome.record.state, by=self.by, fields=outcome.told)
            for outcome in outcomes
        )
        keys = [outcome.record.pk for outcome in outcomes]
        Visit.objects.filter(pk__in=keys).update(version=F("version") + 1, updated_at=timezone.now())
