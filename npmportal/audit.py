"""Write down what happened: who, when, what, which object, with what result; reads of confidential things too."""

from collections.abc import Iterable
from typing import Any

from django.db import models

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

    ``action`` is ``noun.verb``; ``by`` a user or None (the portal itself); ``bodies`` the ids of the member bodies it
    concerns; ``details`` hold names of fields, states and counts, never narrative or the names of persons and places
    (security R-55).
    """
    return AuditEvent.objects.create(
        action=action,
        actor=by if by is not None and by.is_authenticated else None,
        result=result,
        mechanism=mechanism,
        body_ids=sorted(set(bodies)),
        object_type=obj._meta.label_lower if obj else "",
        object_id=str(obj.pk) if obj else "",
        details=details,
        request_id=request_id.get(),
    )
