"""Adding places of detention to the common register and changing them."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from members.models import Mechanism, User
from npmportal import audit
from npmportal.access import grants_of
from visits.models import Place
from visits.models.place import mechanisms_keeping_places
from visits.struck_off import bring_back

# Follow from dated facts once the place is stored (visits.actions.place_facts).
DATED = ("name", "authority", "capacity")
UNDATED = (
    "setting",
    "jurisdiction",
    "town",
    "address",
    "postcode",
    "region",
    "latitude",
    "longitude",
    "opened_on",
    "closed_on",
    "note",
)


class PlaceTaken(Exception):
    """A place of the same name, setting and jurisdiction was stored a moment ago."""


class PlaceChangedMeanwhile(Exception):
    """Somebody else has saved the place since the form was opened; ``place`` is what stands now."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place


def may_keep_places(user: Any, mechanism: Mechanism) -> bool:
    """Tell whether ``user`` keeps the register of places: administrators and coordinator staff do."""
    return mechanism.pk in mechanisms_keeping_places(grants_of(user))


@transaction.atomic
def add_place(*, place: Place, by: User) -> Place:
    """Store the new ``place`` and write that down; the database gives it its first dated name, operator and capacity.

    Raises PlaceTaken when the register has got the same place meanwhile (a double click).
    """
    if not may_keep_places(by, place.mechanism):
        raise PermissionDenied
    try:
        with transaction.atomic():
            place.save(force_insert=True)
    except IntegrityError as error:
        raise PlaceTaken from error
    bring_back(place.mechanism)
    audit.record("place.added", by=by, obj=place, mechanism=place.mechanism)
    return place


@transaction.atomic
def change_place(*, place: Place, expected_version: int, by: User) -> Place:
    """Store what ``place`` now says in its undated fields and write down which changed; visits keep their setting.

    Stores nothing and raises PlaceChangedMeanwhile when the stored version is not ``expected_version``, PlaceTaken when
    another place has the same name, setting and jurisdiction.
    """
    if not may_keep_places(by, place.mechanism):
        raise PermissionDenied
    stored = Place.objects.select_for_update(of=("self",), no_key=True).get(pk=place.pk)
    if stored.version != expected_version:
        raise PlaceChangedMeanwhile(stored)
    changed = [name for name in UNDATED if getattr(place, name) != getattr(stored, name)]
    place.version = stored.version + 1
    try:
        with transaction.atomic():
            place.save(update_fields=[*changed, "version"])
    except IntegrityError as error:
        raise PlaceTaken from error
    audit.record("place.changed", by=by, obj=place, mechanism=place.mechanism, fields=changed)
    return place
