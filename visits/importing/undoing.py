"""Taking back an import: what it made is removed, what it changed stands as before. All of it, or nothing."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from visits.actions.form_drafts import hand_on_drafts
from visits.importing import beside
from visits.importing.checking import mapped_columns
from visits.importing.undoing_places import hold, stand_in_the_way, take_places_back, used_places
from visits.models import (
    Download,
    Import,
    ImportedVisit,
    Place,
    Visit,
    VisitChange,
    VisitEvent,
    VisitPartner,
    VisitText,
)
from visits.models.change import as_json
from visits.models.place_hold import hold_places

CHUNK = 1000


class Used(Exception):
    """Records of the import, or of the register, have been worked with since; the message says so to the person."""


def used_visits(batch: Import) -> QuerySet[ImportedVisit]:
    """Return the visits of ``batch`` that were changed, handed in or otherwise used since."""
    return ImportedVisit.objects.filter(batch=batch).exclude(_is_as_left())


def _is_as_left() -> Q:
    """The condition for a visit that stands as the import left it: nobody has saved it or taken a step with it."""
    return Q(visit__version=F("version"), visit__state__in=Visit.OPEN)


def use_of(batch: Import, reader: Any) -> int:
    """Return how many records of ``batch`` have been used since, as far as ``reader`` may know."""
    used: QuerySet[Any] = used_places(batch, reader) if batch.kind == Import.Kind.PLACES else used_visits(batch)
    return used.count()


def is_used(batch: Import, by: User) -> bool:
    """Tell whether records of ``batch`` have been used in a way that keeps ``by`` from undoing it.

    What ``by`` may not know of keeps nobody from it, but for places that were visited: see `stand_in_the_way`.
    """
    if batch.kind == Import.Kind.PLACES:
        return stand_in_the_way(batch, by).exists()
    return used_visits(batch).exists()


def take_back(batch: Import, by: User, shown: Callable[[int], None]) -> int:
    """Undo ``batch`` inside the transaction around it, and return how many records that concerned.

    Raises Used, in words, where any of its records was used since.
    """
    if batch.kind == Import.Kind.PLACES:
        hold(batch)
    if is_used(batch, by):
        raise Used(_("Records of this import have been used since: it can no longer be undone."))
    taken = take_places_back(batch, by) if batch.kind == Import.Kind.PLACES else _visits(batch, by)
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
    own, places = _own(batch), _places_before(batch)
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
                _restore_visit(changed[row.visit_id], row.before, places, by)
        yield len(rows)


def _places_before(batch: Import) -> dict[str, Any]:
    """Return by its key, as it is kept, each place that visits go back to, and hold them: places first, as everywhere.

    One that was merged since is the record it is now. Raises Used where one is no longer in the register.
    """
    moved = ImportedVisit.objects.filter(batch=batch, before__has_key="place")
    keys = {UUID(key) for key in moved.values_list("before__place__0", flat=True)}
    now = hold_places(keys)
    present = set(Place.objects.in_register().filter(pk__in=now.values()).values_list("pk", flat=True))
    if {now.get(key) for key in keys} - present:
        raise Used(_("A place that visits would go back to is no longer in the register: it can no longer be undone."))
    return {str(key): now[key] for key in keys}


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
    # What somebody types into the form of one and has not saved is theirs alone: it is kept, for a new visit.
    hand_on_drafts(visits)
    for model in own:
        model._default_manager.filter(visit__in=visits).delete()
    # Nothing points to them any more: they need not be read one by one to be deleted.
    found = Visit.objects.filter(pk__in=visits)
    found._raw_delete(found.db)


def _restore_visit(visit: Visit, before: dict[str, Any], places: dict[str, Any], by: User) -> None:
    before = dict(before)
    both: dict[str, list[Any]] = {}
    for name in [name for name in before if name in beside.TABLES]:
        both[name] = beside.put_back(visit, name, before.pop(name))
    if "partners" in before:
        both["partners"] = [visit.body_ids[1:], before["partners"]]
        Download.objects.end_for(set(visit.body_ids[1:]) - set(before["partners"]))
        VisitPartner.objects.filter(visit=visit).delete()
        VisitPartner.objects.bulk_create(VisitPartner(visit=visit, body_id=pk) for pk in before.pop("partners"))
    if "place" in before:
        place, setting, jurisdiction = before.pop("place")
        both["place"] = [str(visit.place_id), str(places[place])]
        visit.place_id, visit.setting_id, visit.jurisdiction_id = places[place], setting, jurisdiction
    for name, value in before.items():
        field: Any = Visit._meta.get_field(name)
        both[name] = [as_json(getattr(visit, name)), value]
        setattr(visit, name, field.to_python(value))
    visit.version, visit.updated_at = visit.version + 1, timezone.now()
    visit.save(update_fields=["place", "setting", "jurisdiction", *before, "version", "updated_at"])
    if both:
        VisitChange.objects.create(visit=visit, state=visit.state, by=by, fields=both)
