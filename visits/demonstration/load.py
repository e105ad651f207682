"""Bring invented visits into the database by COPY, in batches that are whole or not there at all."""

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from members.models import Affiliation, Mechanism, User
from visits.demonstration import names
from visits.demonstration.files import store_files
from visits.demonstration.findings import store_findings
from visits.demonstration.place_facts import store_facts
from visits.demonstration.place_requests import store_request
from visits.demonstration.places import estate_of, invent_places, store_places
from visits.demonstration.programme import programme_of
from visits.demonstration.questions import store_questions
from visits.demonstration.record import fill_records
from visits.demonstration.visits import Invented, Times, invent_visit, visit_id
from visits.models import TRANSITIONS, Visit, VisitEvent, VisitPartner

SEED = "examplia"
YEARS = 6
BATCH = 20_000
# History is written for all visits of a small set; in a large one for those of the last months.
HISTORY_FOR_ALL_UP_TO = 20_000
HISTORY_DAYS = 120
CONSTANTS = {"outside_remit_reason": "", "access_note": "", "body_ids": "{}"}


@dataclass
class Loaded:
    """What one run added."""

    places: int = 0
    visits: int = 0
    present: int = 0


@dataclass
class People:
    """Who logged and approved: the demonstration's own accounts where there are any."""

    nobody: User
    loggers: dict[int, int] = field(default_factory=dict)  # by body
    leads: dict[int, int] = field(default_factory=dict)

    def who_logs(self, body: int) -> int:
        """Return who logs and submits: a monitor of the body, its lead where it has none."""
        return self.loggers.get(body) or self.leads.get(body, self.nobody.pk)

    def who_approves(self, body: int) -> int:
        """Return who approves and returns: the body's lead, but never what the lead submitted (ADR 0020)."""
        return self.leads[body] if body in self.leads and body in self.loggers else self.nobody.pk


def load(mechanism: Mechanism, *, visits: int, places: int, until: date, tell: Callable[[str], Any]) -> Loaded:
    """Make sure the first ``visits`` invented visits of ``mechanism`` and its invented places are stored."""
    times = _times(mechanism, until)
    programme = programme_of(mechanism, times.first, times.last)
    invented = invent_places(mechanism, programme.cells(), places, SEED)
    loaded = Loaded()
    with transaction.atomic():
        loaded.places = store_places(invented)
        store_facts(mechanism, invented, SEED)
    estate, people = estate_of(invented), _people(mechanism)
    history_from = 0 if visits <= HISTORY_FOR_ALL_UP_TO else until.toordinal() - HISTORY_DAYS
    dutch = mechanism.languages[:1] == ["nl"]
    for start in range(0, visits, BATCH):
        numbered = list(_generators(mechanism, start + 1, min(start + BATCH, visits)))
        present = _present([identifier for _n, _rng, identifier in numbered])
        rows = (
            invent_visit(rng, n, identifier, programme, estate, times, dutch=dutch)
            for n, rng, identifier in numbered
            if identifier not in present
        )
        added = _copy_batch([row for row in rows if row], people, history_from)
        loaded.visits, loaded.present = loaded.visits + added, loaded.present + len(present)
        if added:
            tell(f"{mechanism.slug}: {start + len(numbered):,} of {visits:,} visits")
    if filled := fill_records(mechanism, SEED):
        tell(f"{mechanism.slug}: teams, numbers and needs of {filled:,} visits")
    store_files(mechanism, SEED)
    store_questions(mechanism, SEED, dutch=dutch)
    store_findings(mechanism, SEED, dutch=dutch)
    store_request(mechanism, people.loggers, SEED, dutch=dutch)
    return loaded


def _times(mechanism: Mechanism, until: date) -> Times:
    start, _end = mechanism.reporting_year_of(until)
    return Times(start.replace(year=start.year - YEARS + 1), until)


def _generators(mechanism: Mechanism, first: int, last: int) -> Iterator[tuple[int, Random, UUID]]:
    for number in range(first, last + 1):
        rng = Random(f"{SEED}/{mechanism.slug}/visit/{number}")
        yield number, rng, visit_id(rng)


def _present(identifiers: list[UUID]) -> set[UUID]:
    return set(Visit.objects.filter(pk__in=identifiers).values_list("pk", flat=True))


def _people(mechanism: Mechanism) -> People:
    """Return whom the history names: people with a role today, else an account nobody can sign in with."""
    nobody, is_new = User.objects.get_or_create(
        email="demonstration@invented.invalid", defaults={"name": "Invented person (demonstration)", "is_active": False}
    )
    if is_new:
        nobody.set_unusable_password()
        nobody.save(update_fields=["password"])
    people = People(nobody)
    found = {"body_monitor": people.loggers, "body_lead": people.leads}
    here = Affiliation.objects.as_at(date.today()).filter(user__is_active=True, body__mechanism=mechanism)
    for body, role, user in here.filter(role__in=found).order_by("-pk").values_list("body", "role", "user"):
        found[role][body] = user
    return people


@transaction.atomic
def _copy_batch(rows: list[Invented], people: People, history_from: int) -> int:
    """Store ``rows`` with their partners and history; partners first, so that the trigger finds them."""
    if not rows:
        return 0
    partners = [(row.columns["id"], body) for row in rows for body in row.partners]
    _copy(VisitPartner._meta.db_table, ["visit_id", "body_id"], partners)
    for row in rows:
        by = people.who_logs(row.columns["lead_body_id"])
        row.columns["created_by_id"] = by
        row.columns["submitted_by_id"] = None if row.columns["submitted_at"] is None else by
    columns = [*rows[0].columns, *CONSTANTS]
    constants = tuple(CONSTANTS.values())
    _copy(Visit._meta.db_table, columns, ((*row.columns.values(), *constants) for row in rows))
    events = [
        event
        for row in rows
        if row.columns["ends_on"].toordinal() >= history_from
        for event in _history(row.columns, people)
    ]
    _copy(
        VisitEvent._meta.db_table, ["visit_id", "transition", "from_state", "to_state", "reason", "by_id", "at"], events
    )
    return len(rows)


def _history(columns: dict[str, Any], people: People) -> Iterator[tuple[Any, ...]]:
    """Yield the steps that led to the visit's state, as VisitEvent rows."""
    steps = {"submitted": ["submit"], "approved": ["submit", "approve"], "returned": ["submit", "return"]}
    state = "draft"
    for name in steps.get(columns["state"], []):
        target = str(TRANSITIONS[name].target)
        by = columns["created_by_id"] if name == "submit" else people.who_approves(columns["lead_body_id"])
        at = columns["submitted_at"] if name == "submit" else columns["updated_at"]
        yield columns["id"], name, state, target, names.RETURN_REASON if name == "return" else "", by, at
        state = target


def _copy(table: str, columns: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    text = io.StringIO()
    for row in rows:
        text.write("\t".join(["\\N" if value is None else str(value) for value in row]))
        text.write("\n")
    text.seek(0)
    names_of_columns = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({names_of_columns}) FROM STDIN', text)
