"""The steps a visit takes, driven by the table visits.models.transition.TRANSITIONS."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from npmportal import audit
from npmportal.access import PERMISSIONS, can
from visits.models import TRANSITIONS, Transition, Visit, VisitEvent
from visits.models.completeness import gaps_in

LONGEST_REASON = 10_000
AUDIT_NAMES = {"submit": "submitted", "recall": "recalled", "approve": "approved", "return": "returned"}


class StepRefused(Exception):
    """The step cannot be taken; the message says why, in words for the person who asked."""


class ReasonMissing(StepRefused):
    """The step asks for a reason and none (or too long a one) was given."""


class VisitIncomplete(StepRefused):
    """Something must be recorded first."""


def may_take(step: Transition, visit: Visit, user: User) -> bool:
    """Tell whether ``user`` holds the right the step asks for, on the lead body or on the mechanism."""
    scope = visit.lead_body if step.permission in PERMISSIONS["members.MemberBody"] else visit.mechanism
    return can(user, step.permission, scope)


def steps_open_to(user: User, visit: Visit) -> list[Transition]:
    """Return the steps ``user`` may take with ``visit`` as it is now: what the page shows buttons for."""
    return [
        step
        for step in TRANSITIONS.values()
        if visit.state in step.sources and may_take(step, visit, user) and not _approves_own(step, visit, user)
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
    if _is_already_taken(step, visit, by):
        return visit
    reason = reason.replace("\r\n", "\n").strip()
    _refuse_unless_open(step, visit, by, reason)
    if seen_version not in (None, visit.version):
        raise StepRefused(
            _("This visit has been saved by somebody else, or in another window, since you opened it") + "."
        )
    event = VisitEvent(visit=visit, transition=name, from_state=visit.state, to_state=step.target, reason=reason, by=by)
    _store(visit, step)
    event.save()
    audit.record(
        f"visit.{AUDIT_NAMES[name]}",
        by=by,
        obj=visit,
        mechanism=visit.mechanism,
        bodies=visit.body_ids,
        from_state=event.from_state,
        to_state=event.to_state,
    )
    return visit


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
    if _approves_own(step, visit, by):
        raise StepRefused(_("You submitted this visit yourself: somebody else must approve it."))
    if step.needs_reason and not reason:
        raise ReasonMissing(_("Give a reason."))
    if "\x00" in reason:
        raise ReasonMissing(_("Remove the unprintable characters from this text."))
    if len(reason) > LONGEST_REASON:
        raise ReasonMissing(_("The reason is too long: at most 10,000 characters."))
    if step.must_be_complete and (gaps := gaps_in(visit)):
        raise VisitIncomplete(" ".join(gap.sentence for gap in gaps))


def _approves_own(step: Transition, visit: Visit, by: User) -> bool:
    """Two persons for every approval, even where one holds both roles (security R-12)."""
    if step.target != Visit.State.APPROVED:
        return False
    submitted = VisitEvent.objects.filter(visit=visit, to_state=Visit.State.SUBMITTED).first()
    return bool(submitted and submitted.by_id == by.pk)


def _store(visit: Visit, step: Transition) -> None:
    visit.state = step.target
    visit.version += 1
    fields = ["state", "version", "updated_at"]
    if step.target == Visit.State.SUBMITTED:
        visit.submitted_at = timezone.now()
        fields.append("submitted_at")
    if step.target == Visit.State.APPROVED:
        visit.approved_at = timezone.now()
        fields.append("approved_at")
    visit.save(update_fields=fields)
