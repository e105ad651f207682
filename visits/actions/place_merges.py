"""Two records of one place become one: what moves is shown before, done at once, and can be undone (ADR 0023).

The record that gives way stays in the database, out of every list, and leads to the one that is kept. Everything that
points to it is pointed to the other; which rows those were is kept, so that undoing moves exactly them.
"""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from npmportal import audit
from visits.actions.places import may_keep_places
from visits.duplicates import ordered
from visits.models import (
    CapacityPeriod,
    ImportedPlace,
    NoDuplicate,
    OperatorPeriod,
    Place,
    PlaceMerge,
    PlaceName,
    Visit,
)

# Filled in from the record that gives way where the kept one says nothing. Not the day it closed: a record without one
# is of a place that is open.
FILLED = ("town", "address", "postcode", "region", "note", "opened_on")
POSITION = ("latitude", "longitude")
# Belong to the record itself (undoing an import is about the record it made), or are moved by rules of their own.
NOT_MOVED = (PlaceName, OperatorPeriod, CapacityPeriod, PlaceMerge, NoDuplicate, ImportedPlace)
# Among these a row may contradict one that the kept place has: such a row stays where it is.
MAY_STAY = ("visits.placesuccession", "visits.visitinterval")
LONGEST_WAIT = "5s"


class MergeRefused(Exception):
    """A merge, or undoing one, that the register cannot take; the message says why."""


@dataclass(frozen=True)
class MergePreview:
    """What merging would move, as far as the reader may know."""

    visits: int
    units: list[Place]
    codes: list[Any]
    names: list[Any]
    filled: list[str]
    refusal: str = ""  # why the two cannot be one


def preview_merge(*, kept: Place, duplicate: Place, by: User) -> MergePreview:
    """Return what would move from ``duplicate`` to ``kept``; of visits only those that ``by`` may know of."""
    fields = [str(_field(name).verbose_name) for name in _filled(kept, duplicate)]
    return MergePreview(
        visits=Visit.objects.visible_or_known_to(by).filter(place=duplicate).count(),
        units=list(duplicate.units.in_register().select_related("setting")),
        codes=list(duplicate.codes.all()),
        names=list(duplicate.names.all()),
        filled=fields,
        refusal=_refusal(kept, duplicate),
    )


@transaction.atomic
def merge_places(*, kept: Place, duplicate: Place, reason: str, by: User) -> PlaceMerge:
    """Point everything about ``duplicate`` to ``kept`` and take it out of the register; return what was done.

    Its names are kept beside the other's, not used. Raises PermissionDenied, or MergeRefused where the two cannot be
    one: another mechanism or jurisdiction, a place and its unit, units of the same name.
    """
    if not may_keep_places(by, kept.mechanism):
        raise PermissionDenied
    kept, duplicate = _locked(kept, duplicate)
    if refusal := _refusal(kept, duplicate):
        raise MergeRefused(refusal)
    filled = _filled(kept, duplicate)
    before = {name: _plain(getattr(kept, name)) for name in filled}
    moved: dict[str, Any] = {}
    try:
        with transaction.atomic():
            duplicate.merged_into = kept
            duplicate.version += 1
            duplicate.save(update_fields=["merged_into", "version"])
            moved |= _move_facts(kept, duplicate)
            moved |= _move_rows(kept, duplicate)
            for name, value in filled.items():
                setattr(kept, name, value)
            kept.version += 1
            kept.save(update_fields=[*filled, "version"])
    except IntegrityError as error:
        raise MergeRefused(_("Both have a unit of the same name and setting: merge these first.")) from error
    given = {"moved": moved, "filled": before, "kept_version": kept.version, "reason": reason, "by": by}
    merge = PlaceMerge.objects.create(mechanism=kept.mechanism, kept=kept, duplicate=duplicate, **given)
    # How many visits moved is not said: some of them are nobody else's business.
    audit.record("place.merged", by=by, obj=kept, mechanism=kept.mechanism, fields=sorted(filled))
    return merge


@transaction.atomic
def undo_merge(*, merge: PlaceMerge, reason: str, by: User) -> Place:
    """Bring back the record that gave way with all that moved; return it.

    Raises PermissionDenied, or MergeRefused once the kept place was changed or merged again: it is no longer known
    what belongs to which. Visits logged since stay with the kept place.
    """
    if not may_keep_places(by, merge.mechanism):
        raise PermissionDenied
    merge = PlaceMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    kept, duplicate = _locked(merge.kept, merge.duplicate)
    if merge.undone_at is not None:
        raise MergeRefused(_("This merge has been undone already."))
    if kept.version != merge.kept_version or kept.merged_into_id:
        raise MergeRefused(_("The place has been changed since the merge, so it can no longer be undone."))
    try:
        with transaction.atomic():
            _move_back(merge, kept, duplicate)
    except IntegrityError as error:
        raise MergeRefused(_("There is a place of this name, setting and jurisdiction already.")) from error
    merge.undone_by, merge.undone_at, merge.undone_reason = by, timezone.now(), reason
    merge.save(update_fields=["undone_by", "undone_at", "undone_reason"])
    audit.record("place.merge_undone", by=by, obj=kept, mechanism=merge.mechanism)
    return duplicate


@transaction.atomic
def tell_apart(*, one: Place, other: Place, reason: str, by: User) -> NoDuplicate:
    """Write down that two places that resemble each other are two; they are not suggested again."""
    if not may_keep_places(by, one.mechanism):
        raise PermissionDenied
    first, second = ordered(one, other)
    found, _created = NoDuplicate.objects.get_or_create(
        first_id=first, second_id=second, defaults={"reason": reason, "by": by}
    )
    audit.record("place.told_apart", by=by, obj=one, mechanism=one.mechanism)
    return found


def _locked(*places: Place) -> list[Place]:
    """Return ``places`` as they are stored, locked in one order so that two merges never wait for each other.

    Whoever stores something about one of them holds it for that long (visits.models.place_hold), an import for as long
    as its rows take. Raises MergeRefused where that is longer than a person should wait.
    """
    rows = Place.objects.select_for_update(of=("self",)).order_by("pk").filter(pk__in=[place.pk for place in places])
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = %s", [LONGEST_WAIT])
            found = {row.pk: row for row in rows.select_related("mechanism")}
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    except OperationalError as error:
        raise MergeRefused(_("Somebody is storing records of one of these places. Try again in a minute.")) from error
    return [found[place.pk] for place in places]


def _refusal(kept: Place, duplicate: Place) -> str:
    """Return why the two cannot be one place, in a sentence; empty where they can."""
    if kept.merged_into_id or duplicate.merged_into_id:
        return _("One of the two has been merged already.")
    if kept.pk == duplicate.pk:
        return _("These are not two records.")
    if (kept.mechanism_id, kept.jurisdiction_id) != (duplicate.mechanism_id, duplicate.jurisdiction_id):
        return _("Places in different jurisdictions are not one place.")
    if kept.pk == duplicate.parent_id or duplicate.pk == kept.parent_id:
        return _("A place and its own unit are not one place.")
    if kept.parent_id and duplicate.units.filter(is_struck_off=False).exists():
        return _("A unit cannot have units: keep the other one.")
    return ""


def _filled(kept: Place, duplicate: Place) -> dict[str, Any]:
    """Return the fields that ``kept`` leaves empty and ``duplicate`` does not."""
    empty = (None, "")
    names = [name for name in FILLED if getattr(kept, name) in empty and getattr(duplicate, name) not in empty]
    if kept.latitude is None and duplicate.latitude is not None:
        names += POSITION
    found = {name: getattr(duplicate, name) for name in names}
    opened = found.get("opened_on")
    if opened and kept.closed_on and kept.closed_on <= opened:
        del found["opened_on"]
    return found


def _field(name: str) -> Any:
    return Place._meta.get_field(name)


def _plain(value: Any) -> Any:
    return str(value) if value not in (None, "") else value


def _move_facts(kept: Place, duplicate: Place) -> dict[str, Any]:
    """Move the names, as not used; operators and capacities where the kept place has none of their kind."""
    used = dict(PlaceName.objects.filter(place=duplicate).values_list("pk", "is_used"))
    PlaceName.objects.filter(pk__in=used).update(place=kept, is_used=False)
    moved: dict[str, Any] = {"names": {str(pk): value for pk, value in used.items()}}
    for model in (OperatorPeriod, CapacityPeriod):
        if not model.objects.filter(place=kept).exists():
            rows = model.objects.filter(place=duplicate)
            moved[f"{model._meta.label_lower}.place"] = list(rows.values_list("pk", flat=True))
            rows.update(place=kept)
    return moved


def _move_rows(kept: Place, duplicate: Place) -> dict[str, Any]:
    """Point every row of any table that points to ``duplicate`` to ``kept``; return the keys by table and column.

    Records merged into ``duplicate`` earlier are among them: their addresses lead on.
    """
    moved: dict[str, Any] = {}
    for relation in Place._meta.related_objects:
        field: Any = relation.field
        if field.model in NOT_MOVED or not isinstance(field, models.ForeignKey):
            continue
        rows = field.model._base_manager.filter(**{field.name: duplicate})
        keys = list(rows.values_list("pk", flat=True))
        if field.model._meta.label_lower in MAY_STAY:
            keys = [key for key in keys if _moves(field, key, kept)]
        elif keys:
            rows.update(**{field.name: kept})
        if keys:
            moved[f"{field.model._meta.label_lower}.{field.name}"] = [_plain_key(key) for key in keys]
    return moved


def _moves(field: Any, key: Any, kept: Place) -> bool:
    try:
        with transaction.atomic():
            field.model._base_manager.filter(pk=key).update(**{field.name: kept})
    except IntegrityError:
        return False
    return True


def _plain_key(key: Any) -> Any:
    return key if isinstance(key, int) else str(key)


def _move_back(merge: PlaceMerge, kept: Place, duplicate: Place) -> None:
    for relation in Place._meta.related_objects:
        field: Any = relation.field
        keys = merge.moved.get(f"{field.model._meta.label_lower}.{field.name}")
        if keys:
            field.model._base_manager.filter(pk__in=keys, **{field.name: kept}).update(**{field.name: duplicate})
    for is_used in (True, False):
        keys = [int(key) for key, value in merge.moved.get("names", {}).items() if value is is_used]
        PlaceName.objects.filter(pk__in=keys, place=kept).update(place=duplicate, is_used=is_used)
    fields: list[str] = list(merge.filled)
    for name, value in merge.filled.items():
        setattr(kept, name, _field(name).to_python(value))
    kept.version += 1
    kept.save(update_fields=[*fields, "version"])
    duplicate.refresh_from_db()
    duplicate.merged_into = None
    duplicate.version += 1
    duplicate.save(update_fields=["merged_into", "version"])
