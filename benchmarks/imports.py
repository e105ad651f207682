"""An import of a hundred thousand invented visits: rows a second, memory, what others wait; beside plain COPY.

The same steps as on the screens, through the same actions and jobs. At the end the import is undone, so that the next
run finds what this one found.
"""

import csv
import io
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection

from members.models import Mechanism, MemberBody, User
from npmportal import jobs
from npmportal.access import LOG_VISITS, grants_of
from visits.actions import imports
from visits.models import Import, Place, Visit

ROWS = 100_000
FAULTS = 10_000
BAR_ROWS_PER_SECOND, BAR_MEGABYTES, BAR_MILLISECONDS, BAR_FAULTS_SECONDS = 3_000, 400, 100, 60
HEADER = ["Our reference", "Establishment", "Date", "End date", "Type", "Announced", "Time in", "Time out", "Access"]
HEADER += ["In custody", "Offered", "Accepted (seen)", "Declined", "Judgement", "Summary"]
KINDS = ("C1", "routine", "follow-up", "thematic")
TERMS = {"kind": {"C1": "in_depth"}}

# Another person's page, opened again and again in a process of its own until its input is closed.
WATCH = """
import os, sys, json, threading, time
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "npmportal.settings")
import logging, django
django.setup()
logging.getLogger().setLevel(logging.WARNING)
from django.test import Client
from members.models import User
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
client = Client(SERVER_NAME="127.0.0.1", headers={"accept-language": "en"})
client.force_login(User.objects.get(pk=sys.argv[2]), backend="allauth.account.auth_backends.AuthenticationBackend")
client.get(sys.argv[1])
print("ready", flush=True)
times = []
while not stop.is_set():
    started = time.perf_counter()
    answer = client.get(sys.argv[1], secure=os.environ.get("HTTPS") != "off")
    assert answer.status_code == 200, answer.status_code
    times.append((time.perf_counter() - started) * 1000)
    time.sleep(0.2)
print(json.dumps(times), flush=True)
"""


@dataclass(frozen=True)
class Measured:
    """What an import took."""

    rows: int
    check: float
    store: float
    undo: float
    copy: float
    megabytes: int
    others: list[float]
    alone: list[float]  # the same page without an import
    faults: int
    faults_seconds: float

    @property
    def per_second(self) -> float:
        """Rows a second, checking and storing together."""
        return self.rows / (self.check + self.store)

    @property
    def p95(self) -> float:
        return sorted(self.others)[int(len(self.others) * 0.95)]

    @property
    def is_missed(self) -> bool:
        too_slow = self.per_second < BAR_ROWS_PER_SECOND or self.faults_seconds > BAR_FAULTS_SECONDS
        return too_slow or self.megabytes > BAR_MEGABYTES or self.p95 > BAR_MILLISECONDS

    def __str__(self) -> str:
        others, alone = sorted(self.others), sorted(self.alone)
        return (
            f"import of {self.rows:,} visits: checked in {self.check:.1f} s, stored in {self.store:.1f} s "
            f"({self.per_second:,.0f} rows/s together), {self.megabytes} MB at most; undone in {self.undo:.1f} s\n"
            f"plain COPY of the same rows into an equal table {self.copy:.1f} s: ratio {self.store / self.copy:.1f}\n"
            f"another page meanwhile: median {others[len(others) // 2]:.0f} ms, p95 {self.p95:.0f} ms, "
            f"most {others[-1]:.0f} ms, {len(others)} times; without an import median {alone[len(alone) // 2]:.0f} ms\n"
            f"{self.faults:,} faults reported in {self.faults_seconds:.1f} s"
        )


def measure(mechanism: Mechanism) -> Measured:
    """Import, compare, undo; then check a file with planted faults, which stores nothing."""
    person, body = _person(mechanism)
    batch = _received(_visits(mechanism, ROWS), body, person)
    _mapped(batch, person)
    alone, _nothing = _watched(mechanism, lambda: time.sleep(10))
    others, (check, store) = _watched(mechanism, lambda: _check_and_store(batch, person))
    batch.refresh_from_db()
    assert batch.state == Import.State.DONE, _job(batch).error
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    copy = _plain_copy(batch)
    imports.undo_import(batch=batch, reason="measured", by=person)
    undo = _timed(lambda: jobs.run(str(_job(batch).pk)))
    batch.refresh_from_db()
    assert batch.state == Import.State.UNDONE, _job(batch).error
    faults, seconds = _faults(mechanism, body, person)
    return Measured(ROWS, check, store, undo, copy, megabytes, others, alone, faults, seconds)


def _person(mechanism: Mechanism) -> tuple[User, MemberBody]:
    """Return somebody who logs for a body, and that body."""
    for user in User.objects.filter(is_active=True, affiliations__body__mechanism=mechanism).order_by("pk"):
        if body := mechanism.bodies.filter(pk__in=grants_of(user).on(LOG_VISITS)).first():
            return user, body
    raise AssertionError("nobody logs visits: run demo_accounts first")


def _check_and_store(batch: Import, person: User) -> tuple[float, float]:
    check = _timed(lambda: jobs.run(str(_job(batch).pk)))
    batch.refresh_from_db()
    assert batch.counts["new"] == ROWS, batch.counts
    imports.store_rows(batch=batch, only_good=False, by=person)
    return check, _timed(lambda: jobs.run(str(_job(batch).pk)))


def _watched(mechanism: Mechanism, work: Callable[[], Any]) -> tuple[list[float], Any]:
    """Return how many milliseconds another person's page took each time while ``work`` was done, and its result."""
    watcher = _watch(mechanism)
    try:
        result = work()
    finally:
        times, _errors = watcher.communicate()
    return json.loads(times), result


def _watch(mechanism: Mechanism) -> "subprocess.Popen[str]":
    others = User.objects.filter(is_active=True, affiliations__role="coordinator", affiliations__mechanism=mechanism)
    address = f"/{mechanism.slug}/desk/visits/"
    command = [sys.executable, "-c", WATCH, address, str(others[0].pk)]
    watcher = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert watcher.stdout is not None
    assert watcher.stdout.readline() == "ready\n"
    return watcher


def _visits(mechanism: Mechanism, rows: int) -> bytes:
    dice = random.Random(7)
    names = list(Place.objects.filter(mechanism=mechanism, merged_into=None).values_list("name", flat=True))
    places = [name for name in names if names.count(name) == 1][:2000]
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(HEADER)
    for number in range(rows):
        day = date(2012, 1, 2) + timedelta(days=dice.randrange(4900))
        held, offered = dice.randrange(5, 900), dice.randrange(5)
        seen = dice.randrange(offered + 1)
        writer.writerow(
            [f"B-{number}", dice.choice(places), day.strftime("%d/%m/%Y"), "", dice.choice(KINDS)]
            + [dice.choice(("yes", "no")), "09:30", "16:15", "full", held, offered, seen, offered - seen]
            + ["satisfactory", f"Invented visit {number}: nothing here is real."]
        )
    return file.getvalue().encode()


def _received(content: bytes, body: MemberBody, person: User) -> Import:
    batch = imports.receive_file(
        file=ContentFile(content), name="invented.csv", kind="visits", mechanism=body.mechanism, body=body, by=person
    )
    jobs.run(str(_job(batch).pk))
    batch.refresh_from_db()
    assert batch.state == Import.State.OPEN, _job(batch).error
    return batch


def _mapped(batch: Import, person: User) -> None:
    imports.map_columns(batch=batch, columns=batch.columns, fixed={}, by=person)
    imports.map_values(batch=batch, terms=TERMS, date_order="dmy", hand_in=False, by=person)


def _job(batch: Import) -> Any:
    return Import.objects.select_related("job").get(pk=batch.pk).job


def _timed(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _plain_copy(batch: Import) -> float:
    """Return how long PostgreSQL itself takes to COPY the same rows into a table with the same indexes."""
    table = Visit._meta.db_table
    rows = io.StringIO()
    with connection.cursor() as cursor:
        own = f"SELECT visit_id FROM visits_importedvisit WHERE batch_id = '{batch.pk}'"
        made = f"SELECT * FROM {table} WHERE id IN ({own})"
        cursor.copy_expert(f"COPY ({made}) TO STDOUT", rows)
        cursor.execute(f"CREATE TABLE import_measure (LIKE {table} INCLUDING ALL)")
        try:
            rows.seek(0)
            return _timed(lambda: cursor.copy_expert("COPY import_measure FROM STDIN", rows))
        finally:
            cursor.execute("DROP TABLE import_measure")


# What is planted, by the column it is put in; "" makes the row too short.
PLANTED: tuple[tuple[str, str], ...] = (
    ("Date", "31/02/2024"),
    ("Type", "no such kind"),
    ("Establishment", "No Such Place"),
    ("Summary", "=1+1"),
)
PLANTED += (("Summary", "a\x00b"), ("In custody", "some"), ("", ""), ("Time in", "25:99"), ("Date", "01/01/2999"))


def _faults(mechanism: Mechanism, body: MemberBody, person: User) -> tuple[int, float]:
    """Plant faults in every row of a file; return how many were reported, each in its row, and how long that took."""
    rows = list(csv.reader(io.StringIO(_visits(mechanism, FAULTS).decode(), newline="")))
    for number, row in enumerate(rows[1:]):
        column, value = PLANTED[number % len(PLANTED)]
        if column:
            row[HEADER.index(column)] = value
        else:
            del row[-3:]
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    before = Visit.objects.count()
    started = time.perf_counter()
    batch = _received(file.getvalue().encode(), body, person)
    _mapped(batch, person)
    jobs.run(str(_job(batch).pk))
    seconds = time.perf_counter() - started
    batch.refresh_from_db()
    assert Visit.objects.count() == before
    assert batch.counts["wrong"] == FAULTS, batch.counts
    imports.discard_import(batch=batch, by=person)
    return batch.counts["faults"], seconds
