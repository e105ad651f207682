"""The feed beside a visit: steps, changes field by field, notes, questions, in one list, newest first (ux.md 3)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from npmportal.access import VIEW_VISITS, grants_of
from visits import field_table
from visits.models import Attachment, Place, Visit, VisitChange, VisitEvent, VisitNote
from visits.models.body_names import BodyNames
from visits.views.differences import Difference, bodies_in_words, in_words
from visits.views.record_facts import differences_in

SHOWN = 30
MADE_IN_SIGHT = frozenset(Visit.HANDED_IN)
# Of what is not handed in, or that nobody had looked at: nobody's business but the bodies' (ADR 0020).
OWN_STEPS = frozenset({"discard", "restore", "recall"})
Both = dict[str, list[Any]]


@dataclass(frozen=True)
class Entry:
    """One thing that happened to a visit: when, what, by whom, with its words and the fields it changed."""

    at: datetime
    title: str
    by: Any
    text: str = ""
    changes: list[Difference] = field(default_factory=list)
    note: VisitNote | None = None
    step: str = ""  # the name of the transition, of a step


def feed_of(
    visit: Visit, user: Any, sees: frozenset[str], names: BodyNames, files: Iterable[Attachment] = ()
) -> list[Entry]:
    """Return what happened to ``visit`` as far as ``user``, who ``sees`` these fields, may know, newest first.

    ``files`` are those that the reader may know of. The number of queries does not grow with what happened.
    """
    if "history" not in sees:
        return []
    events = list(visit.events.select_related("by"))
    changes = list(visit.changes.select_related("by"))
    is_involved = not grants_of(user).on(VIEW_VISITS).isdisjoint(visit.body_ids)
    saved = [(c.at, c.by, c.fields) for c in changes]
    if not is_involved:
        saved, events = _in_sight(changes, events), _told_to_others(events)
    entries = [Entry(e.at, _title_of(e), e.by, e.reason, step=e.transition) for e in events]
    entries += _entries_of_changes(saved, sees, names)
    entries += [_entry_of_note(note) for note in visit.notes.visible_to(user).select_related("by", "answers_to")]
    entries += _entries_of_files(files)
    created_by = visit.created_by if "created_by" in sees else None
    entries.append(Entry(visit.created_at, _("Logged"), created_by))
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _entries_of_files(files: Iterable[Attachment]) -> Iterable[Entry]:
    """Yield who added a file and who took one back."""
    for file in files:
        yield Entry(file.uploaded_at, _("File added"), file.uploaded_by, str(file))
        if file.taken_back_at is not None:
            title = _("File withdrawn") if file.is_withdrawn else _("File removed")
            yield Entry(file.taken_back_at, title, file.taken_back_by, file.taken_back_reason)


def _title_of(event: VisitEvent) -> str:
    """Return what the step did, where the state it led to does not say so."""
    titles = {
        "amend": _("Changed after approval, in review again"),
        "reinstate": _("Reinstated, in review again"),
        "recall": _("Taken back, a draft again"),
        "restore": _("Brought back"),
    }
    return titles.get(event.transition) or str(capfirst(event.get_to_state_display()))


def _told_to_others(events: list[VisitEvent]) -> list[VisitEvent]:
    """Return the steps without those that stayed with the bodies; of what was taken back not that it was submitted."""
    taken_back = _taken_back(sorted(events, key=lambda event: (event.at, event.pk)))
    return [event for event in events if event.transition not in OWN_STEPS and event.pk not in taken_back]


def _taken_back(steps: list[VisitEvent]) -> set[int]:
    """Return the keys of the steps, of those given in their order, that were taken back before anybody looked."""
    return {step.pk for step, then in pairwise(steps) if then.transition == "recall"}


def _in_sight(changes: list[VisitChange], events: list[VisitEvent]) -> list[tuple[datetime, Any, Both]]:
    """Return what those who see only what is handed in may know: changes made in their sight, and what came of others.

    What was changed while the visit was returned is told as one difference, from what was returned to what was
    submitted again, or withdrawn; what stood there in between is the body's own business. So is what was taken back:
    nobody had looked at it.
    """
    steps = sorted(events, key=lambda event: (event.at, event.pk))
    taken_back = _taken_back(steps)
    submissions = [step for step in steps if _comes_in_sight(step)]
    seen = [change for change in changes if _is_in_sight(change, submissions, taken_back)]
    found: list[tuple[datetime, Any, Both]] = [(change.at, change.by, change.fields) for change in seen]
    for before, submission in pairwise(step for step in submissions if step.pk not in taken_back):
        between = [c for c in changes if c not in seen and before.at < c.at <= submission.at]
        if net := _net(between):
            found.append((submission.at, submission.by, net))
    return found


def _comes_in_sight(step: VisitEvent) -> bool:
    """Tell whether the step showed others what the body had typed: a submission, or withdrawing an open visit."""
    withdrawn_open = step.to_state == Visit.State.WITHDRAWN and step.from_state in Visit.OPEN
    return withdrawn_open or step.to_state == Visit.State.SUBMITTED


def _is_in_sight(change: VisitChange, submissions: list[VisitEvent], taken_back: set[int]) -> bool:
    """Tell whether a change was made in sight, and what it led to was not taken back before anybody looked."""
    led_to = next((step for step in submissions if step.at >= change.at), None)
    return change.state in MADE_IN_SIGHT and (led_to is None or led_to.pk not in taken_back)


def _net(changes: Iterable[VisitChange]) -> Both:
    """Return from what to what each field went through ``changes``, given newest first; what came back is left out."""
    net: Both = {}
    for change in reversed(list(changes)):
        for name, (before, after) in change.fields.items():
            net[name] = [net[name][0] if name in net else before, after]
    return {name: both for name, both in net.items() if both[0] != both[1]}


def _entries_of_changes(saved: list[tuple[datetime, Any, Both]], sees: frozenset[str], names: BodyNames) -> list[Entry]:
    places = _places_in(both for _at, _by, both in saved)
    entries = []
    for at, by, both in saved:
        shown = [
            difference
            for name, (before, after) in both.items()
            if name in sees
            for difference in _differences(name, before, after, names, places)
        ]
        if shown:
            title = ngettext("%(n)s field changed", "%(n)s fields changed", len(shown)) % {"n": len(shown)}
            entries.append(Entry(at, title, by, changes=shown))
    return entries


def _places_in(saved: Iterable[Both]) -> dict[str, str]:
    ids = {value for both in saved for value in both.get("place", []) if value}
    return {str(pk): name for pk, name in Place.objects.filter(pk__in=ids).values_list("pk", "name")} if ids else {}


def _differences(name: str, before: Any, after: Any, names: BodyNames, places: dict[str, str]) -> Iterable[Difference]:
    """Give what one field was and is; of a part of the record with many rows, each row that differs."""
    label = str(capfirst(field_table.label_of(name)))
    if not isinstance(after, dict):
        yield Difference(label, *(_words(name, value, names, places) for value in (before, after)))
        return
    yield from differences_in(name, before, after, names)


def _words(name: str, value: Any, names: BodyNames, places: dict[str, str]) -> str:
    if name == "place":
        return places.get(str(value), _("a place that is no longer in the register"))
    if name in ("lead_body", "partners"):
        return bodies_in_words(value if isinstance(value, list) else [value], names)
    column: Any = Visit._meta.get_field(name)
    return in_words(name, column.to_python(value), names)


def _entry_of_note(note: VisitNote) -> Entry:
    titles = {
        VisitNote.Kind.QUESTION: _("Question from the coordinator"),
        VisitNote.Kind.ANSWER: _("Answer"),
        VisitNote.Kind.ADDENDUM: _("Addendum"),
    }
    of_side = {
        VisitNote.Side.BODIES: _("Note, read by the bodies involved alone"),
        VisitNote.Side.COORDINATOR: _("Note, read by the coordinator alone"),
    }
    note_title = _("Note, read by both sides") if note.is_shared else of_side[VisitNote.Side(note.side)]
    title = titles.get(VisitNote.Kind(note.kind), note_title)
    return Entry(note.at, title, note.by, note.text, note=note)


def is_open(entry: Entry) -> bool:
    """Tell whether the entry is a question that is not settled."""
    return bool(entry.note and entry.note.kind == VisitNote.Kind.QUESTION and entry.note.settled_at is None)
