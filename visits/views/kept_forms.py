"""What the person typed into the form of a part of a visit's record and has not saved."""

import uuid
from typing import Any

from django.http import HttpRequest

from visits.models import FormDraft, Visit


def draft_in_address(request: HttpRequest, visit: Visit, part: str) -> FormDraft | None:
    """Return what the address asks to continue, if it is the person's own; None of anything else."""
    try:
        key = uuid.UUID(request.GET.get("kept", ""))
    except ValueError:
        return None
    own = FormDraft.objects.visible_to(request.user).of_form(visit.mechanism, visit, part)
    return own.filter(form_key=key).first()


def drafts_before(request: HttpRequest, visit: Visit, part: str) -> list[dict[str, Any]]:
    """Return what the person typed into this form at another time and did not save, newest first. One query."""
    own = FormDraft.objects.visible_to(request.user).of_form(visit.mechanism, visit, part)
    return [{"draft": draft} for draft in own]
