"""Who, besides the person who acted and the leads of the bodies concerned, may read of an act.

Each action (``noun.verb``) names the permission on the mechanism that opens it, "" where none does. The apps declare
their actions (members.activity) when they start; of an action that nobody declared only the actor and the leads read.
"""

from collections.abc import Mapping

_read_with: dict[str, str] = {}


def declare(read_with: Mapping[str, str]) -> None:
    """Add ``read_with``, the permission by action, to what is known."""
    _read_with.update(read_with)


def permission_of(action: str) -> str:
    """Return the permission on the mechanism with which events of ``action`` may be read, "" where there is none."""
    return _read_with.get(action, "")


def actions_by_permission() -> dict[str, list[str]]:
    """Return the declared actions by the permission that opens them."""
    found: dict[str, list[str]] = {}
    for action, permission in sorted(_read_with.items()):
        if permission:
            found.setdefault(permission, []).append(action)
    return found
