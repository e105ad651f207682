"""What may become of a visit, as data: one table drives the buttons, the server's checks, the tests and the manual."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import User
from npmportal.access import REVIEW_VISITS, SUBMIT_VISITS
from visits.models.visit import Visit

State = Visit.State


@dataclass(frozen=True)
class Transition:
    """One step: who may take it, from which states to which, what it asks for, and the words for it."""

    name: str
    sources: tuple[State, ...]
    target: State
    permission: str  # on the lead body, or on the mechanism (npmportal.access.PERMISSIONS says which)
    must_be_complete: bool
    needs_reason: bool  # every step back stores a reason
    label: Promise
    done: Promise


TRANSITIONS: dict[str, Transition] = {
    step.name: step
    for step in (
        Transition(
            "submit",
            (State.DRAFT, State.RETURNED),
            State.SUBMITTED,
            SUBMIT_VISITS,
            True,
            False,
            _("Submit to the coordinator"),
            _("The visit has been submitted."),
        ),
        Transition(
            "recall",
            (State.SUBMITTED,),
            State.DRAFT,
            SUBMIT_VISITS,
            False,
            True,
            _("Take back to change it"),
            _("The visit is a draft again."),
        ),
        Transition(
            "approve",
            (State.SUBMITTED,),
            State.APPROVED,
            REVIEW_VISITS,
            True,
            False,
            _("Approve"),
            _("The visit has been approved and counts in the figures."),
        ),
        Transition(
            "return",
            (State.SUBMITTED, State.APPROVED),
            State.RETURNED,
            REVIEW_VISITS,
            False,
            True,
            _("Return to the body"),
            _("The visit has been returned to the body. It can be seen here again once the body has submitted it."),
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
