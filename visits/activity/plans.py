"""What can happen to plans. Read by who acted and by who leads the body; no sentence says where or when.

Others of a team read what happened on the page of the plan itself.
"""

from django.utils.translation import gettext_lazy as _

from members.activity import OWN_BODY, Action, Subject, actions

ACTIONS: dict[str, Action] = {
    **actions(
        "visits",
        OWN_BODY,
        {
            "plan.made": _("{who} planned a visit."),
            "plan.changed": _("{who} changed the plan of a visit."),
            "plan.done": _("{who} marked a planned visit as done."),
            "plan.logged": _("{who} logged a visit that was planned."),
            "plan.postponed": _("{who} postponed a planned visit."),
            "plan.cancelled": _("{who} cancelled the plan of a visit."),
            "plan.resumed": _("{who} took up the plan of a visit again."),
            "plan.opened": _("{who} opened the sealed plan of a visit that was made."),
            "mandate.asked": _("{who} asked for a mandate letter."),
            "mandate.retried": _("{who} asked again for a mandate letter."),
            "mandate.printed": _("The PDF of a mandate letter was made."),
            "programme.set": _("{who} added a line to the yearly programme."),
            "programme.changed": _("{who} changed a line of the yearly programme."),
        },
    ),
    **actions(
        "exports",
        OWN_BODY,
        {
            "mandate.downloaded": _("{who} downloaded a mandate letter."),
            "plans.calendar_downloaded": _("{who} downloaded planned visits for a calendar."),
        },
    ),
}
SUBJECTS: dict[str, Subject] = {}
