"""What can happen in the portal: for each action its sentence, its kind, and who may read of it (plain data).

Every action that is recorded stands here, or in the app's own list (visits/activity/), which it adds when it starts;
a test looks for those that do not. ``{who}`` is the person who acted,
``{what}`` the record it is about (SUBJECTS).
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from npmportal import audiences
from npmportal.access import CONVENE, MAKE_REPORTS, MANAGE_MEMBERS, MANAGE_PEOPLE

# Nobody but the actor and the leads of the bodies concerned: that there is a draft is confidential.
OWN_BODY = ""

KINDS: dict[str, Promise] = {
    "register": _("register and coverage"),
    "people": _("people and roles"),
    "account": _("accounts and signing in"),
    "visits": _("visits and places"),
    "meetings": _("groups and meetings"),
    "tasks": _("tasks and reminders"),
    "reports": _("annual reports"),
    "exports": _("exports and reads"),
}
READINGS = "exports"


@dataclass(frozen=True)
class Action:
    """One action: its kind, the permission on the mechanism that lets read of it, and its sentence."""

    kind: str
    read_with: str
    sentence: Promise

    @property
    def is_reading(self) -> bool:
        """Whether who acted only read something or took it along: named to colleagues alone (activity_actors)."""
        return self.kind == READINGS


def actions(kind: str, read_with: str, sentences: dict[str, Promise]) -> dict[str, Action]:
    """Return an action of ``kind`` for each of ``sentences``, which ``read_with`` opens."""
    return {action: Action(kind, read_with, sentence) for action, sentence in sentences.items()}


ACTIONS: dict[str, Action] = {
    **actions(
        "register",
        MANAGE_MEMBERS,
        {
            "register.changed": _("{who} changed in the register: {what}."),
            "reference.loaded": _("{who} loaded the packaged register."),
            "mechanism.founded": _("{who} founded the network."),
            "list.added": _("{who} added an entry to a reference list: {what}."),
            "list.changed": _("{who} changed an entry of a reference list: {what}."),
            "list.removed": _("{who} removed an entry from a reference list."),
        },
    ),
    **actions(
        "people",
        MANAGE_PEOPLE,
        {
            "invitation.sent": _("{who} sent {what}."),
            "invitation.withdrawn": _("{who} withdrew {what}."),
            "invitation.accepted": _("{who} accepted {what}."),
            "person.role_changed": _("{who} changed the role of {what}."),
            "person.moved": _("{who} moved {what}."),
            "person.retired": _("{who} retired {what}."),
            "body.ended": _("{who} ended the roles and seats of a body that had left: {what}."),
            "person.demonstration_made": _("{who} made the demonstration account of {what}."),
            "person.factor_reset": _("{who} reset the second factor of {what}, who had lost it."),
            "people_review.confirmed": _("{who} confirmed who works for the body."),
            "people_review.opened": _("{who} opened the quarter’s reviews of leavers."),
            "access.mended": _("{who} put the rights of {what} right: they were not those of the roles."),
            "role.asked": _("{who} asked a second person to agree to a role for somebody."),
            "role.agreed": _("{who} agreed, as the second person, to a role for somebody."),
            "role.refused": _("{who} did not agree to a role for somebody."),
            "role.withdrawn": _("{who} withdrew the request for a role."),
            "terms.published": _("{who} published a version of the terms of use."),
            "terms.accepted": _("{who} accepted the terms of use."),
        },
    ),
    **actions(
        "account",
        MANAGE_PEOPLE,
        {
            "account.signed_in": _("{who} signed in."),
            "account.signed_out": _("{who} signed out."),
            "account.session_ended": _("{who} ended one of the own sessions."),
            "account.other_sessions_ended": _("{who} signed out everywhere else."),
            "account.sign_in_refused": _("Somebody tried to sign in as {what} and was refused."),
            "account.factor_refused": _("Somebody knew the password of {what} but not the second factor."),
            "account.factor_added": _("{who} added a second factor."),
            "account.factor_removed": _("{who} removed a second factor."),
            "account.codes_renewed": _("{who} made new recovery codes."),
            "account.password_changed": _("{who} changed the password."),
            "account.password_reset": _("{who} set a new password with a letter."),
            "page.opened": _("{who} was refused a page."),
        },
    ),
    **actions(
        "meetings",
        CONVENE,
        {
            "group.created": _("{who} set up {what}."),
            "group.changed": _("{who} changed {what}."),
            "group.closed": _("{who} closed {what}."),
            "seat.added": _("{who} gave a seat in a group."),
            "seat.ended": _("{who} ended a seat in a group."),
            "meeting.planned": _("{who} planned {what}."),
            "meeting.changed": _("{who} changed {what}."),
            "meeting.moved": _("{who} changed the day or time of {what} after it was recorded who attended."),
            "meeting.cancelled": _("{who} cancelled {what}."),
            "meeting.held": _("{who} recorded who attended {what}."),
            "meeting.attendance_corrected": _("{who} corrected who attended {what}."),
            "meeting.point_added": _("{who} added a point to the agenda of {what}."),
            "meeting.point_changed": _("{who} changed a point on the agenda of {what}."),
            "meeting.point_removed": _("{who} removed a point from the agenda of {what}."),
            "meeting.agenda_ordered": _("{who} put the agenda of {what} in order."),
            "meeting.decided": _("{who} recorded a decision of {what}."),
            "meeting.decision_changed": _("{who} changed a decision of {what}."),
            "meeting.decision_removed": _("{who} removed a decision of {what}."),
            "minutes.written": _("{who} wrote {what}."),
            "minutes.approved": _("{who} recorded that {what} were approved."),
            "minutes.added_to": _("{who} added to {what}, which were approved."),
            "minutes.retried": _("{who} asked again for the PDF of {what}."),
            "minutes.printed": _("The PDF of {what} was made."),
        },
    ),
    **actions(
        "tasks",
        CONVENE,
        {
            "task.given": _("{who} gave {what}."),
            "task.reworded": _("{who} reworded {what}."),
            "task.handed": _("{who} handed over {what}."),
            "task.moved": _("{who} moved the day of {what}."),
            "task.done": _("{who} has done {what}."),
            "task.dropped": _("{who} dropped {what}."),
            "task.reopened": _("{who} opened {what} again."),
        },
    ),
    **actions("tasks", OWN_BODY, {"reminders.chosen": _("{who} chose when to be reminded.")}),
    **actions(
        "reports",
        MAKE_REPORTS,
        {
            "report.requested": _("{who} asked for {what}."),
            "report.retried": _("{who} asked again for {what}."),
            "report.built": _("The file of {what} was made."),
            "report.downloaded": _("{who} downloaded {what}."),
        },
    ),
    **actions("exports", MANAGE_MEMBERS, {"coverage.downloaded": _("{who} downloaded the coverage.")}),
    **actions(
        "exports",
        CONVENE,
        {
            "calendar.downloaded": _("{who} downloaded {what} for a calendar."),
            "minutes.downloaded": _("{who} downloaded {what}."),
        },
    ),
    **actions("exports", MANAGE_PEOPLE, {"activity.exported": _("{who} downloaded a list of what happened.")}),
}

# Acts on the register read by what was done; `register.changed` alone says too little.
REGISTER_SENTENCES: dict[str, Promise] = {
    "added": _("{who} added to the register: {what}."),
    "changed": _("{who} changed in the register: {what}."),
    "corrected": _("{who} corrected in the register: {what}."),
    "removed": _("{who} removed from the register: {what}."),
}


@dataclass(frozen=True)
class Subject:
    """How a record is spoken of: its words without and with its name, where the name stands, and its page."""

    unnamed: Promise
    named: Promise
    label: str
    url_name: str = ""
    url_field: str = "pk"
    url_argument: str = "pk"


SUBJECTS: dict[str, Subject] = {
    "reports.report": Subject(
        _("an annual report"), _("the annual report {name}"), "year__label", "reports:report_detail"
    ),
    "members.user": Subject(_("somebody"), _("{name}"), "name"),
    "members.invitation": Subject(_("an invitation"), _("the invitation of {name}"), "name"),
    "members.meeting": Subject(_("a meeting"), _("the meeting “{name}”"), "title", "members:meeting_detail"),
    "members.minutes": Subject(_("the minutes of a meeting"), _("the minutes of “{name}”"), "meeting__title"),
    "members.workinggroup": Subject(_("a group"), _("the group “{name}”"), "name_en", "members:group_detail"),
    "members.task": Subject(_("a task"), _("the task “{name}”"), "title", "members:task_detail"),
    "members.memberbody": Subject(_("a body"), _("{name}"), "slug", "members:desk_body_detail", "slug", "body"),
}
SOMETHING = _("something")
SOMEBODY = _("Somebody")
THE_PORTAL = _("The portal")


def add(more: dict[str, Action], subjects: dict[str, Subject]) -> None:
    """Add the actions and subjects of another app, when it starts."""
    ACTIONS.update(more)
    SUBJECTS.update(subjects)
    declare()


def declare() -> None:
    """Let the foundations know who may read of each action."""
    audiences.declare({name: action.read_with for name, action in ACTIONS.items()})


def actions_of(kind: str) -> list[str]:
    """Return the actions of ``kind``, one of KINDS."""
    return [name for name, action in ACTIONS.items() if action.kind == kind]


def in_general(action: str) -> str:
    """Return the sentence of ``action`` about nobody in particular, as filters offer it."""
    words = {"who": SOMEBODY, "what": _general_subject(action)}
    return str(ACTIONS[action].sentence).format(**words)


def _general_subject(action: str) -> Promise:
    noun = action.partition(".")[0]
    found = next((s for label, s in SUBJECTS.items() if label.partition(".")[2] in (noun, _NOUNS.get(noun))), None)
    return found.unnamed if found else SOMETHING


_NOUNS = {"person": "user", "account": "user", "group": "workinggroup", "place_request": "placerequest"}
