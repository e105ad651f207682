"""The chain of audit events, walked: what was changed, deleted or cut is found and named (ADR 0013).

The hashes are computed here anew, in Python: whoever changed the database's own functions deceives nobody. A chain that
was rewritten whole from some link on is found by the heads that were printed before, kept outside the database.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db import connection, transaction

from npmportal.models import AuditHead
from npmportal.models.audit_link import GENESIS

BATCH = 2_000
# Every column of the event, in the order in which the hash takes them (migration 0006_audit_chain).
COLUMNS = (
    "id",
    "at",
    "actor_id",
    "action",
    "result",
    "mechanism_id",
    "body_ids",
    "object_type",
    "object_id",
    "details",
    "request_id",
)
# The JSON as PostgreSQL writes it: reading and writing it again could say the same in other bytes.
_EVENT = ", ".join(f"event.{name}::text" if name == "details" else f"event.{name}" for name in COLUMNS)
LINKS = f"""
    SELECT link.sequence, link.event_id, link.hash, {_EVENT}
    FROM npmportal_auditlink link LEFT JOIN npmportal_auditevent event ON event.id = link.event_id
    ORDER BY link.sequence
"""
UNLINKED = """
    SELECT event.id, event.action FROM npmportal_auditevent event
    WHERE NOT EXISTS (SELECT FROM npmportal_auditlink link WHERE link.event_id = event.id) ORDER BY event.id
"""
PRINTED = re.compile(r"(?P<day>\S+) (?P<sequence>\d{1,18}) (?P<hash>[0-9a-f]{64})")


@dataclass(frozen=True)
class Head:
    """The end of the chain as it was at some moment; ``day`` says when it was printed, if it was."""

    sequence: int
    hash: str
    day: str = ""

    def __str__(self) -> str:
        return f"{self.sequence} {self.hash}"


@dataclass(frozen=True)
class _Suspect:
    """A link that does not fit its event: the next one tells which of the two was changed."""

    sequence: int
    event_id: int
    action: str
    should_be: str


def current_head() -> Head:
    """Return the head of the chain as the database holds it."""
    head = AuditHead.objects.first()
    return Head(head.sequence, head.hash) if head else Head(0, GENESIS)


def read_heads(lines: Iterable[str]) -> Iterator[Head]:
    """Yield the heads in ``lines`` of “date sequence hash”; ValueError names the first line that is none."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        found = PRINTED.fullmatch(line.strip())
        if not found:
            raise ValueError(f"line {number} is not “date sequence hash”")
        yield Head(int(found["sequence"]), found["hash"], found["day"])


def hash_of(previous: str, sequence: int, event: tuple[Any, ...]) -> str:
    """Return the hash of the link ``sequence`` after ``previous``; ``event`` holds the values of COLUMNS."""
    values = dict(zip(COLUMNS, event, strict=True))
    values["at"] = values["at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    values["body_ids"] = ",".join(map(str, values["body_ids"]))
    parts = [_part(value) for value in (previous, sequence, *values.values())]
    return hashlib.sha256(b"npmportal audit 1" + b"".join(parts)).hexdigest()


def _part(value: Any) -> bytes:
    if value is None:
        return b"~"
    data = str(value).encode()
    return b"%d:%s" % (len(data), data)


class Walk:
    """One walk along the whole chain. Read ``findings`` to the end, then ``last`` and ``links`` say how far it went."""

    def __init__(self, printed: Iterable[Head] = ()) -> None:
        self.printed: dict[int, list[Head]] = {}
        for head in printed:
            self.printed.setdefault(head.sequence, []).append(head)
        self.last = Head(0, GENESIS)
        self.links = 0
        self._suspect: _Suspect | None = None

    def findings(self) -> Iterator[str]:
        """Yield one plain sentence for each thing that is wrong, as it is found; memory does not grow with the chain.

        Everything is read as it stood at one moment.
        """
        with _one_moment():
            for sequence, event_id, stored, *event in _rows(LINKS):
                yield from self._link(sequence, event_id, stored, tuple(event))
            yield from self._end()
            for event_id, action in _rows(UNLINKED):
                yield f"Event {event_id} ({action}) has no link: it was added past the chain, or its link was cut."

    def _link(self, sequence: int, event_id: int, stored: str, event: tuple[Any, ...]) -> Iterator[str]:
        is_after_gap = sequence != self.last.sequence + 1
        if is_after_gap:
            yield from self._settle("")
            yield _cut(self.last.sequence + 1, sequence - 1)
        if event[0] is None:
            yield from self._settle("")
            yield f"Event {event_id} was deleted: link {sequence} is about it, and it is not there."
        elif not is_after_gap:  # what the link after a gap follows upon is lost
            yield from self._compare(sequence, stored, event)
        for head in self.printed.get(sequence, ()):
            if head.hash != stored:
                yield f"Link {sequence} is not the head printed on {head.day or 'an earlier day'}: {_REWRITTEN}"
        self.last = Head(sequence, stored)
        self.links += 1

    def _compare(self, sequence: int, stored: str, event: tuple[Any, ...]) -> Iterator[str]:
        computed = hash_of(self.last.hash, sequence, event)
        if self._suspect and computed != stored:
            after_right_one = hash_of(self._suspect.should_be, sequence, event)
            if after_right_one == stored:
                computed = stored
                yield from self._settle(self._suspect.should_be)
        yield from self._settle(self.last.hash)
        if computed != stored:
            self._suspect = _Suspect(sequence, event[0], event[COLUMNS.index("action")], computed)

    def _settle(self, followed: str) -> Iterator[str]:
        """Say what became of the suspect, now that it is known which hash what comes after it ``followed``."""
        suspect, self._suspect = self._suspect, None
        if suspect and followed == suspect.should_be:
            yield f"Link {suspect.sequence} was changed: its hash is not that of event {suspect.event_id}."
        elif suspect:
            yield (
                f"Event {suspect.event_id} ({suspect.action}) was changed: "
                f"its hash is not the one that link {suspect.sequence} holds."
            )

    def _end(self) -> Iterator[str]:
        head = AuditHead.objects.first()
        yield from self._settle(head.hash if head and head.sequence == self.last.sequence else "")
        if head is None:
            yield "The head of the chain is missing."
        elif head.sequence > self.last.sequence:
            yield f"The tail was cut: the head is link {head.sequence}, the last link there is is {self.last.sequence}."
        elif (head.sequence, head.hash) != (self.last.sequence, self.last.hash):
            yield f"The head does not fit: it says {head.sequence} {head.hash}, the last link is {self.last}."
        for sequence in sorted(self.printed):
            if sequence > self.last.sequence:
                day = self.printed[sequence][0].day or "an earlier day"
                end = self.last.sequence
                yield f"The tail was cut: on {day} the head was link {sequence}, the chain ends at {end}."


_REWRITTEN = "the chain was written anew from there or from before."


def _cut(first: int, last: int) -> str:
    if first == last:
        return f"Link {first} was cut out of the chain, and with it what is known of its event."
    return f"Links {first} to {last} were cut out of the chain, and with them what is known of their events."


@contextmanager
def _one_moment() -> Iterator[None]:
    """Let all that is read inside be of one moment, and nothing be written. A test is inside a transaction already."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _rows(query: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of ``query`` from a cursor on the server, a batch at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(BATCH):
            yield from rows
