"""What other apps keep for a person alone, and what becomes of it when that person leaves."""

from collections.abc import Callable

from members.models import User

_ENDINGS: list[Callable[[User], None]] = []


def when_a_person_leaves(ending: Callable[[User], None]) -> None:
    """Let ``ending`` be called, in the same transaction, with each person of whom a role was ended."""
    if ending not in _ENDINGS:
        _ENDINGS.append(ending)


def end_what_was_private(user: User) -> None:
    """Call every ending with ``user``, whose remaining roles and groups are set already."""
    for ending in _ENDINGS:
        ending(user)
