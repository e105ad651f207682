"""Taking back an import of places: those it added leave the register, those it changed stand as before.

What the person may not know of neither stops them nor is touched: a draft at a place that leaves the register stays,
and asks whoever writes it for another place (visits.struck_off, ADR 0037). A refusal would tell that there is one.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from visits.actions.place_facts import PlaceFactRefused
from visits.importing.place_facts import FACTS, take_back_fact
from visits.importing.places import store_plain
from visits.models import Import, ImportedPlace, Place, PlaceSuccession, Visit, VisitInterval
from visits.struck_off import take_out

# Of a visit in one of these states nobody outside its bodies knows, unless it was approved once.
UNKNOWN = (Visit.State.DRAFT, Visit.State.DISCARDED)


def used_places(batch: Import, reader: Any) -> QuerySet[ImportedPlace]:
    """Return the places of ``batch`` that were used since, as far as ``reader`` may know."""
    return _used(batch, Visit.objects.visible_or_known_to(reader))


def stand_in_the_way(batch: Import, by: User) -> QuerySet[ImportedPlace]:
    """Return the places of ``batch`` on account of which ``by`` cannot undo it.

    A visit that was handed in counts whoever asks: it is in the hands of the coordinator and may be in the figures.
    """
    handed_in = Visit.objects.filter(~Q(state__in=UNKNOWN) | Q(approved_at__isnull=False))
    return _used(batch, handed_in | Visit.objects.visible_or_known_to(by))


def _used(batch: Import, visits: QuerySet[Visit]) -> QuerySet[ImportedPlace]:
    """Return the places of ``batch`` that were changed since, or that it added and the register has come to build on:
    one of ``visits``, a unit, a successor, a rule of the network for how often to go there."""
    of_place = {"place": OuterRef("place")}
    units = Place.objects.filter(parent=OuterRef("place"), is_struck_off=False).exclude(imported__batch=batch)
    links = PlaceSuccession.objects.filter(Q(predecessor=OuterRef("place")) | Q(successor=OuterRef("place")))
    rules = VisitInterval.objects.filter(body=None, **of_place)
    in_use = Q(Exists(visits.filter(**of_place))) | Q(Exists(units)) | Q(Exists(links)) | Q(Exists(rules))
    return ImportedPlace.objects.filter(batch=batch).filter(~Q(place__version=F("version")) | Q(is_new=True) & in_use)


def hold(batch: Import) -> None:
    """Keep the places of ``batch``, and the visits at those it added, as they are until the transaction ends.

    Places first, as everywhere (visits.models.place_hold). No visit comes to these places then, and none is handed in.
    """
    made = {"imported__batch": batch}
    places = Place.objects.filter(**made).order_by("pk")
    visits = Visit.objects.filter(place__in=Place.objects.filter(**made, imported__is_new=True)).order_by("pk")
    for rows in (places, visits):
        list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))


def take_places_back(batch: Import, by: User) -> Iterator[int]:
    """Take the places that ``batch`` added out of the register and put back those it changed; give how many."""
    day = timezone.localtime(batch.done_at).date()
    for row in ImportedPlace.objects.filter(batch=batch, is_new=False).select_related("place__mechanism"):
        _restore_place(row.place, dict(row.before), day, by)
        yield 1
    added = list(Place.objects.filter(imported__batch=batch, imported__is_new=True).values_list("pk", flat=True))
    take_out(added)
    yield len(added)


def _restore_place(place: Place, before: dict[str, Any], day: Any, by: User) -> None:
    for name in [name for name in FACTS if name in before]:
        take_back_fact(place, name, before.pop(name), day, by)
    values = {}
    for name, value in before.items():
        if name in ("setting", "jurisdiction", "parent"):
            values[name] = value
        else:
            field: Any = Place._meta.get_field(name)
            values[name] = field.to_python(value)
    if (parent := values.get("parent")) and not Place.objects.in_register().filter(pk=parent).exists():
        sentence = _("“%(place)s” would go back into a place that is no longer in the register: it cannot be undone.")
        raise PlaceFactRefused(sentence % {"place": place.name})
    store_plain(place, values)
