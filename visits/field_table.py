"""The field table of visits: which field of a visit who reads and changes, in which state (`field_table.csv`).

The lines of the file are the rule (security R-05); this module says what its words mean and asks it for one person.
Which visits a person finds at all ``Visit.objects.visible_to`` and ``known_to`` say; the table says what of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.models import Mechanism
from npmportal.access import LOG_VISITS, MANAGE_PEOPLE, VIEW_SUBMITTED_VISITS, VIEW_VISITS, grants_of
from npmportal.field_table import FieldTable, Shape, load
from visits.models import Visit

State = Visit.State
# The states as the table knows them: an approved visit that is restricted is a state of its own.
RESTRICTED = "approved_restricted"
STATES: dict[str, Promise | str] = {
    State.DRAFT.value: State.DRAFT.label,
    State.RETURNED.value: State.RETURNED.label,
    State.SUBMITTED.value: State.SUBMITTED.label,
    State.APPROVED.value: State.APPROVED.label,
    RESTRICTED: _("approved, restricted"),
    State.WITHDRAWN.value: State.WITHDRAWN.label,
    State.DISCARDED.value: State.DISCARDED.label,
}
HANDED_IN = frozenset({State.SUBMITTED.value, State.APPROVED.value, RESTRICTED, State.WITHDRAWN.value})
OPEN = frozenset({State.DRAFT.value, State.RETURNED.value})
CONDITIONS: dict[str, frozenset[str]] = {
    "always": frozenset(STATES),
    "open": OPEN,
    "open or approved": OPEN | {State.APPROVED.value, RESTRICTED},
    "handed in": HANDED_IN,
    "approved": frozenset({State.APPROVED.value, RESTRICTED}),
    "approved unless restricted": frozenset({State.APPROVED.value}),
    "never": frozenset(),
}
READERS: dict[str, Promise] = {
    "involved_bodies": _("Bodies involved"),
    "coordinator": _("Coordinator"),
    "other_members": _("Other members"),
    "administrators": _("Administrators"),
    "public": _("The public"),
}
LEAD = "lead_body"
PARTS: dict[str, Promise] = {
    "visit": _("The visit"),
    "access": _("Access"),
    "numbers": _("Numbers of people"),
    "talks": _("Talks and what was looked at"),
    "situation": _("Situation on the day"),
    "findings": _("Findings, ratings and answers"),
    "team": _("Team"),
    "summary": _("Summary"),
    "history": _("History"),
    "files": _("Files"),
}
# What is printed under another name than the model's, or is no column of it.
LABELS: dict[str, Promise] = {
    "setting": _("setting"),
    "jurisdiction": _("jurisdiction"),
    "partners": _("partner bodies"),
    "figures": _("capacity, people held, restraint, isolation, deaths, self-harm, conversations by group"),
    "needs": _("needs examined of groups at risk"),
    "findings": _("findings and recommendations"),
    "ratings": _("ratings on the body’s own scale"),
    "answers": _("answers to the body’s own questions"),
    "team": _("the team without names"),
    "team_names": _("the names of the team, and declared conflicts of interest"),
    "history": _("the steps taken, by whom and why"),
    "created_by": _("who logged it"),
    "attachments": _("files"),
}
KEPT_BY_THE_PORTAL = frozenset(
    ("id", "mechanism", "body_ids", "version", "form_key", "created_at", "updated_at")
    + ("submitted_at", "submitted_by", "approved_at", "looked_at")
)
SHAPE = Shape(
    fields=frozenset({field.name for field in Visit._meta.concrete_fields} - KEPT_BY_THE_PORTAL | LABELS.keys()),
    parts=frozenset(PARTS),
    readers=tuple(READERS),
    changers={LEAD: "involved_bodies"},
    conditions=CONDITIONS,
    essential=frozenset({"place", "lead_body", "starts_on", "ends_on", "kind", "notice"}),
)
FILE = Path(__file__).with_name("field_table.csv")
TABLE: FieldTable = load(FILE, SHAPE)


def label_of(name: str) -> str:
    """Return what the field ``name`` is called, in the reader's language."""
    field: Any = None if name in LABELS else Visit._meta.get_field(name)
    return str(LABELS[name] if field is None else field.verbose_name)


def state_of(state: str, confidentiality: str) -> str:
    """Return the state of a visit as the table knows it."""
    restricted = state == State.APPROVED and confidentiality == Visit.Confidentiality.RESTRICTED
    return RESTRICTED if restricted else state


@dataclass(frozen=True)
class Reader:
    """One person as the table sees them in one mechanism. Asks the database nothing."""

    bodies: frozenset[int]  # whose visits the person reads
    logs_for: frozenset[int]
    everywhere: frozenset[str]  # what the person is for every visit of the mechanism

    def sees(self, visit: Visit) -> frozenset[str]:
        """Return the fields of ``visit`` the person may read."""
        return self.sees_in(visit.body_ids, visit.state, visit.confidentiality)

    def sees_in(self, body_ids: Iterable[int], state: str, confidentiality: str) -> frozenset[str]:
        """Return the fields the person may read of a visit of ``body_ids`` (the lead body first)."""
        return TABLE.readable(self._audiences(body_ids), state_of(state, confidentiality))

    def sees_of_some(self) -> frozenset[str]:
        """Return the fields the person may read of some visit in some state: what can stand in a list's head."""
        return frozenset().union(*(TABLE.readable(self._as_any(), state) for state in STATES))

    def sees_of_all(self) -> frozenset[str]:
        """Return the fields the person may read of every visit whose content is open: what a list may filter by.

        A filter by anything else would tell what is in a field that is not shown.
        """
        content = [
            {rule.field for rule in TABLE.rules if state in rule.seen[audience]}
            for audience in self._as_any() & {"involved_bodies", "coordinator"}
            for state in STATES
        ]
        shown = [fields for fields in content if fields]
        return frozenset(set.intersection(*shown)) if shown else frozenset()

    def changes(self, visit: Visit) -> frozenset[str]:
        """Return the fields the person may change in ``visit`` as it is stored."""
        if visit.lead_body_id not in self.logs_for:
            return frozenset()
        return TABLE.changeable(frozenset({LEAD}), state_of(visit.state, visit.confidentiality))

    def records(self) -> frozenset[str]:
        """Return the fields the person may fill in when logging a visit."""
        return TABLE.changeable(frozenset({LEAD}), State.DRAFT) if self.logs_for else frozenset()

    def _audiences(self, body_ids: Iterable[int]) -> frozenset[str]:
        return self.everywhere if self.bodies.isdisjoint(body_ids) else self.everywhere | {"involved_bodies"}

    def _as_any(self) -> frozenset[str]:
        return self.everywhere | {"involved_bodies"} if self.bodies else self.everywhere


def reader_of(user: Any, mechanism: Mechanism) -> Reader:
    """Return ``user`` as the table sees them in ``mechanism``; who has no right there reads what the public does."""
    grants = grants_of(user)
    everywhere = {"public"}
    if mechanism.pk in grants.on(VIEW_SUBMITTED_VISITS):
        everywhere |= {"coordinator", "other_members"}
    if mechanism.pk in grants.mechanisms(VIEW_VISITS):
        everywhere.add("other_members")
    if mechanism.pk in grants.on(MANAGE_PEOPLE):
        everywhere.add("administrators")
    return Reader(grants.on(VIEW_VISITS), grants.on(LOG_VISITS), frozenset(everywhere))
