"""What can be done to a fact about a place: enter a change in the world, end it, correct or remove what was wrong.

Each act leaves its trace in the log of the register (members.actions.register_changes) and a new version of the place,
so that nobody saves over what they have not seen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from members.actions.register_changes import check_seen, record_change, values_of
from members.models import MemberBody, RegisterChange, Source, User
from npmportal.access import LOG_VISITS, can
from npmportal.models import Precision
from visits.actions.places import may_keep_places
from visits.models import Place, PlaceCode
from visits.place_fact_kinds import KINDS, PlaceFactKind

CHANGE, CORRECTION, REMOVAL = RegisterChange.Act.CHANGE, RegisterChange.Act.CORRECTION, RegisterChange.Act.REMOVAL


class PlaceFactRefused(Exception):
    """An act the register cannot take: a plain sentence, and the form field it belongs to where there is one."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


def may_keep_fact(user: Any, place: Place, kind: PlaceFactKind, body: MemberBody | None = None) -> bool:
    """Tell whether ``user`` may enter and mend this kind of fact: who keeps the register; a body its own codes."""
    if may_keep_places(user, place.mechanism):
        return True
    return kind.model is PlaceCode and body is not None and can(user, LOG_VISITS, body)


@transaction.atomic
def enter_place_fact(
    *,
    place: Place,
    kind: PlaceFactKind,
    values: dict[str, Any],
    by: User,
    starts_on: date | None = None,
    ends_on: date | None = None,
    source: Source | None = None,
    precisions: tuple[str, str] = (Precision.DAY, Precision.DAY),
) -> Any:
    """Enter a new fact about ``place`` and return it; what held until further notice ends on the day it starts.

    ``values`` holds the kind's own fields (and `note`). Without a first day it is said to have always been so, which
    only the first fact of its kind can. Raises PermissionDenied, or PlaceFactRefused where another fact stands in the
    way or another place has the code or name.
    """
    if not may_keep_fact(by, place, kind, values.get("body")):
        raise PermissionDenied
    Place.objects.select_for_update(of=("self",), no_key=True).get(pk=place.pk)
    row = kind.model(**{kind.place_field: place}, **values)
    if kind.model is PlaceCode:
        row.mechanism = place.mechanism
    else:
        row.source = source
    if kind.is_dated:
        row.starts_on, row.ends_on = starts_on, ends_on
        row.starts_precision, row.ends_precision = precisions
        _make_room(kind, place, row, by)
    _store(kind, row)
    effective = starts_on if kind.is_dated else values.get("happened_on")
    _trace(CHANGE, kind, place, row, by, before={}, after=values_of(row), effective_on=effective)
    return row


def rename_place(*, place: Place, name: str, by: User, starts_on: date, source: Source | None = None) -> Any:
    """Enter that ``place`` is called ``name`` from ``starts_on`` on; return the new PlaceName."""
    return enter_place_fact(
        place=place, kind=KINDS["names"], values={"name": name}, starts_on=starts_on, source=source, by=by
    )


@transaction.atomic
def end_place_fact(
    *, place: Place, kind: PlaceFactKind, row: Any, ends_on: date, by: User, precision: str = Precision.DAY
) -> Any:
    """Enter that the dated fact ``row`` no longer holds from ``ends_on`` on, and nothing follows; return it."""
    row = _locked(kind, row, place, by)
    if row.ends_on is not None:
        raise PlaceFactRefused(_("This entry has ended already. Where the day is wrong, correct it."), "ends_on")
    before = values_of(row)
    row.ends_on, row.ends_precision = ends_on, precision
    _check_days(row)
    _store(kind, row)
    _trace(CHANGE, kind, place, row, by, before=before, after=values_of(row), effective_on=ends_on)
    return row


@transaction.atomic
def correct_place_fact(
    *,
    place: Place,
    kind: PlaceFactKind,
    row: Any,
    values: dict[str, Any],
    reason: str,
    by: User,
    seen: str | None = None,
) -> Any:
    """Mend what was entered wrongly about ``row`` (``values``: any of its fields), with the reason; return it.

    ``seen``: the seal of what stood there when the form was opened (ADR 0022). Raises ChangedSince where that changed.
    """
    row = _locked(kind, row, place, by)
    check_seen(row, seen)
    if not may_keep_fact(by, place, kind, values.get("body", getattr(row, "body", None))):
        raise PermissionDenied
    before = values_of(row)
    for name, value in values.items():
        setattr(row, name, value)
    if kind.is_dated:
        _check_days(row)
    _store(kind, row)
    _trace(CORRECTION, kind, place, row, by, before=before, after=values_of(row), reason=reason)
    return row


@transaction.atomic
def remove_place_fact(*, place: Place, kind: PlaceFactKind, row: Any, reason: str, by: User) -> None:
    """Take away what never was so, with the reason. The last name of a place stays: it is corrected instead."""
    row = _locked(kind, row, place, by)
    if kind.slug == "names" and row.is_used and not place.names.in_use().exclude(pk=row.pk).exists():
        raise PlaceFactRefused(_("A place has a name: correct this one instead."))
    before = values_of(row)
    with _conflicts_in_words(kind):
        _trace(REMOVAL, kind, place, row, by, before=before, after={}, reason=reason)
        row.delete()


def _locked(kind: PlaceFactKind, row: Any, place: Place, by: User) -> Any:
    Place.objects.select_for_update(of=("self",), no_key=True).get(pk=place.pk)
    row = kind.model.objects.select_for_update(of=("self",)).get(pk=row.pk, **{kind.place_field: place.pk})
    if not may_keep_fact(by, place, kind, getattr(row, "body", None)):
        raise PermissionDenied
    return row


def _make_room(kind: PlaceFactKind, place: Place, row: Any, by: User) -> None:
    """End the fact that held until further notice where ``row`` starts; begin it where an earlier ``row`` ends."""
    _check_days(row)
    if not row.is_used:
        return
    same = {name: getattr(row, name) for name in kind.alike}
    others = kind.model.objects.in_use().filter(place=place, **same)
    if row.ends_on is None:
        if row.starts_on is None:
            return
        earlier = Q(starts_on=None) | Q(starts_on__lt=row.starts_on)
        found, changes = others.filter(earlier, ends_on=None), {"ends_on": row.starts_on}
        changes |= {"ends_precision": row.starts_precision}
    else:
        found, changes = others.filter(starts_on=None), {"starts_on": row.ends_on}
        changes |= {"starts_precision": row.ends_precision}
        found = found.filter(Q(ends_on=None) | Q(ends_on__gt=row.ends_on))
    for other in found:
        before = values_of(other)
        for name, value in changes.items():
            setattr(other, name, value)
        other.save(update_fields=list(changes))
        _trace(CHANGE, kind, place, other, by, before=before, after=values_of(other), effective_on=row.starts_on)


def _check_days(row: Any) -> None:
    if row.starts_on and row.ends_on and row.ends_on <= row.starts_on:
        raise PlaceFactRefused(_("It must end after it starts."), "ends_on")


@contextmanager
def _conflicts_in_words(kind: PlaceFactKind) -> Iterator[None]:
    """Turn what the database refuses into a sentence, without ending the transaction around it."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        field = {"codes": "code", "successions": "successor"}.get(kind.slug)
        raise PlaceFactRefused(_conflict(kind, str(error)), field) from error


def _conflict(kind: PlaceFactKind, said: str) -> str:
    if "one_per_name" in said:
        return _("There is a place of this name, setting and jurisdiction already.")
    if kind.slug == "codes":
        return _("This code names another place already.")
    if kind.slug == "successions":
        return _("This is recorded already.")
    return _("Another entry holds on some of these days. End or correct that one first.")


def _store(kind: PlaceFactKind, row: Any) -> None:
    with _conflicts_in_words(kind):
        row.save()


def _trace(
    act: str,
    kind: PlaceFactKind,
    place: Place,
    row: Any,
    by: User,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
    effective_on: date | None = None,
    reason: str = "",
) -> None:
    if after:
        # Of the place only the name is said, and that it is this one, also where a correction changes something else.
        before = {name: value for name, value in before.items() if name != kind.place_field}
    record_change(
        act=act,
        row=row,
        mechanism=place.mechanism,
        by=by,
        before=before,
        after=after,
        effective_on=effective_on,
        reason=reason,
    )
    Place.objects.filter(pk=place.pk).update(version=F("version") + 1)
