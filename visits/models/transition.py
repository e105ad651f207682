"""What may become of a visit, as data: one table drives the buttons, the server's checks, the tests and the manual."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import User
from npmportal.access import APPROVE_VISITS, LOG_VISITS, REVIEW_VISITS, SUBMIT_VISITS
from visits.models.visit import Visit

State = Visit.State


@dataclass(frozen=True)
class Transition:
    """One step: who may take it, from which states to which, what it asks for, and the words for it."""

    name: str
    sources: tuple[State, ...]
    target: State
    permissions: tuple[str, ...]  # one of them, on the lead body or the mechanism (npmportal.access.PERMISSIONS)
    label: Promise
    done: Promise
    must_be_complete: bool = False
    needs_reason: bool = False  # every step back stores a reason
    until_looked_at: bool = False  # only while no reviewer has opened what was submitted
    by_two: bool = False  # not by the person who submitted (security R-12)
    if_never_approved: bool = False  # not of a record that was ever approved: that can only be withdrawn
    open_if_approved: bool = False  # of an open visit only if it was approved before
    by_changing: bool = False  # no button: saving a change takes it


TRANSITIONS: dict[str, Transition] = {
    step.name: step
    for step in (
        Transition(
            "submit",
            (State.DRAFT, State.RETURNED),
            State.SUBMITTED,
            (SUBMIT_VISITS,),
            _("Submit for approval"),
            _("The visit has been submitted."),
            must_be_complete=True,
        ),
        Transition(
            "recall",
            (State.SUBMITTED,),
            State.DRAFT,
            (SUBMIT_VISITS,),
            _("Take back to change it"),
            _("The visit is a draft again."),
            needs_reason=True,
            until_looked_at=True,
        ),
        # The coordinator stands in where the body has nobody else to approve (ADR 0020, visits.actions.transitions).
        Transition(
            "approve",
            (State.SUBMITTED,),
            State.APPROVED,
            (APPROVE_VISITS, REVIEW_VISITS),
            _("Approve"),
            _("The visit has been approved and counts in the figures."),
            must_be_complete=True,
            by_two=True,
        ),
        Transition(
            "return",
            (State.SUBMITTED, State.APPROVED),
            State.RETURNED,
            (APPROVE_VISITS, REVIEW_VISITS),
            _("Return to be changed"),
            _("The visit has been returned to those who logged it. It counts again once it is submitted and approved."),
            needs_reason=True,
        ),
        Transition(
            "amend",
            (State.APPROVED,),
            State.SUBMITTED,
            (LOG_VISITS,),
            _("Change after approval"),
            _("The change has been saved. The visit is in review again and leaves the figures until it is approved."),
            must_be_complete=True,
            needs_reason=True,
            by_changing=True,
        ),
        Transition(
            "withdraw",
            (State.SUBMITTED, State.APPROVED, *Visit.OPEN),
            State.WITHDRAWN,
            (APPROVE_VISITS,),
            _("Withdraw"),
            _("The visit has been withdrawn: it can be read, and counts in no figure."),
            needs_reason=True,
            open_if_approved=True,
        ),
        Transition(
            "reinstate",
            (State.WITHDRAWN,),
            State.SUBMITTED,
            (APPROVE_VISITS,),
            _("Reinstate"),
            _("The visit is submitted again; somebody else approves it."),
            needs_reason=True,  # and need not be complete: what was withdrawn while open could never come back
        ),
        Transition(
            "discard",
            (State.DRAFT, State.RETURNED),
            State.DISCARDED,
            (SUBMIT_VISITS,),
            _("Discard"),
            _("The draft has been discarded. It can be brought back."),
            needs_reason=True,
            if_never_approved=True,
        ),
        Transition(
            "restore",
            (State.DISCARDED,),
            State.DRAFT,
            (SUBMIT_VISITS,),
            _("Bring back"),
            _("The visit is a draft again."),
        ),
    )
}


class VisitEvent(models.Model):
    """One step a visit has taken: from which state to which, by whom, why. Shown as the visit's history."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="events")
    transition = models.CharField(max_length=10)
    from_state = models.CharField(max_length=10, choices=State.choices)
    to_state = models.CharField(max_length=10, choices=State.choices)
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
