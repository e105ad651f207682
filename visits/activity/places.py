"""What can happen to the register of places beyond adding and changing: merges, rules for visiting, figures taken."""

from django.utils.translation import gettext_lazy as _

from members.activity import OWN_BODY, Action, Subject, actions
from npmportal.access import MANAGE_MEMBERS, VIEW_SUBMITTED_VISITS

ACTIONS: dict[str, Action] = {
    **actions(
        "register",
        MANAGE_MEMBERS,
        {
            "place.merged": _("{who} merged a record into {what}: both were one place."),
            "place.merge_undone": _("{who} undid a merge of records into {what}."),
            "place.told_apart": _("{who} said that {what} and one that resembles it are two places."),
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
            "visits_overdue.downloaded": _("{who} downloaded the list of visits overdue."),
        },
    ),
}
SUBJECTS: dict[str, Subject] = {}
