"""What can happen to the register of places: records, requests for one, rules for visiting, figures taken."""

from django.utils.translation import gettext_lazy as _

from members.activity import OWN_BODY, Action, Subject, actions
from npmportal.access import MANAGE_MEMBERS, VIEW_SUBMITTED_VISITS

ACTIONS: dict[str, Action] = {
    **actions(
        "register",
        MANAGE_MEMBERS,
        {
            "place.added": _("{who} added {what} to the register of places."),
            "place.changed": _("{who} changed {what} in the register of places."),
            "place.merged": _("{who} merged a record into {what}: both were one place."),
            "place.merge_undone": _("{who} undid a merge of records into {what}."),
            "place.told_apart": _("{who} said that {what} and one that resembles it are two places."),
            # Read by those who read the request: who keeps the register, and the lead of the body.
            "place_request.asked": _("{who} made a request: {what}."),
            "place_request.added": _("{who} added {what} to the register."),
            "place_request.known": _("{who} said which place of the register is meant by {what}."),
            "place_request.declined": _("{who} did not add {what} to the register."),
            "place_request.withdrawn": _("{who} took back the request for {what}."),
        },
    ),
    **actions(
        "exports",
        VIEW_SUBMITTED_VISITS,
        {
            "place_coverage.downloaded": _("{who} downloaded how many places were visited."),
        },
    ),
    # How often a body means to go, and what it takes away about that, is its own business.
    **actions(
        "visits",
        OWN_BODY,
        {
            "visit_interval.set": _("{who} set how often places are to be visited."),
            "visit_interval.ended": _("{who} ended a rule about how often places are to be visited."),
        },
    ),
    **actions("exports", OWN_BODY, {"visits_overdue.downloaded": _("{who} downloaded the list of visits overdue.")}),
}
SUBJECTS: dict[str, Subject] = {
    "visits.place": Subject(_("a place"), _("{name}"), "name", "visits:place_detail"),
    "visits.placerequest": Subject(
        _("a place that is asked for"), _("“{name}”, a place that is asked for"), "name", "visits:place_request"
    ),
}
