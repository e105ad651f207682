"""Read everything an annual report is made of, at one moment, into plain JSON (design section 7, security R-39)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from reports.models import ReportingYear, Snapshot
from reports.snapshot import circumstances, places, register, visits

# Raise it when what is read or how it is written down changes, so that an older snapshot is never taken for a new one.
LAYOUT = 1


def freeze(year: ReportingYear) -> Snapshot:
    """Read the year at one moment and keep it; the same data read again give the same snapshot."""
    return Snapshot.objects.keep(year, read_at_one_moment(year))


def read_at_one_moment(year: ReportingYear) -> dict[str, Any]:
    """Return the content of a snapshot. Must not be called inside a transaction: it needs one of its own."""
    with _one_moment():
        return read(year)


def read(year: ReportingYear) -> dict[str, Any]:
    """Return everything the report prints, as JSON: names in both languages, numbers, slugs; no ids, no free text."""
    names = register.names_of(year)
    return {
        "layout": LAYOUT,
        **register.read(year, names),
        "visits": visits.read(year, names),
        "access": circumstances.access(year, names),
        "interviews": circumstances.interviews(year),
        "places": places.read(year, names),
    }


@contextmanager
def _one_moment() -> Iterator[None]:
    """Let every query inside see the database as it was at the first of them, and let none of them write."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
