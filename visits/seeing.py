"""The grounds on which people see visits, plans and places: their `visible_to`, turned round (members/seeing.py)."""

from django.utils.translation import gettext as _

from members.models import Mechanism
from members.seeing import BODY, Ground, on_body, on_mechanism
from npmportal.access import LOG_VISITS, MANAGE_BODY_PEOPLE, VIEW_SUBMITTED_VISITS, VIEW_VISITS
from visits.models import Plan, Visit
from visits.models.place import KEEP_PLACES
from visits.models.visit_query import MADE


def grounds_of_visit(visit: Visit) -> list[Ground]:
    """Those who read a visit: `VisitQuerySet.visible_to`."""
    sentences = [_("the body leads this visit"), _("the body takes part in this visit")]
    grounds = [on_body(sentences[bool(n)], body, VIEW_VISITS) for n, body in enumerate(visit.body_ids)]
    if visit.state in Visit.HANDED_IN:
        why = _("the visit is “%(state)s”") % {"state": visit.get_state_display()}
        grounds.append(on_mechanism(why, visit.mechanism_id, VIEW_SUBMITTED_VISITS))
    return grounds


def grounds_of_changing(visit: Visit) -> list[Ground]:
    """Those who may change a visit: `VisitQuerySet.editable_by`."""
    if visit.state not in Visit.CHANGEABLE:
        return []
    why = _("logs for the lead body, and the visit is “%(state)s”") % {"state": visit.get_state_display()}
    return [on_body(why, visit.lead_body_id, LOG_VISITS)]


def who_else_knows(visit: Visit) -> str:
    """Return, in a sentence, what others may know of a visit: `VisitQuerySet.known_to`."""
    if visit.state != Visit.State.APPROVED:
        return _("Nobody else knows of this visit: not other members, not administrators, not the public.")
    if visit.confidentiality == Visit.Confidentiality.RESTRICTED:
        return _(
            "Nobody else knows of this visit: it is restricted. Each reading is written down. The annual report counts "
            "it."
        )
    if any(getattr(visit, name) != value for name, value in MADE.items()):
        return _(
            "Nobody else knows of this visit: other members know of visits on the spot that took place, and this is "
            "none. The annual report counts it."
        )
    return _(
        "Since the visit is approved, the other members know the place, the days and the bodies, and nothing of the "
        "content. Administrators see no visits. The public reads what the annual report says."
    )


def grounds_of_plan(plan: Plan, bodies: list[int]) -> list[Ground]:
    """Those who know of a plan of ``bodies``, its own first: `PlanQuerySet.visible_to`. One query."""
    close = _close_to(plan, bodies, VIEW_VISITS)
    if plan.secrecy == Plan.Secrecy.SEALED:
        return close
    knows_days = plan.secrecy == Plan.Secrecy.OPEN
    own = _("the body plans this visit") if knows_days else _("the body plans this visit; knows the week, not the day")
    also = _("the body takes part") if knows_days else _("the body takes part; knows the week, not the day")
    return [*close, *(on_body(also if n else own, body, VIEW_VISITS) for n, body in enumerate(bodies))]


def grounds_of_changing_plan(plan: Plan) -> list[Ground]:
    """Those who may change a plan and take it further: `PlanQuerySet.editable_by`."""
    if plan.secrecy == Plan.Secrecy.OPEN:
        return [on_body(_("logs for the body that plans this visit"), plan.body_id, LOG_VISITS)]
    return _close_to(plan, [plan.body_id], LOG_VISITS)


def _close_to(plan: Plan, bodies: list[int], permission: str) -> list[Ground]:
    """The team, as long as a role with ``permission`` in one of ``bodies`` lasts, and who leads the body that plans."""
    team = list(plan.member_rows.order_by("pk").values_list("user", flat=True))
    people = [Ground(_("is in the team"), permission, BODY, body, person=person) for person in team for body in bodies]
    return [*people, on_body(_("leads the body that plans this visit"), plan.body_id, MANAGE_BODY_PEOPLE)]


def who_else_knows_of_plan(*, has_guests: bool) -> str:
    """Return, in a sentence, what others may know of a plan: the warning of two visits (ADR 0028)."""
    if has_guests:
        return f"{_of_guests()} {who_else_knows_of_plan(has_guests=False)}"
    return _(
        "Nobody else knows of this plan: not administrators, not the public. A member that plans a visit to the same "
        "place is warned that another is due there in the same fortnight; the coordinator is told which bodies, and "
        "never the day."
    )


def _of_guests() -> str:
    return _(
        "In the team is also whoever works for a partner under an address that stands in the plan; the list does not "
        "tell whether somebody does."
    )


def grounds_of_place() -> list[Ground]:
    """Those who see a place: `PlaceQuerySet.visible_to`; the register of places is common to the members."""
    return [Ground(_("works for a member of the network, or for the network"))]


def grounds_of_keeping_places(mechanism: Mechanism) -> list[Ground]:
    """Those who keep the register of places: `visits.actions.may_keep_places`."""
    why = _("keeps the register of places")
    return [on_mechanism(why, mechanism.pk, right) for right in KEEP_PLACES]
