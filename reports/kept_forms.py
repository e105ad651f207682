"""What a person typed into forms of visits and plans and has not saved: on their own desk, and on nobody else's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.db.models.fields.json import KT
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import Mechanism
from npmportal.access import LOG_VISITS, Grants
from reports.sorted_groups import Sorted
from visits.models import FormDraft, Visit

# By the part of a draft that is of no visit: the form it is of, and what that makes.
NEW = {"": ("visits:visit_create", _("A new visit")), "plan": ("visits:plan_create", _("A new plan"))}


@dataclass(frozen=True)
class KeptLine:
    """What the desk prints of one form: of the visit that stands, or of one that is not logged yet."""

    url: str
    place: str  # of a visit not logged yet what was typed, which may be nothing
    starts_on: date | None  # None: not logged yet
    kept_at: datetime
    new: str | Promise  # what a form is that nothing was stored of yet


def kept_forms(user: Any, mechanism: Mechanism, grants: Grants, *, shown: int) -> dict[str, Sorted[KeptLine]]:
    """Return under “kept” the forms that ``user`` can continue, the last used first; nothing where there is none.

    One query: nobody keeps more than forty (visits.actions.form_drafts).
    """
    if LOG_VISITS not in grants:
        return {}
    # A plan that stands shows on its own form what was typed there.
    can_go_on = Q(visit=None, part__in=NEW) | Q(visit__in=Visit.objects.editable_by(user))
    drafts = FormDraft.objects.visible_to(user).filter(can_go_on, mechanism=mechanism).order_by("-updated_at", "-id")
    columns = ("form_key", "part", "visit", "visit__place__name", "visit__starts_on", "typed", "updated_at")
    found = list(drafts.annotate(typed=KT("data__place_q__0")).values_list(*columns))
    return {"kept": Sorted(list(_lines(mechanism, found[:shown])), len(found), False)} if found else {}


def _lines(mechanism: Mechanism, found: list[Any]) -> Iterator[KeptLine]:
    for key, part, visit, place, first_day, typed, kept_at in found:
        name, new = (f"visits:visit_{part or 'change'}", "") if visit else NEW[part]
        address = reverse(name, kwargs={"npm": mechanism.slug, **({"pk": visit} if visit else {})})
        yield KeptLine(f"{address}?kept={key}", (place if visit else typed) or "", first_day, kept_at, new)
