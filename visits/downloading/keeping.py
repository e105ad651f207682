"""Files of long lists go after a day, and at once when the person leaves."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction

from npmportal.private_files import discard
from visits.models import Download


def forget_old_downloads() -> int:
    """Remove the files of which the day is over, and those of closed accounts; return how many."""
    return _forget(Download.objects.over())


def forget_downloads_of(user: Any) -> None:
    """Remove what ``user``, who leaves, has asked for."""
    _forget(Download.objects.filter(requested_by=user))


def _forget(downloads: Iterable[Download]) -> int:
    """Remove files and records: that something was downloaded stands in the activity."""
    found = [(download, download.file.storage, download.file.name) for download in downloads]
    for download, storage, name in found:
        download.delete()
        transaction.on_commit(partial(discard, storage, name or ""))
    return len(found)
