"""Write down what happened: who, when, what, which object, with what result; reads of confidential things too."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from npmportal.access import grants_of
from npmportal.logs import request_id
from npmportal.models import AuditEvent


def record(
    action: str,
    *,
    by: Any,
    obj: models.Model | None = None,
    mechanism: Any = None,
    bodies: Iterable[int] = (),
    result: str = AuditEvent.Result.DONE,
    **details: Any,
) -> AuditEvent:
    """Add one event in the transaction of what it tells about.

    ``action`` is ``noun.verb`` and has its sentence in members.activity; ``by`` a user or None (the portal itself);
    ``mechanism`` that or its id, found from ``by`` where it is not given and the person has roles in one alone;
    ``bodies`` the ids of the member bodies it concerns, whose leads read of it; ``details`` hold names of fields,
    states and counts, never narrative or the names of persons and places (security R-55).
    """
    return AuditEvent.objects.create(
        action=action,
        actor=by if by is not None and by.is_authenticated else None,
        result=result,
        mechanism_id=_mechanism_id(mechanism, by),
        body_ids=sorted(set(bodies)),
        object_type=obj._meta.label_lower if obj else "",
        object_id=str(obj.pk) if obj else "",
        details=details,
        request_id=request_id.get(),
    )


def _mechanism_id(mechanism: Any, by: Any) -> int | None:
    if mechanism is not None:
        found: int = getattr(mechanism, "pk", mechanism)
        return found
    only = grants_of(by).mechanism_ids
    return next(iter(only)) if len(only) == 1 else None
