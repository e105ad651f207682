"""The steps a plan can take, as data: buttons, checks and tests come from this table."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from visits.models import Plan, PlanEvent

State, Kind = Plan.State, PlanEvent.Kind


@dataclass(frozen=True)
class PlanStep:
    """One step: from which states to which, its words, and whether it asks for a reason (every step back does)."""

    name: str
    sources: tuple[str, ...]
    target: str
    label: Promise
    sentence: Promise
    said: Promise
    kind: str
    needs_reason: bool = True


STEPS: dict[str, PlanStep] = {
    step.name: step
    for step in (
        PlanStep(
            "done",
            (State.PLANNED,),
            State.DONE,
            _("Mark as done"),
            _("The visit was made. Logging the visit from the plan does this by itself."),
            _("The plan is marked as done."),
            Kind.DONE,
            needs_reason=False,
        ),
        PlanStep(
            "postpone",
            (State.PLANNED,),
            State.POSTPONED,
            _("Postpone"),
            _("The visit is not made on these days. Once there are new days, plan it again and change them."),
            _("The plan is postponed."),
            Kind.POSTPONED,
        ),
        PlanStep(
            "cancel",
            (State.PLANNED, State.POSTPONED),
            State.CANCELLED,
            _("Cancel the plan"),
            _("The visit will not be made. The plan stays, with the reason, for those who see it now."),
            _("The plan is cancelled."),
            Kind.CANCELLED,
        ),
        PlanStep(
            "resume",
            (State.POSTPONED, State.CANCELLED, State.DONE),
            State.PLANNED,
            _("Plan again"),
            _("The plan stands again with its present days; change them where they have passed."),
            _("The plan stands again."),
            Kind.RESUMED,
        ),
    )
}
