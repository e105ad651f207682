"""Adding places of detention to the common register and changing them."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from members.models import Mechanism, User
from npmportal import audit
from npmportal.access import MANAGE_MEMBERS, REVIEW_VISITS, can
from visits.models import Place


class PlaceTaken(Exception):
    """A place of the same name, setting and jurisdiction was stored a moment ago."""


def may_keep_places(user: Any, mechanism: Mechanism) -> bool:
    """Tell whether ``user`` keeps the register of places: administrators and coordinator staff do."""
    return can(user, MANAGE_MEMBERS, mechanism) or can(user, REVIEW_VISITS, mechanism)


@transaction.atomic
def save_place(*, place: Place, changed: list[str], by: User) -> Place:
    """Store the new or changed ``place`` and write down that it happened; visits keep the setting they were made in.

    Raises PlaceTaken when the register has got the same place meanwhile (a double click).
    """
    if not may_keep_places(by, place.mechanism):
        raise PermissionDenied
    is_new = place._state.adding
    try:
        with transaction.atomic():
            place.save()
    except IntegrityError as error:
        raise PlaceTaken from error
    audit.record(
        "place.added" if is_new else "place.changed", by=by, obj=place, mechanism=place.mechanism, fields=changed
    )
    return place
