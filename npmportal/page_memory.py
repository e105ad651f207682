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
    """Drop what was remembered of ``user``: the person's rights are others now."""
    user.__dict__.pop("_request_reads", None)
