"""Places kept from being merged away or removed until what is stored about them stands.

A merge locks both records FOR UPDATE (visits.actions.place_merges), and so does whoever removes one. Whoever stores a
visit, a plan or an import holds its places FOR KEY SHARE: those two wait for each other, while any number may store
something at one place, and its facts may be edited, at the same time. Two rules keep everybody from waiting in a ring:
places are held before any row is locked that a merge would move, and several in the order of their keys, as merges do.
"""

import uuid
from collections.abc import Iterable

from django.db import connection

# Django has no word for this lock. A record that waits for a merge is read as the merge has left it, and one that was
# struck off is gone.
SEVERAL = (
    "SELECT id, COALESCE(merged_into_id, id) FROM visits_place WHERE id = ANY(%s) AND NOT is_struck_off "
    "ORDER BY id FOR KEY SHARE"
)
STANDING = "FROM visits_place WHERE id = %s AND merged_into_id IS NULL AND NOT is_struck_off FOR KEY SHARE"


class PlaceGone(Exception):
    """The place was removed from the register a moment ago."""


def hold_places(keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Hold the places with ``keys`` until the transaction ends; call it inside one.

    Returns by each key that of the record the place is now: the same, or the one it was merged into, which is held as
    well. Places that are gone are left out.
    """
    wanted = set(keys)
    now: dict[uuid.UUID, uuid.UUID] = {}
    asked: set[uuid.UUID] = set()
    ahead = wanted
    while ahead:
        asked |= ahead
        with connection.cursor() as cursor:
            cursor.execute(SEVERAL, [sorted(ahead)])
            now |= dict(cursor.fetchall())
        ahead = set(now.values()) - asked
    return {key: _last(key, now) for key in wanted if key in now}


def _last(key: uuid.UUID, now: dict[uuid.UUID, uuid.UUID]) -> uuid.UUID:
    while now[key] != key:
        key = now[key]
    return key


def hold_place(key: uuid.UUID) -> uuid.UUID:
    """Hold one place as `hold_places` does, and return the key of the record it is now. Raises PlaceGone."""
    found = hold_places([key])
    if key not in found:
        raise PlaceGone
    return found[key]
