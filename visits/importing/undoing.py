"""Taking back an import: what it made is removed, what it changed stands as before. All of it, or nothing."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from visits.importing import beside
from visits.importing.checking import mapped_columns
from visits.importing.place_facts import FACTS, take_back_fact
from visits.importing.places import store_plain
from visits.models import (
    Import,
    ImportedPlace,
    ImportedVisit,
    Place,
    Visit,
    VisitChange,
    VisitEvent,
    VisitPartner,
    VisitText,
)

CHUNK = 1000


class Used(Exception):
    """Records of the import have been worked with since; the message says how many, in words for the person."""


def used_visits(batch: Import) -> QuerySet[ImportedVisit]:
    """Return the visits of ``batch`` that were changed, handed in or otherwise used since."""
    return ImportedVisit.objects.filter(batch=batch).exclude(_is_as_left())


def _is_as_left() -> Q:
    """The condition for a visit that stands as the import left it: nobody has saved it or taken a step with it."""
    return Q(visit__version=F("version"), visit__state__in=Visit.OPEN)


def used_places(batch: Import, reader: Any = None) -> QuerySet[ImportedPlace]:
    """Return the places of ``batch`` that were changed since, or, if the import added them, visited or divided.

    For a ``reader`` only visits count that they may know of: a draft is the business of its body.
    """
    made = ImportedPlace.objects.filter(batch=batch)
    known = Visit.objects.visible_to(reader) | Visit.objects.known_to(reader) if reader else Visit.objects.all()
    in_use = Q(Exists(known.filter(place=OuterRef("place")))) | Q(place__units__isnull=False) & ~Q(
        place__units__imported__batch=batch
    )
    return made.filter(~Q(place__version=F("version")) | Q(is_new=True) & in_use).distinct()


def use_of(batch: Import, reader: Any = None) -> int:
    """Return how many records of ``batch`` have been used since, as far as ``reader`` may know, if one is named.

    Nought without a reader means that it can be undone.
    """
    used: QuerySet[Any] = used_places(batch, reader) if batch.kind == Import.Kind.PLACES else used_visits(batch)
    return used.count()


def take_back(batch: Import, by: User, shown: Callable[[int], None]) -> int:
    """Undo ``batch`` inside the transaction around it, and return how many records that concerned.

    Raises Used, in words, where any of its records was used since.
    """
    if batch.kind == Import.Kind.PLACES:
        list(Place.objects.select_for_update(of=("self",)).filter(imported__batch=batch).order_by("pk"))
    if use_of(batch):  # how many is not said: somebody’s draft may be among them
        raise Used(_("Records of this import have been used since: it can no longer be undone."))
    taken = _places(batch, by) if batch.kind == Import.Kind.PLACES else _visits(batch, by)
    done = 0
    for count in taken:
        done += count
        shown(done)
    return done


def _chunks(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    source = rows.iterator(chunk_size=CHUNK)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _visits(batch: Import, by: User) -> Iterator[int]:
    own = _own(batch)
    for rows in _chunks(ImportedVisit.objects.filter(batch=batch).order_by("pk")):
        keys = [row.visit_id for row in rows]
        locked = Visit.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
        stand = {pk: (version, state) for pk, version, state in locked.values_list("pk", "version", "state")}
        if any(stand[row.visit_id][0] != row.version or stand[row.visit_id][1] not in Visit.OPEN for row in rows):
            raise Used(_("Records of this import have been used since: it can no longer be undone."))
        _remove([row.visit_id for row in rows if row.is_new], own)
        changed = Visit.objects.in_bulk([row.visit_id for row in rows if not row.is_new])
        for row in rows:
            if not row.is_new:
                _restore_visit(changed[row.visit_id], row.before, by)
        yield len(rows)


# What comes with a visit from any import, or is kept by the database; all else was added by somebody.
OWN: tuple[type[Model], ...] = (ImportedVisit, VisitPartner, VisitEvent, VisitText)


def _own(batch: Import) -> tuple[type[Model], ...]:
    """Return what comes with a visit from ``batch``: figures, needs, ratings, answers where its file has such columns.

    Who adds to those later saves the visit, which then is no longer as the import left it (`used_visits`).
    """
    tables = {column.table for column in mapped_columns(batch).values() if column.table}
    return (*OWN, *(beside.TABLES[name].model for name in sorted(tables)))


def _remove(visits: list[Any], own: tuple[type[Model], ...]) -> None:
    """Delete visits that the import made, with what is its ``own``. Raises Used where somebody has added anything."""
    for relation in Visit._meta.related_objects:
        pointing: Any = relation.related_model
        if pointing in own or relation.many_to_many:
            continue
        if pointing._base_manager.filter(**{f"{relation.field.name}__in": visits}).exists():
            raise Used(_("Something was added to records of this import: it can no longer be undone."))
    for model in own:
        model._default_manager.filter(visit__in=visits).delete()
    # Nothing points to them any more: they need not be read one by one to be deleted.
    found = Visit.objects.filter(pk__in=visits)
    found._raw_delete(found.db)


def _restore_visit(visit: Visit, before: dict[str, Any], by: User) -> None:
    before = dict(before)
    both: dict[str, list[Any]] = {}
    for name in [name for name in before if name in beside.TABLES]:
        both[name] = beside.put_back(visit, name, before.pop(name))
    if "partners" in before:
        both["partners"] = [visit.body_ids[1:], before["partners"]]
        VisitPartner.objects.filter(visit=visit).delete()
        VisitPartner.objects.bulk_create(VisitPartner(visit=visit, body_id=pk) for pk in before.pop("partners"))
    if "place" in before:
        place, setting, jurisdiction = before.pop("place")
        both["place"] = [str(visit.place_id), place]
        visit.place_id, visit.setting_id, visit.jurisdiction_id = place, setting, jurisdiction
    for name, value in before.items():
        field: Any = Visit._meta.get_field(name)
        now = getattr(visit, name)
        both[name] = [now if now is None or isinstance(now, int | str) else str(now), value]
        setattr(visit, name, field.to_python(value))
    visit.version, visit.updated_at = visit.version + 1, timezone.now()
    visit.save(update_fields=["place", "setting", "jurisdiction", *before, "version", "updated_at"])
    if both:
        VisitChange.objects.create(visit=visit, state=visit.state, by=by, fields=both)


def _places(batch: Import, by: User) -> Iterator[int]:
    day = timezone.localtime(batch.done_at).date()
    for row in ImportedPlace.objects.filter(batch=batch, is_new=False).select_related("place__mechanism"):
        _restore_place(row.place, dict(row.before), day, by)
        yield 1
    # Units before what they are part of.
    added = Place.objects.filter(imported__batch=batch, imported__is_new=True)
    count = added.count()
    added.filter(parent__isnull=False).delete()
    added.delete()
    yield count


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
    store_plain(place, values)
