"""What can happen to imports, in sentences (members/activity.py). That a body has drafts is its own business."""

from django.utils.translation import gettext_lazy as _

from members.activity import OWN_BODY, Action, Subject, actions
from npmportal.access import MANAGE_MEMBERS

ACTIONS: dict[str, Action] = {
    **actions(
        "visits",
        OWN_BODY,
        {
            "import.received": _("{who} uploaded a file for {what}."),
            "import.mapped": _("{who} said what the columns of {what} are."),
            "import.checked": _("{who} had the rows of {what} checked."),
            "import.done": _("{who} made {what}."),
            "import.undone": _("{who} undid {what}."),
            "import.discarded": _("{who} threw away the file of an import."),
            "import.retried": _("{who} tried a step of {what} again."),
        },
    ),
    **actions(
        "register",
        MANAGE_MEMBERS,
        {
            "places.imported": _("{who} made {what} of places."),
            "places.import_undone": _("{who} undid {what} of places."),
        },
    ),
    **actions(
        "exports", OWN_BODY, {"import.rows_downloaded": _("{who} downloaded the rows of {what} that were left.")}
    ),
}
# A file's name is the body's own: who does not see the import reads “an import”.
SUBJECTS: dict[str, Subject] = {
    "visits.import": Subject(_("an import"), _("the import “{name}”"), "file_name", "visits:import_detail")
}
