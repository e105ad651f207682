"""What can happen to visits, places, plans, files and imports: a module for each kind (members/activity.py)."""

from members.activity import add
from visits.activity import attachments, imports, places, plans, questions, visits

OF_EACH_KIND = (visits, places, plans, attachments, imports, questions)


def declare() -> None:
    """Let the activity pages know what can happen here."""
    for kind in OF_EACH_KIND:
        add(kind.ACTIONS, kind.SUBJECTS)
