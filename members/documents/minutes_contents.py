"""What minutes print and approving freezes, collected in one place.

The page that asks whether to approve shows it, the step that approves compares it with what was shown, the PDF prints
it: so nobody approves what they have not seen, and what is printed is what was approved.
"""

import json
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from django.db.models import Prefetch
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import AgendaItem, Attendance, Decision, Meeting, MemberBody, Minutes, Task

# In the order of `Contents._parts`.
PARTS = (
    gettext_lazy("the title, time or place of the meeting"),
    gettext_lazy("who came"),
    gettext_lazy("the agenda or its papers"),
    gettext_lazy("the text or its language"),
    gettext_lazy("the decisions"),
    gettext_lazy("the actions"),
)


@dataclass(frozen=True)
class Agreed:
    """An action as it was agreed: what, which body (empty: the mechanism's own staff) and by when. No person."""

    title: str
    who: str
    due_on: date

    def stored(self) -> dict[str, str]:
        """Return it as `Minutes.agreed` keeps it."""
        return {"title": self.title, "who": self.who, "due_on": self.due_on.isoformat()}


@dataclass(frozen=True)
class Contents:
    """What the minutes of a meeting hold; ``decisions`` each with the number of its point, or None."""

    minutes: Minutes
    meeting: Meeting
    agenda: list[AgendaItem]
    attendance: list[Attendance]
    decisions: list[tuple[Decision, int | None]]
    agreed: list[Agreed]

    @property
    def seen(self) -> str:
        """A fingerprint of each part. It travels with the page that showed them, and comes back with the approval."""
        return ".".join(sha256(json.dumps(part).encode()).hexdigest()[:16] for part in self._parts())

    def changed_since(self, seen: str) -> list[str]:
        """Return in words which parts are not those of the page with the fingerprint ``seen``; all of a wrong one."""
        before, now = seen.split("."), self.seen.split(".")
        if len(before) != len(now):
            before = [""] * len(now)
        return [str(words) for words, old, new in zip(PARTS, before, now, strict=True) if old != new]

    def _parts(self) -> tuple[Any, ...]:
        meeting = self.meeting
        return (
            [meeting.title, meeting.starts_at.isoformat(), meeting.ends_at.isoformat(), meeting.where],
            sorted([row.body_id or 0, row.name, row.presence, row.standing] for row in self.attendance),
            [[point.pk, point.title, point.paper, point.for_invitees] for point in self.agenda],
            [self.minutes.text, self.minutes.language],
            [[str(row.pk), row.text, row.item_id, row.concerns, row.concerns_id] for row, _number in self.decisions],
            [action.stored() for action in self.agreed],
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is no text yet, and so nothing to approve."""
        return not self.minutes.text.strip()

    def to_keep(self) -> dict[str, Any]:
        """Return what `Minutes.agreed` keeps when they are approved: the actions, and what bodies are called."""
        names = {str(row.body_id): row.name for row in self.attendance if row.body_id}
        return {"actions": [action.stored() for action in self.agreed], "bodies": names}

    def missing(self) -> list[str]:
        """Return, in sentences, what somebody who approves may have overlooked. None of it forbids to approve."""
        return [*self._missing_people(), *self._missing_points()]

    def _missing_people(self) -> list[str]:
        if not self.attendance:
            return [_("Nobody is recorded as having come, as having sent apologies or as absent.")]
        recorded = {(row.body_id, row.guest) for row in self.attendance}
        holders = self.meeting.holders()
        silent = [seat.body.name if seat.body else key[1] for key, seat in holders.items() if key not in recorded]
        if not silent:
            return []
        return [_("For these holders of a seat nothing is recorded: {names}.").format(names="; ".join(silent))]

    def _missing_points(self) -> list[str]:
        if not self.agenda:
            return [_("The agenda is empty.")]
        found, text = [], self.minutes.text.casefold()
        decided = {row.item_id for row, _number in self.decisions}
        silent = [p.title for p in self.agenda if p.pk not in decided and p.title.casefold() not in text]
        if silent:
            sentence = _("The text does not name these points, and no decision belongs to them: {points}.")
            found.append(sentence.format(points="; ".join(silent)))
        if None in decided:
            found.append(_("There are decisions that belong to no point of the agenda."))
        if not self.decisions:
            found.append(_("No decision is recorded: the minutes will say that nothing was decided."))
        return found


def contents_of(minutes: Minutes) -> Contents:
    """Collect what ``minutes`` hold: of a draft as it stands now, of approved minutes as it was approved."""
    meeting = minutes.meeting
    agenda = list(meeting.agenda.all())
    numbers = {point.pk: number for number, point in enumerate(agenda, start=1)}
    return Contents(
        minutes=minutes,
        meeting=meeting,
        agenda=agenda,
        attendance=_attendance(minutes),
        decisions=[(row, numbers.get(row.item_id or 0)) for row in meeting.decisions.select_related("item")],
        agreed=_as_approved(minutes) if minutes.is_approved else _as_they_stand(minutes),
    )


def _attendance(minutes: Minutes) -> list[Attendance]:
    """Return who came, bodies by their names in the language of the minutes: as approved, or as they stand."""
    kept = minutes.agreed.get("bodies", {}) if isinstance(minutes.agreed, dict) else {}
    with translation.override(minutes.language):
        rows = minutes.meeting.attendance.in_order(minutes.meeting.day)
        for row in rows:
            row.printed_name = kept.get(str(row.body_id)) or row.name
    return sorted(rows, key=lambda row: row.rank)


def _as_approved(minutes: Minutes) -> list[Agreed]:
    kept = minutes.agreed["actions"] if isinstance(minutes.agreed, dict) else minutes.agreed
    return [Agreed(a["title"], a["who"], date.fromisoformat(a["due_on"])) for a in kept]


def _as_they_stand(minutes: Minutes) -> list[Agreed]:
    bodies = Prefetch("body", MemberBody.objects.with_names_as_at(minutes.meeting.day))
    tasks = Task.objects.filter(meeting=minutes.meeting).order_by("due_on", "created_at", "pk")
    with translation.override(minutes.language):
        return [
            Agreed(task.title, task.body.name if task.body else "", task.due_on)
            for task in tasks.prefetch_related(bodies)
        ]
