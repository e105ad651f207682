"""What can happen to the files of visits, in sentences (members/activity.py)."""

from django.utils.translation import gettext_lazy as _

from members.activity import OWN_BODY, Action, Subject, actions
from npmportal.access import VIEW_SUBMITTED_VISITS

ACTIONS: dict[str, Action] = {
    **actions(
        "visits",
        OWN_BODY,
        {
            "attachment.added": _("{who} added {what}."),
            "attachment.released": _("After its check {what} can be had."),
            "attachment.refused": _("After its check {what} was refused and thrown away."),
            "attachment.checked_again": _("{who} had {what} checked again."),
            "attachment.removed": _("{who} removed {what}."),
            "attachment.altered": _("What is stored of {what} is not what was stored: nobody gets it."),
            "attachment.whole_again": _("What is stored of {what} is again what was stored."),
        },
    ),
    **actions("visits", VIEW_SUBMITTED_VISITS, {"attachment.withdrawn": _("{who} withdrew {what}.")}),
    **actions("exports", VIEW_SUBMITTED_VISITS, {"attachment.downloaded": _("{who} downloaded {what}.")}),
    **actions(
        "exports",
        OWN_BODY,
        {"attachment.draft_downloaded": _("{who} downloaded {what}, which is not handed in.")},
    ),
}
# Spoken of by the visit it belongs to: what a file is called is nobody's business who does not read the visit.
SUBJECTS: dict[str, Subject] = {
    "visits.attachment": Subject(
        _("a file of a visit"),
        _("a file of visit {name}"),
        "visit__reference",
        "visits:visit_detail",
        url_field="visit_id",
    )
}
