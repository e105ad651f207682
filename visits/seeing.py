"""The grounds on which people see visits and places: `visible_to` of both, turned round (members/seeing.py)."""

from django.utils.translation import gettext as _

from members.models import Mechanism
from members.seeing import Ground, on_body, on_mechanism
from npmportal.access import LOG_VISITS, MANAGE_MEMBERS, REVIEW_VISITS, VIEW_SUBMITTED_VISITS, VIEW_VISITS
from visits.models import Visit


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
    return _(
        "Since the visit is approved, the other members know the place, the days and the bodies, and nothing of the "
        "content. Administrators see no visits. The public reads what the annual report says."
    )


def grounds_of_place(mechanism: Mechanism) -> list[Ground]:
    """Those who see a place: `PlaceQuerySet.visible_to`; the register of places is common to the members."""
    return [Ground(_("works for a member of the network, or for the network"))]


def grounds_of_keeping_places(mechanism: Mechanism) -> list[Ground]:
    """Those who keep the register of places: `visits.actions.may_keep_places`."""
    why = _("keeps the register of places")
    return [on_mechanism(why, mechanism.pk, MANAGE_MEMBERS), on_mechanism(why, mechanism.pk, REVIEW_VISITS)]
