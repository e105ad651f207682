"""The chain of audit events under eight writers: events a second, and whether one unbroken chain comes of it."""

import time
from dataclasses import dataclass
from threading import Barrier, Thread

from django.db import connection, transaction

from members.models import Mechanism
from npmportal import audit
from npmportal.audit_chain import Walk, current_head
from npmportal.models import AuditEvent

WRITERS, EACH = 8, 500
BAR = 200  # events a second


@dataclass(frozen=True)
class Written:
    """How fast the writers were, and what a walk along the chain found afterwards."""

    events: int
    per_second: float
    links: int
    walked_in: float
    findings: tuple[str, ...]

    @property
    def is_missed(self) -> bool:
        """Whether the bar is missed, an event is without link, or the chain is not whole."""
        return self.per_second < BAR or bool(self.findings)

    def __str__(self) -> str:
        whole = "; ".join(self.findings) or "one unbroken chain"
        return (
            f"{self.events:,} events by {WRITERS} writers: {self.per_second:.0f} a second"
            f"{'  UNDER THE BAR' if self.per_second < BAR else ''}\n"
            f"{self.links:,} links walked in {self.walked_in:.1f} s: {whole}"
        )


def measure(mechanism: Mechanism) -> Written:
    """Let WRITERS threads, each with a connection of its own, write EACH events, each event in its own transaction."""
    before = current_head().sequence
    start, stop = Barrier(WRITERS + 1), Barrier(WRITERS + 1)
    writers = [Thread(target=_write, args=(mechanism, start, stop)) for _writer in range(WRITERS)]
    for writer in writers:
        writer.start()
    start.wait()
    started = time.perf_counter()
    stop.wait()
    seconds = time.perf_counter() - started
    for writer in writers:
        writer.join()
    return _walked(before, WRITERS * EACH, seconds)


def _write(mechanism: Mechanism, start: Barrier, stop: Barrier) -> None:
    connection.ensure_connection()
    start.wait()
    for number in range(EACH):
        with transaction.atomic():
            audit.record("benchmark.written", by=None, mechanism=mechanism, bodies=[1], number=number)
    stop.wait()
    connection.close()


def _walked(before: int, events: int, seconds: float) -> Written:
    walk, started = Walk(), time.perf_counter()
    findings = list(walk.findings())
    walked_in = time.perf_counter() - started
    if walk.last.sequence - before != events or walk.links != AuditEvent.objects.count():
        findings.append(f"{events} events were written, the chain grew by {walk.last.sequence - before}.")
    return Written(events, events / seconds, walk.links, walked_in, tuple(findings))
