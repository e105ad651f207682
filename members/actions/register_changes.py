"""The trace of every act on the register: what stood there, what stands there now, since when, why and by whom."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from members.models import Mechanism, MemberBody, RegisterChange, User
from npmportal import audit


def values_of(row: models.Model) -> dict[str, Any]:
    """Return what ``row`` holds, as plain values for `before` and `after`: related rows in words, dates as written."""
    values = {}
    for field in row._meta.concrete_fields:
        if field.primary_key or field.generated:
            continue
        value = getattr(row, field.name)
        values[field.name] = str(value) if isinstance(value, models.Model) else value
    for many in row._meta.many_to_many:
        values[many.name] = [str(other) for other in getattr(row, many.name).all()]
    encoder = DjangoJSONEncoder()
    return {name: encoder.default(value) if isinstance(value, date) else value for name, value in values.items()}


class ChangedSince(Exception):
    """Somebody else has changed ``stored`` since the form was opened. Nothing was stored."""

    def __init__(self, stored: Any) -> None:
        super().__init__()
        self.stored = stored


def seal_of(row: models.Model) -> str:
    """Return what names the state of ``row``, what belongs to it included: other words as soon as any of it differs.

    A seal needs no column, and sees what the packaged registers change too.
    """
    own: dict[str, Any] = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.generated}
    for many in row._meta.many_to_many:
        own[many.name] = sorted(other.pk for other in getattr(row, many.name).all())
    for name in ("parts", "professions"):  # of a remit, of a count of staff
        if related := getattr(row, name, None):
            own[name] = sorted([str(value) for value in values] for values in related.values_list())
    return hashlib.sha256(json.dumps(own, default=str, sort_keys=True).encode()).hexdigest()


def check_seen(row: models.Model, seen: str | None) -> None:
    """Raise ChangedSince where the locked ``row`` is not as it was when its seal was ``seen``; None asks nothing."""
    if seen is not None and seen != seal_of(row):
        raise ChangedSince(row)


@transaction.atomic
def record_change(
    *,
    act: str,
    row: models.Model,
    mechanism: Mechanism,
    by: User,
    before: dict[str, Any],
    after: dict[str, Any],
    body: MemberBody | None = None,
    effective_on: date | None = None,
    reason: str = "",
    concerned: Iterable[int] = (),
) -> RegisterChange:
    """Write down one act on ``row`` in the transaction that does it, and one audit event that points to it.

    Of ``before`` and ``after`` (`values_of`, or {} for a row that was not or is no longer there) only what differs is
    kept, and beside a day how exactly it is known. ``concerned`` are the ids of the bodies of something that several
    hold: their leads read of it as of what is about one ``body``. A correction or a removal without a ``reason`` is
    refused by ValueError: forms ask for it.
    """
    if act != RegisterChange.Act.CHANGE and not reason.strip():
        raise ValueError("A correction of the register needs a reason.")
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    kept = {*names, *(f"{name.removesuffix('_on')}_precision" for name in names if name.endswith("_on"))}
    change = RegisterChange.objects.create(
        mechanism=mechanism,
        body=body,
        act=act,
        record=row._meta.label_lower,
        record_id=str(row.pk),
        effective_on=effective_on,
        before={name: value for name, value in before.items() if name in kept},
        after={name: value for name, value in after.items() if name in kept},
        reason=reason.strip(),
        by=by,
    )
    bodies = {*concerned, *([body.pk] if body else [])}
    audit.record(
        "register.changed",
        by=by,
        obj=change,
        mechanism=mechanism,
        bodies=bodies,
        act=act,
        record=change.record,
        fields=sorted(names),
    )
    return change
