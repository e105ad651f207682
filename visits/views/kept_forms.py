"""What a person typed into a form of a visit or a plan and has not saved: found again, and where it is continued."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from members.models import Mechanism
from visits import actions
from visits.actions.record import PARTS
from visits.models import FormDraft, Visit

# A plan's form is kept while somebody asks for a place; of one that stands the draft names its id (ADR 0029).
NEW_PLAN, STANDING_PLAN = "plan", "plan-change"


def draft_in_address(
    request: HttpRequest, mechanism: Mechanism, visit: Visit | None, part: str = ""
) -> FormDraft | None:
    """Return what the address asks to continue, if it is the person's own; None of anything else.

    It is of the form of ``visit``, of a ``part`` of its record, or (None) of a visit that is not logged yet.
    """
    key = key_in(request.GET.get("kept"))
    own = FormDraft.objects.visible_to(request.user).of_form(mechanism, visit, part)
    return own.filter(form_key=key).first() if key else None


def drafts_before(
    request: HttpRequest, mechanism: Mechanism, visit: Visit | None, part: str = ""
) -> list[dict[str, Any]]:
    """Return what the person typed into this form at another time and did not save, newest first. One query."""
    own = FormDraft.objects.visible_to(request.user).of_form(mechanism, visit, part)
    return [{"draft": draft} for draft in own]


def key_in(text: str | None) -> uuid.UUID | None:
    """Return the key that ``text`` writes, of a form or of a record; None where it is none."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def form_address(mechanism: Mechanism, visit: Visit | None, part: str = "") -> str:
    """Return the address of the form of a visit, or of a part of its record. 404 for a part that no record has."""
    if visit is None:
        return reverse("visits:visit_create", kwargs={"npm": mechanism.slug})
    if part and part not in PARTS:
        raise Http404
    return reverse(f"visits:visit_{part or 'change'}", kwargs={"npm": mechanism.slug, "pk": visit.pk})


def address_of(draft: FormDraft, mechanism: Mechanism) -> str:
    """Return the address of the form that ``draft`` was typed into."""
    if draft.part == NEW_PLAN:
        return reverse("visits:plan_create", kwargs={"npm": mechanism.slug})
    if draft.part == STANDING_PLAN:
        return reverse("visits:plan_change", kwargs={"npm": mechanism.slug, "pk": draft.data["plan"][0]})
    return form_address(mechanism, draft.visit, draft.part)


def why_not_kept(refusal: Exception) -> str:
    """Return in a sentence why what was typed is not kept."""
    if isinstance(refusal, actions.TooLong):
        return _("Not kept: this is too long. Shorten the texts.")
    if isinstance(refusal, actions.TooMany):
        return _("Not kept: you keep too many forms that are not saved. Save this one, or throw others away.")
    return _("Not kept: open the form again.")
