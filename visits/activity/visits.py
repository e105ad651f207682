"""What can happen to visits: for each action its sentence, and who may read of it (members/activity.py)."""

from django.utils.translation import gettext_lazy as _

from members.activity import OWN_BODY, Action, Subject, actions
from npmportal.access import VIEW_SUBMITTED_VISITS

ACTIONS: dict[str, Action] = {
    **actions(
        "visits",
        OWN_BODY,
        {
            "visit.logged": _("{who} logged {what}."),
            "visit.changed": _("{who} changed {what}."),
            "visit.discarded": _("{who} discarded the draft of {what}."),
            "visit.restored": _("{who} brought back the draft of {what}."),
            "saved_view.saved": _("{who} saved a view of the list of visits."),
            "saved_view.changed": _("{who} changed a saved view of the list of visits."),
            "saved_view.removed": _("{who} removed a saved view of the list of visits."),
            "visit.noted": _("{who} wrote a note about {what}, for their own side."),
        },
    ),
    **actions(
        "visits",
        VIEW_SUBMITTED_VISITS,
        {
            "visit.submitted": _("{who} submitted {what}."),
            "visit.recalled": _("{who} took back {what}."),
            "visit.approved": _("{who} approved {what}."),
            "visit.returned": _("{who} returned {what} to the body."),
            "visit.amended": _("{who} changed {what} after approval; it is in review again."),
            "visit.withdrawn": _("{who} withdrew {what}; it counts in no figure."),
            "visit.reinstated": _("{who} reinstated {what}; it is in review again."),
            "visit.asked": _("{who} asked the body about {what}."),
            "visit.answered": _("{who} answered a question about {what}."),
            "visit.settled": _("{who} settled a question about {what}."),
            "visit.remarked": _("{who} wrote a note about {what}."),
            "visit.added_to": _("{who} added to the record of {what}."),
        },
    ),
    **actions(
        "exports",
        VIEW_SUBMITTED_VISITS,
        {
            "visit.read": _("{who} read {what}, which is restricted."),
            "visits.exported": _("{who} downloaded a list of visits."),
            "visits.searched": _("{who} searched the visits."),
        },
    ),
    **actions(
        "exports",
        OWN_BODY,
        {
            "visit.draft_read": _("{who} read {what}, which is restricted and not handed in."),
            "visits.drafts_exported": _("{who} downloaded a list of visits with some not handed in."),
            "visits.file_fetched": _("{who} fetched a long list of visits that had been made into a file."),
            "visits.searched_by_body": _("{who} searched the visits the body may read."),
        },
    ),
}

SUBJECTS: dict[str, Subject] = {
    "visits.visit": Subject(_("a visit"), _("visit {name}"), "reference", "visits:visit_detail"),
}
