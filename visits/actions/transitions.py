"""The steps a visit takes, driven by the table visits.models.transition.TRANSITIONS."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from npmportal import audit
from npmportal.access import APPROVE_VISITS, PERMISSIONS, grants_of, holders
from npmportal.models import AuditEvent
from visits.models import TRANSITIONS, Transition, Visit, VisitEvent
from visits.models.completeness import gaps_of

LONGEST_REASON = 10_000
AUDIT_NAMES = {
    "submit": "submitted",
    "recall": "recalled",
    "approve": "approved",
    "return": "returned",
    "amend": "amended",
    "withdraw": "withdrawn",
    "reinstate": "reinstated",
    "discard": "discarded",
    "restore": "restored",
}
State = Visit.State


class StepRefused(Exception):
    """The step cannot be taken; the message says why, in words for the person who asked."""


class ReasonMissing(StepRefused):
    """The step asks for a reason and none (or too long a one) was given."""


class VisitIncomplete(StepRefused):
    """Something must be recorded first."""


def may_take(step: Transition, visit: Visit, user: Any) -> bool:
    """Tell whether ``user`` holds one of the rights the step asks for, on the lead body or on the mechanism."""
    return any(_holds(permission, visit, user) for permission in step.permissions)


def _holds(permission: str, visit: Visit, user: Any) -> bool:
    scope = visit.lead_body_id if _is_of_body(permission) else visit.mechanism_id
    return scope in grants_of(user).on(permission)


def _is_of_body(permission: str) -> bool:
    return permission in PERMISSIONS["members.MemberBody"]


def may_review(visit: Visit, user: Any) -> bool:
    """Tell whether ``user`` is one of those who look at what was submitted: another lead, or the coordinator."""
    return may_take(TRANSITIONS["return"], visit, user) and visit.submitted_by_id != user.pk


def steps_open_to(user: User, visit: Visit) -> list[Transition]:
    """Return the steps ``user`` may take with ``visit`` as it is now: what the page shows buttons for."""
    return [
        step
        for step in TRANSITIONS.values()
        if visit.state in step.sources
        and not step.by_changing
        and may_take(step, visit, user)
        and not _standing_in_the_way(step, visit, user)
    ]


@transaction.atomic
def take_transition(*, visit: Visit, name: str, by: User, reason: str = "", seen_version: int | None = None) -> Visit:
    """Take the step ``name`` with ``visit``, keep it in the visit's history and write it down.

    The same step asked for twice (a double click) is taken once. Raises PermissionDenied without the right,
    StepRefused with the reason in words when the visit's state, its gaps or a missing reason stand in the way, or when
    it is no longer the ``seen_version`` that the person has read: nobody approves what they have not seen.
    """
    step = TRANSITIONS[name]
    visit = Visit.objects.select_for_update(of=("self",)).select_related("lead_body", "mechanism").get(pk=visit.pk)
    if not may_take(step, visit, by):
        raise PermissionDenied
    if step.by_changing:
        raise StepRefused(_("Change the visit and save it: that puts it back into review."))
    if _is_already_taken(step, visit, by):
        return visit
    reason = tidy(reason)
    _refuse_unless_open(step, visit, by, reason)
    if seen_version not in (None, visit.version):
        raise StepRefused(
            _("This visit has been saved by somebody else, or in another window, since you opened it") + "."
        )
    came_from = visit.state
    _store(visit, step, by)
    write_down(step, visit, came_from, by, reason)
    return visit


def write_down(step: Transition, visit: Visit, came_from: str, by: User, reason: str) -> None:
    """Keep a step that was taken, from the state ``came_from``, in the visit's history and in the audit trail."""
    VisitEvent.objects.create(
        visit=visit, transition=step.name, from_state=came_from, to_state=step.target, reason=reason, by=by
    )
    audit.record(
        f"visit.{AUDIT_NAMES[step.name]}",
        by=by,
        obj=visit,
        mechanism=visit.mechanism,
        bodies=visit.body_ids,
        from_state=came_from,
        to_state=step.target.value,
    )


def note_look(visit: Visit, user: Any) -> None:
    """Keep that a reviewer has opened what was submitted: from now on the body can no longer take it back."""
    note_looks([visit], user)


def note_looks(visits: Iterable[Visit], user: Any) -> None:
    """The same of several ``visits`` whose content one page prints. One query, or none."""
    submitted = (visit for visit in visits if visit.state == State.SUBMITTED and visit.looked_at is None)
    if new := [visit.pk for visit in submitted if may_review(visit, user)]:
        note_looks_at(Visit.objects.filter(pk__in=new), user)


def note_looks_at(visits: QuerySet[Visit], user: Any) -> None:
    """The same of those in the database, of which a file or a search prints the content: `may_review` of all at once.

    One query, however many there are, or none where ``user`` reviews nothing.
    """
    reviewed = [(permission, grants_of(user).on(permission)) for permission in TRANSITIONS["return"].permissions]
    scopes = Q(pk__in=[])
    for permission, held in reviewed:
        scopes |= Q(**{f"{'lead_body' if _is_of_body(permission) else 'mechanism'}__in": sorted(held)})
    if not any(held for _permission, held in reviewed):
        return
    new = visits.filter(scopes, state=State.SUBMITTED, looked_at=None).exclude(submitted_by=user.pk)
    ids = new.order_by().values("pk")
    Visit.objects.filter(pk__in=ids, state=State.SUBMITTED, looked_at=None).update(looked_at=timezone.now())


def note_reading(visit: Visit, user: Any, *, again_after: timedelta | None = None) -> None:
    """Write down that ``user`` reads ``visit`` or its files, where it is restricted: its readers were told so.

    ``again_after``: not where it was written down of the same person less than so long ago.
    """
    if visit.confidentiality != Visit.Confidentiality.RESTRICTED:
        return
    if again_after is not None:
        before = AuditEvent.objects.about(visit).filter(action__in=("visit.read", "visit.draft_read"), actor=user.pk)
        if before.filter(at__gt=timezone.now() - again_after).exists():
            return
    audit.record(
        "visit.read" if visit.state in Visit.HANDED_IN else "visit.draft_read",
        by=user,
        obj=visit,
        mechanism=visit.mechanism,
        bodies=visit.body_ids,
    )


def tidy(reason: str) -> str:
    """Return the reason as it is kept: line breaks of one character, nothing around it."""
    return reason.replace("\r\n", "\n").strip()


def check_reason(reason: str) -> None:
    """Raise ReasonMissing for a reason that says nothing or cannot be kept."""
    if not reason:
        raise ReasonMissing(_("Give a reason."))
    if "\x00" in reason:
        raise ReasonMissing(_("Remove the unprintable characters from this text."))
    if len(reason) > LONGEST_REASON:
        raise ReasonMissing(_("The reason is too long: at most 10,000 characters."))


def check_complete(visit: Visit) -> None:
    """Raise VisitIncomplete, naming what is missing, for a visit that cannot be handed in yet."""
    if gaps := gaps_of(visit):
        raise VisitIncomplete(" ".join(gap.sentence for gap in gaps))


def _is_already_taken(step: Transition, visit: Visit, by: User) -> bool:
    if visit.state != step.target:
        return False
    last = visit.events.first()
    return bool(last and last.transition == step.name and last.by_id == by.pk)


def _refuse_unless_open(step: Transition, visit: Visit, by: User, reason: str) -> None:
    if visit.state not in step.sources:
        raise StepRefused(
            _("The visit is “%(state)s” now, so this can no longer be done.") % {"state": visit.get_state_display()}
        )
    if words := _standing_in_the_way(step, visit, by):
        raise StepRefused(words)
    if step.needs_reason or reason:
        check_reason(reason)
    if step.must_be_complete:
        check_complete(visit)


def _standing_in_the_way(step: Transition, visit: Visit, by: User) -> str:
    """Return in words what keeps ``by``, who has the right, from this step with this visit; "" where nothing does."""
    if step.until_looked_at and visit.looked_at is not None:
        return _("A reviewer has opened this visit already: ask for it to be returned.")
    if step.if_never_approved and visit.approved_at is not None:
        return _("This visit has been approved before, so it stays: the lead of the body can withdraw it.")
    if step.open_if_approved and visit.is_open and visit.approved_at is None:
        return _("This visit was never approved: discard it instead.")
    if step.by_two and visit.submitted_by_id == by.pk:
        return _("You submitted this visit yourself: somebody else must approve it.")
    if step.name == "approve" and not _holds(APPROVE_VISITS, visit, by) and _has_own_approver(visit):
        return _("The lead of the body approves this visit; you can ask about it or return it.")
    return ""


def _has_own_approver(visit: Visit) -> bool:
    """Tell whether somebody who leads the body, and did not submit the visit, can approve it (ADR 0020)."""
    approvers = holders(APPROVE_VISITS, Q(pk=visit.lead_body_id)).get(visit.lead_body_id, frozenset())
    return bool(approvers - {visit.submitted_by_id})


def _store(visit: Visit, step: Transition, by: User) -> None:
    visit.version += 1
    fields = ["version", *move(visit, step, by)]
    visit.save(update_fields=fields)


def move(visit: Visit, step: Transition, by: User) -> list[str]:
    """Put ``visit`` into the state the step of ``by`` leads to; return the columns that are to be stored."""
    visit.state = step.target
    fields = ["state", "updated_at"]
    if step.target == State.SUBMITTED:
        visit.submitted_at, visit.submitted_by, visit.looked_at = timezone.now(), by, None
        fields += ["submitted_at", "submitted_by", "looked_at"]
    if step.target == State.APPROVED:
        visit.approved_at = timezone.now()
        fields.append("approved_at")
    return fields
