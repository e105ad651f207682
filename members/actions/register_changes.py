"""The trace of every act on the register: what stood there, what stands there now, since when, why and by whom."""

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
) -> RegisterChange:
    """Write down one act on ``row`` in the transaction that does it, and one audit event that points to it.

    Of ``before`` and ``after`` (`values_of`, or {} for a row that was not or is no longer there) only what differs is
    kept. A correction or a removal without a ``reason`` is refused by ValueError: forms ask for it.
    """
    if act != RegisterChange.Act.CHANGE and not reason.strip():
        raise ValueError("A correction of the register needs a reason.")
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    change = RegisterChange.objects.create(
        mechanism=mechanism,
        body=body,
        act=act,
        record=row._meta.label_lower,
        record_id=str(row.pk),
        effective_on=effective_on,
        before={name: before[name] for name in names if name in before},
        after={name: after[name] for name in names if name in after},
        reason=reason.strip(),
        by=by,
    )
    bodies = [body.pk] if body else []
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
