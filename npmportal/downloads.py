"""A download that has begun stops when the rights it was begun with end (security R-09)."""

import time
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth import get_user_model

from npmportal import access

BYTES = 500_000
SECONDS = 2.0


class DownloadStopped(Exception):
    """The person's rights changed while a file was handed out. Breaking off tells the browser that it is not whole."""


def while_entitled(user: Any, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield ``chunks`` as long as ``user`` has the rights of now; looked at every half megabyte, or two seconds.

    Raises DownloadStopped where the person was retired or the roles changed meanwhile.
    """
    before = access.grants_of(user)
    looked_at, sent = time.monotonic(), 0
    for chunk in chunks:
        if sent >= BYTES or time.monotonic() - looked_at > SECONDS:
            _check(user, before)
            looked_at, sent = time.monotonic(), 0
        yield chunk
        sent += len(chunk)


def _check(user: Any, before: access.Grants) -> None:
    now = get_user_model().objects.filter(pk=user.pk).first()
    if access.grants_of(now) != before:
        raise DownloadStopped
