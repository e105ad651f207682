"""Events as people read them: one sentence each, with what stood there before and now, and the reason."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.apps import apps
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from members.activity import ACTIONS, REGISTER_SENTENCES, SOMEBODY, SOMETHING, SUBJECTS, THE_PORTAL, Subject
from members.activity_actors import unnamed_actors
from members.activity_details import bodies_told, details_of, people_named
from members.models import MemberBody, RegisterChange
from members.register_log import LogRow, log_rows
from npmportal.access import grants_of
from npmportal.audiences import permission_of
from npmportal.models import AuditEvent

REGISTER_CHANGE = RegisterChange._meta.label_lower
RARE = 2_000  # events of some actions in a mechanism


@dataclass(frozen=True)
class Entry:
    """One event for one reader, or several alike in a row (`folded`): ``times``, the first of them at ``first_at``.

    ``is_cut`` where more of them may stand on the page before or after.
    ``raw`` is empty where the reader may know of the act but not of its figures. ``who`` acted: a name or, where it
    is not told (`is_named`), of which body.
    """

    event: AuditEvent
    sentence: SafeString
    text: str
    bodies: list[str]
    who: str
    is_named: bool = True
    change: LogRow | None = None
    raw: list[tuple[str, Any]] = field(default_factory=list)
    times: int = 1
    first_at: datetime | None = None
    is_cut: bool = False

    @property
    def said(self) -> list[tuple[str, Any]]:
        """What is written beside it, without the reference for support, which each event has of its own."""
        return [(name, value) for name, value in self.raw if name != _("reference for support")]

    @property
    def is_like(self) -> tuple[Any, ...]:
        """What two events in a row have in common that are told as one: all that the reader is told of them.

        An act on the register is always told alone.
        """
        event = self.event
        alone = event.pk if self.change else None
        about = (event.object_type, event.object_id, *self.bodies)
        return (
            event.actor_id if self.is_named else None,
            event.action,
            event.result,
            self.text,
            about,
            self.said,
            alone,
        )


@dataclass(frozen=True)
class _Named:
    """A record as the reader may see it: its words and its page, "" where there is none."""

    words: str
    url: str = ""


def events_of(mechanism: Any, reader: Any, only: Collection[str] | None = None) -> Any:
    """Return what ``reader`` may know of what happened in ``mechanism``; ``only`` some actions where they are named.

    Events of rare actions are looked up first: of a body that has few of them, or none, PostgreSQL would walk through
    everything that ever happened to fill a page (200 ms at a million events, 12 this way).
    """
    events = AuditEvent.objects.visible_to(reader, only=only).filter(mechanism=mechanism)
    if only is not None:
        rare = AuditEvent.objects.filter(mechanism=mechanism, action__in=sorted(only)).values_list("pk", flat=True)
        if len(few := list(rare[: RARE + 1])) <= RARE:
            events = events.filter(pk__in=few)
    return events.select_related("actor", "mechanism")


def entries(events: Iterable[AuditEvent], reader: Any) -> list[Entry]:
    """Return ``events`` (which ``reader`` may see) in words, with as many queries as there are kinds of records."""
    found = list(events)
    ids: dict[str, set[str]] = defaultdict(set)
    for event in found:
        ids[event.object_type].add(event.object_id)
    changes = {str(row.change.pk): row for row in log_rows(_changes(ids.pop(REGISTER_CHANGE, set())))}
    slug = next((event.mechanism.slug for event in found if event.mechanism), "")
    names = {
        (label, pk): named
        for label, wanted in ids.items()
        if label in SUBJECTS
        for pk, named in _names(SUBJECTS[label], label, wanted, reader, slug)
    }
    unnamed = unnamed_actors(found, reader)
    bodies_named = {pk for event in found for pk in event.body_ids} | bodies_told(found)
    bodies_named |= {pk for bodies_of_actor in unnamed.values() for pk in bodies_of_actor}
    bodies = MemberBody.objects.filter(pk__in=bodies_named).abbreviations_on(date.today())
    people = people_named(found, reader)
    return [_entry(event, reader, changes, names, bodies, people, unnamed.get(event.pk)) for event in found]


def folded(told: Iterable[Entry], *, goes_on_before: bool = False, goes_on_after: bool = False) -> list[Entry]:
    """Return ``told``, newest first, with what repeats itself in a row told once, how often and since when.

    Where the list goes on before or after them, the first and the last line may have been repeated there too.
    """
    lines = []
    for _alike, group in groupby(told, key=attrgetter("is_like")):
        newest, *older = group
        if older:
            newest = replace(newest, times=1 + len(older), first_at=older[-1].event.at, raw=newest.said)
        lines.append(newest)
    for goes_on, at in ((goes_on_before, 0), (goes_on_after, -1)):
        if goes_on and lines:
            lines[at] = replace(lines[at], is_cut=True)
    return lines


def _changes(ids: set[str]) -> Any:
    return RegisterChange.objects.filter(pk__in=ids).select_related("body") if ids else []


def _names(subject: Subject, label: str, ids: set[str], reader: Any, slug: str) -> Iterable[tuple[str, _Named]]:
    """Yield the words and the page of those of the records that ``reader`` may see and that are still there."""
    model: Any = apps.get_model(label)
    rows = model.objects.all()
    scope = next((name for name in ("visible_to", "manageable_by") if hasattr(rows, name)), None)
    if scope:
        rows = getattr(rows, scope)(reader)
    for pk, words, key in rows.filter(pk__in=ids).values_list("pk", subject.label, subject.url_field):
        yield str(pk), _Named(str(subject.named).format(name=words), _url(subject, slug, key))


def _url(subject: Subject, slug: str, key: Any) -> str:
    if not subject.url_name or not slug:
        return ""
    try:
        return reverse(subject.url_name, kwargs={"npm": slug, subject.url_argument: key})
    except NoReverseMatch:
        return ""


def _entry(
    event: AuditEvent,
    reader: Any,
    changes: dict[str, LogRow],
    names: dict[tuple[str, str], _Named],
    bodies: dict[int, str],
    people: dict[int, str],
    unnamed: list[int] | None,
) -> Entry:
    change = changes.get(event.object_id) if event.object_type == REGISTER_CHANGE else None
    of_bodies = [bodies[pk] for pk in event.body_ids if pk in bodies]
    sentence, named = _sentence(event, change, names, of_bodies)
    who = _who(event, unnamed, bodies)
    link = format_html('<a href="{}">{}</a>', named.url, named.words) if named.url else named.words
    return Entry(
        event=event,
        sentence=format_html(str(sentence), who=who, what=link),
        text=str(sentence).format(who=who, what=named.words),
        bodies=of_bodies,
        who=who,
        is_named=unnamed is None,
        change=change,
        raw=details_of(event, people, bodies) if _may_see_figures(event, reader) else [],
    )


def _who(event: AuditEvent, unnamed: list[int] | None, bodies: dict[int, str]) -> str:
    if event.actor is None:
        return str(THE_PORTAL)
    if unnamed is None:
        return event.actor.name
    told = ", ".join(bodies[pk] for pk in unnamed if pk in bodies)
    return _("Somebody of %(bodies)s") % {"bodies": told} if told else str(SOMEBODY)


def _sentence(
    event: AuditEvent, change: LogRow | None, names: dict[tuple[str, str], _Named], bodies: list[str]
) -> tuple[Promise | str, _Named]:
    """Return the sentence of ``event`` and the record it is about."""
    if change is not None:
        return REGISTER_SENTENCES[_done_to(change.change)], _Named(_register_words(change, bodies))
    action = ACTIONS.get(event.action)
    subject = SUBJECTS.get(event.object_type)
    in_general = _Named(str(subject.unnamed if subject else SOMETHING))
    named = names.get((event.object_type, event.object_id), in_general)
    return (action.sentence if action else "{who}: " + event.action.replace("{", "").replace("}", "")), named


def _done_to(change: RegisterChange) -> str:
    if change.act == RegisterChange.Act.CORRECTION:
        return "corrected"
    if change.act == RegisterChange.Act.REMOVAL or (change.before and not change.after):
        return "removed"
    return "added" if change.after and not change.before else "changed"


def _register_words(row: LogRow, bodies: list[str]) -> str:
    record = row.record[:1].lower() + row.record[1:]
    return _("{record} of {body}").format(record=record, body=", ".join(bodies)) if bodies else record


def _may_see_figures(event: AuditEvent, reader: Any) -> bool:
    """Tell whether the counts of ``event`` concern ``reader`` whole: those of an export speak of other bodies too."""
    if len(event.body_ids) < 2 or event.actor_id == reader.pk:
        return True
    grants, permission = grants_of(reader), permission_of(event.action)
    return bool(permission) and event.mechanism_id in grants.on(permission)
