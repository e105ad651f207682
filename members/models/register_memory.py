"""What a process keeps of the register: it is asked on every page, by every form, and changes a few times a month.

Triggers give the register a new mark with every change to what is kept here (who is a body, under which names, with
which designations and remits). The mark is read each time, the facts only where it is another than they were read
under: nobody is ever answered from a register older than the request. One that changes nothing of the register asks for
the mark once (`one_register`), when it first needs it. A mark never comes twice, so that what was read inside a
transaction that is rolled back, or before a backup was put back, is never found again.

Who changes the register holds the row with the mark until all is stored. Acts therefore lock what they change before
they write, and leave its key open (`no_key`): foreign keys do not wait for them.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models

T = TypeVar("T")


class RegisterVersion(models.Model):
    """The mark of the register as it stands: one row, written by triggers alone (migration 0019)."""

    version = models.UUIDField()

    def __str__(self) -> str:
        return str(self.version)


_kept: dict[Hashable, tuple[UUID, Any]] = {}
_asked: ContextVar[list[UUID | None] | None] = ContextVar(
    "mark of the register that this request asked for", default=None
)


@contextmanager
def one_register() -> Iterator[None]:
    """Ask for the mark of the register once in what is done herein: nothing of it may change the register."""
    token = _asked.set([])
    try:
        yield
    finally:
        _asked.reset(token)


def kept(key: Hashable, load: Callable[[], T]) -> T:
    """Return ``load()``, which reads something of the register that ``key`` names, once as long as that stands.

    It is shared by all requests of the process: facts and no rights, never changed by who reads them. One small query.
    """
    version = _version()
    if version is None:
        return load()
    found = _kept.get(key)
    if found is None or found[0] != version:
        found = _kept[key] = (version, load())
    answer: T = found[1]
    return answer


def _version() -> UUID | None:
    """Return the mark of the register, None of one in which nothing was ever written down."""
    asked = _asked.get()
    if asked:
        return asked[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM members_registerversion")
        row = cursor.fetchone()
    version = row[0] if row else None
    if asked is not None:
        asked.append(version)
    return version
