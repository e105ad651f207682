"""Places that leave the register because the import that added them is undone.

A place where nothing stands is removed. Where a visit stands that is nobody else's business (a draft, one thrown away),
its record stays, struck off: whoever writes that visit chooses another place (visits.models.completeness). All others
find no difference, neither now nor when the same place is entered again (ADR 0037): what hangs on the place goes in
both cases, and what is entered again is a new record.
"""

from collections.abc import Collection
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from members.models import Mechanism
from visits.models import Place, PlaceName, PlaceRequest, Plan, Visit

PARENT_NAME = Coalesce("parent__name", Value(""))


def take_out(places: Collection[Any]) -> None:
    """Take the places with these keys out of the register. Call it inside a transaction that holds them."""
    stay = _stood_at(places)
    gone = Place.objects.filter(pk__in=set(places) - stay)
    gone.filter(parent__isnull=False).delete()  # units before what they are part of
    gone.delete()
    if not stay:
        return
    for field in _going_with_a_place():
        field.model._base_manager.filter(**{f"{field.name}__in": stay}).delete()
    for model in (Plan, PlaceRequest):  # those of the places that go lose theirs in the same way
        model._default_manager.filter(place__in=stay).update(place=None)
    Place.objects.filter(pk__in=stay).update(is_struck_off=True, version=F("version") + 1)


def _stood_at(places: Collection[Any]) -> set[Any]:
    """Return the keys of those of ``places`` where a visit stands, and of what these are units of."""
    found: set[Any] = set(Visit.objects.filter(place__in=places).order_by().values_list("place", flat=True).distinct())
    units = Place.objects.filter(parent__in=places)
    ahead: set[Any] = found | set(units.filter(is_struck_off=True).values_list("parent", flat=True))
    while ahead:
        found |= ahead
        ahead = set(units.filter(pk__in=ahead).values_list("parent", flat=True)) - found
    return found


def _going_with_a_place() -> list[Any]:
    """Return the foreign keys of all that is removed with a place. Its names stay: the visit is found by them."""
    relations: Any = Place._meta.get_fields(include_hidden=True)
    return [
        relation.field
        for relation in relations
        if relation.one_to_many and relation.on_delete is models.CASCADE and relation.related_model is not PlaceName
    ]


def bring_back(mechanism: Mechanism) -> None:
    """Let visits at places that were struck off stand at the same place where it has been entered again.

    The same is what the register would not take twice: a place of that name, setting and jurisdiction, in a place of
    that name. Nobody is told: the visit says of its place what it said before.
    """
    struck = Place.objects.filter(mechanism=mechanism, is_struck_off=True).annotate(within=PARENT_NAME)
    alike = {name: OuterRef(name) for name in ("mechanism", "jurisdiction", "setting", "name", "within")}
    again = Place.objects.in_register().annotate(within=PARENT_NAME).filter(**alike).order_by("pk")
    pairs = struck.annotate(again=Subquery(again.values("pk")[:1])).exclude(again=None)
    found = list(pairs.values_list("pk", "again"))
    for place, now in found:
        Visit.objects.filter(place=place).update(place=now)
    if found:
        sweep()


def sweep() -> None:
    """Remove the places struck off at which no visit stands any more. Safe to repeat."""
    Plan.objects.filter(place__is_struck_off=True).update(place=None)
    of_place = {"place": OuterRef("pk")}
    empty = Place.objects.filter(~Exists(Visit.objects.filter(**of_place)), is_struck_off=True)
    empty.filter(parent__isnull=False).delete()
    empty.filter(~Exists(Place.objects.filter(parent=OuterRef("pk")))).delete()
