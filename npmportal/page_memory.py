"""What one page asks of its reader again and again is asked once. It ends with the request."""

from collections.abc import Callable
from typing import Any


def read_only(user: Any) -> None:
    """Let `remembered` keep its answers for the request that reads a page and changes nothing."""
    user._request_reads = {}


def remembered(user: Any, name: str, load: Callable[[], Any]) -> Any:
    """Return ``load()``, which says of ``user`` what a page asks again and again; kept while one page is read.

    Where something may change (another method, a job, a command) it is asked each time.
    """
    kept: dict[str, Any] | None = getattr(user, "_request_reads", None)
    if kept is None:
        return load()
    if name not in kept:
        kept[name] = load()
    return kept[name]


def forget(user: Any) -> None:
    """Drop what was remembered of ``user``, of the request's own person too: the rights are others now."""
    for name in ("_request_grants", "_request_reads"):  # by delattr, as request.user only stands before a person
        if hasattr(user, name):
            delattr(user, name)
