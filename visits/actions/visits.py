"""Logging and changing visits."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from members.models import MemberBody, User
from npmportal import audit
from npmportal.access import LOG_VISITS, can
from visits.actions.form_drafts import throw_draft_away
from visits.actions.transitions import check_complete, check_reason, move, tidy, write_down
from visits.field_table import reader_of
from visits.models import TRANSITIONS, Download, Place, Visit, VisitChange, VisitNumber, VisitPartner
from visits.models.change import as_json
from visits.models.number import reference_of, reference_prefix
from visits.models.place_hold import hold_place

# What a person records about a visit; everything else about it is kept by the portal.
RECORDED = (
    "place",
    "lead_body",
    "reference",
    "kind",
    "own_kind",
    "notice",
    "mode",
    "trigger",
    "starts_on",
    "ends_on",
    "time_in",
    "time_out",
    "validity",
    "satisfaction",
    "confidentiality",
    "outside_remit_reason",
    "access",
    "access_delay_minutes",
    "access_reason",
    "access_note",
    *Visit.FUNNEL,
    *Visit.TALKS,
    "isolation_note",
    "summary",
)
# What is stored with every change.
FOLLOWING = ("mechanism", "setting", "jurisdiction", "version", "updated_at")


class VisitChangedMeanwhile(Exception):
    """Somebody else has saved the visit since the form was opened; ``visit`` is what stands now."""

    def __init__(self, visit: Visit) -> None:
        super().__init__()
        self.visit = visit


class ReferenceTaken(Exception):
    """Another visit of the body was given the same reference a moment ago."""


def log_visit(
    *, visit: Visit, partners: Iterable[MemberBody] | None, by: User, form_key: uuid.UUID | None = None
) -> Visit:
    """Store the new ``visit`` as a draft of its lead body, with a reference if it has none, and write that down.

    The same ``form_key`` of the same person gives the same visit: a form sent twice makes one. A place that was merged
    away a moment ago is the one it was merged into. Raises PermissionDenied, ReferenceTaken, or PlaceGone.
    """
    if not can(by, LOG_VISITS, visit.lead_body):
        raise PermissionDenied
    visit.state = Visit.State.DRAFT
    visit.created_by, visit.form_key = by, form_key
    own_reference = visit.reference
    for is_sure in (False, True):
        try:
            return _logged(visit, own_reference, is_sure, partners, by)
        except IntegrityError as error:
            if form_key and (earlier := Visit.objects.filter(created_by=by, form_key=form_key).first()):
                return earlier  # the other click of a double click was quicker
            if own_reference or is_sure:
                raise ReferenceTaken from error
    raise AssertionError


@transaction.atomic
def _logged(visit: Visit, own_reference: str, is_sure: bool, partners: Iterable[MemberBody] | None, by: User) -> Visit:
    """Store the new visit with all that hangs on it. A number taken for it is given back where that fails.

    Only the second time, when the first was refused, is it made sure beforehand that nobody else has the reference.
    """
    if own_reference:
        visit.reference = own_reference
        _hold_place(visit)
    else:
        visit.reference = next_reference(visit, is_sure=is_sure)
    _follow_place(visit)
    visit.save(force_insert=True)
    joined = sorted({body.pk for body in partners or ()} - {visit.lead_body_id})
    VisitPartner.objects.bulk_create(VisitPartner(visit=visit, body_id=pk) for pk in joined)
    visit.body_ids = [visit.lead_body_id, *joined]  # as the database keeps them (ADR 0010)
    throw_draft_away(by=by, form_key=visit.form_key)
    audit.record("visit.logged", by=by, obj=visit, mechanism=visit.mechanism_id, bodies=visit.body_ids)
    return visit


@transaction.atomic
def change_visit(
    *,
    visit: Visit,
    partners: Iterable[MemberBody] | None,
    expected_version: int,
    by: User,
    reason: str = "",
    form_key: uuid.UUID | None = None,
) -> Visit:
    """Store what ``visit`` now says, keep what stood there before, and write down which fields changed.

    ``partners`` None leaves them as they are; where nothing changed, nothing is stored. A change of an approved visit
    asks for a ``reason`` and puts the visit back into review. PermissionDenied where the visit, or a field that
    changed, is not open to ``by`` (visits/field_table.csv). What was kept of the form with ``form_key`` ends.

    Stores nothing and raises VisitChangedMeanwhile when the stored version is not ``expected_version``, ReferenceTaken
    when another visit of the body has the reference, StepRefused where something is missing, or PlaceGone.
    """
    _hold_place(visit)  # before the visit: a merge locks places, then the visits it moves
    stored = locked_for_change(visit, expected_version, by)
    if visit.place_id != stored.place_id:
        _follow_place(visit)
    visit.reference = visit.reference or stored.reference
    changed = [name for name in RECORDED if getattr(visit, name) != getattr(stored, name)]
    if not reader_of(by, stored.mechanism).changes(stored).issuperset(changed):
        raise PermissionDenied
    before = stored.body_ids
    if _set_partners(visit, partners):
        changed.append("partners")
    if not changed:
        throw_draft_away(by=by, form_key=form_key)
        return visit
    visit.version = stored.version + 1
    moved = put_back_into_review(visit, stored.state, by, reason)
    try:
        with transaction.atomic():
            columns = [name for name in changed if name != "partners"]
            visit.save(update_fields=[*columns, *moved, *FOLLOWING])
    except IntegrityError as error:
        raise ReferenceTaken from error
    visit.body_ids = _bodies_of(visit)
    Download.objects.end_for(set(before) - set(visit.body_ids))
    VisitChange.objects.create(visit=visit, state=stored.state, by=by, fields=_both(changed, stored, visit, before))
    bodies = {*before, *visit.body_ids}  # a partner that was taken off reads of it too
    audit.record("visit.changed", by=by, obj=visit, mechanism=visit.mechanism, bodies=bodies, fields=changed)
    throw_draft_away(by=by, form_key=form_key)
    if moved:
        write_down(TRANSITIONS["amend"], visit, stored.state, by, tidy(reason))
    return visit


def locked_for_change(visit: Visit, expected_version: int, by: User) -> Visit:
    """Return the visit as it is stored, locked, if ``by`` may change it and nobody has changed it meanwhile.

    Raises VisitChangedMeanwhile or PermissionDenied.
    """
    stored = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    if stored.version != expected_version:
        raise VisitChangedMeanwhile(stored)
    if not Visit.objects.editable_by(by).filter(pk=visit.pk).exists() or not can(by, LOG_VISITS, visit.lead_body):
        raise PermissionDenied
    return stored


def put_back_into_review(visit: Visit, came_from: str, by: User, reason: str) -> list[str]:
    """Submit a visit that was approved again, because it is changed; return the columns that are to be stored.

    Raises ReasonMissing or VisitIncomplete (visits.actions.transitions).
    """
    if came_from != Visit.State.APPROVED:
        return []
    check_reason(tidy(reason))
    check_complete(visit)
    return move(visit, TRANSITIONS["amend"], by)


def _both(changed: list[str], stored: Visit, visit: Visit, bodies_before: list[int]) -> dict[str, list[Any]]:
    """Return what stood before and what stands now in each field of ``changed``, as JSON keeps it."""
    fields: dict[str, Any] = {name: Visit._meta.get_field(name) for name in changed if name != "partners"}
    both = {
        name: [as_json(getattr(version, field.attname)) for version in (stored, visit)]
        for name, field in fields.items()
    }
    if "partners" in changed:
        both["partners"] = [bodies_before[1:], visit.body_ids[1:]]
    return both


def next_reference(visit: Visit, *, is_sure: bool = True) -> str:
    """Return the next reference of the visit's body in its year, “ALPHA-2024-0007”, and hold the visit's place.

    Call it inside a transaction. With ``is_sure`` False a visit that was given that reference by hand is not looked
    for. Raises PlaceGone.
    """
    body, year = visit.lead_body, visit.starts_on.year
    prefix = reference_prefix(body)
    while True:
        number = VisitNumber.take(body, year, visit.place_id)
        if number is None:
            _hold_place(visit)
            continue
        reference = reference_of(prefix, year, number)
        if not is_sure or not Visit.objects.filter(lead_body=body, reference=reference).exists():
            return reference


def _bodies_of(visit: Visit) -> list[int]:
    """Return the ids of the bodies the visit is of, as the database keeps them (ADR 0010)."""
    return Visit.objects.values_list("body_ids", flat=True).get(pk=visit.pk)


def _follow_place(visit: Visit) -> None:
    """Keep with the visit the setting and jurisdiction of its place, as they are when the place is chosen."""
    place = visit.place
    visit.mechanism_id, visit.setting_id, visit.jurisdiction_id = (
        place.mechanism_id,
        place.setting_id,
        place.jurisdiction_id,
    )


def _hold_place(visit: Visit) -> None:
    """Keep the visit's place from being merged away until the visit is stored; follow it where it was. PlaceGone."""
    now = hold_place(visit.place_id)
    if now != visit.place_id:
        visit.place = Place.objects.get(pk=now)


def _set_partners(visit: Visit, partners: Iterable[MemberBody] | None) -> bool:
    """Make ``partners``, without the lead body, the visit's partners; tell whether anything changed."""
    if partners is None:
        return False
    wanted = {body.pk for body in partners} - {visit.lead_body_id}
    present: set[Any] = set(visit.partner_rows.values_list("body_id", flat=True))
    VisitPartner.objects.filter(visit=visit).exclude(body__in=wanted).delete()
    VisitPartner.objects.bulk_create(VisitPartner(visit=visit, body_id=pk) for pk in sorted(wanted - present))
    return wanted != present
