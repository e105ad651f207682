"""What a decision or a task can be about: the kinds of records, how to name and open each, and who may see it.

Each app registers the kinds it owns when it starts (AppConfig.ready). A record is named to a reader only if the
kind's own ``visible_to`` gives it to that reader; otherwise it stays “a record you cannot open”.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Value
from django.urls import Resolver404, resolve
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from members.models import Decision, Mechanism, Task

Key = tuple[str, str]
NOTHING: Key = ("", "")
SHOWN = 20


@dataclass(frozen=True)
class RecordKind:
    """One kind of record: its ``model``, in words, and four questions about it."""

    model: type[models.Model]
    name: str | Promise
    visible_to: Callable[[Any], Any]  # user → QuerySet, loaded with what the words need
    words: Callable[[Any], str]
    url: Callable[[Any], str]
    mechanism: str = "mechanism"  # lookup that leads to the mechanism
    # Name of a page's address → {argument: lookup}: from the address of a page to its record.
    addresses: dict[str, dict[str, str]] = field(default_factory=dict)
    is_listed: bool = False  # few enough to choose from a list

    @property
    def label(self) -> str:
        return self.model._meta.label_lower


@dataclass(frozen=True)
class Concerned:
    """A record as one reader sees it: in words, with its page; without one where the reader may not open it."""

    words: str
    url: str = ""


KINDS: dict[str, RecordKind] = {}


def register(kind: RecordKind) -> None:
    """Make ``kind`` known; called once from AppConfig.ready of the app that owns the model."""
    KINDS[kind.label] = kind


def key_of(record: models.Model | None) -> Key:
    """Return what is stored to point to ``record``: its model and its key, or two empty texts for none."""
    return (record._meta.label_lower, str(record.pk)) if record else NOTHING


def resolve_all(keys: Iterable[Key], reader: Any) -> dict[Key, Concerned]:
    """Return each record of ``keys`` as ``reader`` sees it: one query (and its prefetches) for each kind."""
    wanted: dict[str, set[str]] = {}
    for label, identifier in keys:
        if label:
            wanted.setdefault(label, set()).add(identifier)
    hidden = Concerned(_("a record you cannot open"))
    found = {(label, identifier): hidden for label, ids in wanted.items() for identifier in ids}
    for label, ids in wanted.items():
        if kind := KINDS.get(label):
            for record in kind.visible_to(reader).filter(pk__in=ids):
                words = f"{str(kind.name).capitalize()}: {kind.words(record)}"
                found[label, str(record.pk)] = Concerned(words, kind.url(record))
    return found


def find(key: Key, reader: Any, mechanism: Mechanism) -> models.Model | None:
    """Return the record ``key`` names, if it is one of ``mechanism`` that ``reader`` may see."""
    kind = KINDS.get(key[0])
    if kind is None:
        return None
    try:
        primary = kind.model._meta.pk.to_python(key[1])
    except ValidationError:
        return None
    return _in(kind, reader, mechanism).filter(pk=primary).first()


def at_address(address: str, reader: Any, mechanism: Mechanism) -> models.Model | None:
    """Return the record whose page has ``address`` (whole or from the first slash), under the same conditions."""
    path = address.strip().split("?")[0].split("#")[0]
    if "://" in path:
        path = "/" + path.split("://", 1)[1].partition("/")[2]
    try:
        match = resolve(path)
    except Resolver404:
        return None
    if match.kwargs.get("npm") != mechanism.slug:
        return None
    for kind in KINDS.values():
        if lookups := kind.addresses.get(match.view_name):
            wanted = {lookup: match.kwargs[argument] for argument, lookup in lookups.items()}
            return _in(kind, reader, mechanism).filter(**wanted).first()
    return None


def choices(reader: Any, mechanism: Mechanism) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Give the groups of a select: each listed kind with its records, as “members.memberbody 12”."""
    for kind in KINDS.values():
        if kind.is_listed:
            rows = [(f"{kind.label} {r.pk}", kind.words(r)) for r in _in(kind, reader, mechanism)]
            if rows:
                yield str(kind.name).capitalize(), rows


def decisions_and_tasks_of(record: models.Model, reader: Any) -> dict[str, Any]:
    """Return what is printed on the page of ``record`` (members/_decisions_and_tasks.html), as far as ``reader`` may.

    Decisions: those of groups whose inside the reader knows. Tasks: the reader's own circle, and those agreed in such
    a group. One query where there is nothing, as of most records; four at most. The newest twenty of each.
    """
    label, identifier = key_of(record)
    decisions = Decision.objects.filter(concerns=label, concerns_id=identifier).order_by()
    tasks = Task.objects.filter(concerns=label, concerns_id=identifier).order_by()
    is_there = {word for (word,) in decisions.values_list(Value("decisions")).union(tasks.values_list(Value("tasks")))}
    found: dict[str, list[Any]] = {"decisions": [], "tasks": []}
    if "decisions" in is_there:
        known = decisions.visible_to(reader).select_related("meeting__group")
        found["decisions"] = list(known.order_by("-meeting__starts_at")[:SHOWN])
    if "tasks" in is_there:
        found["tasks"] = list(tasks.known_to(reader).select_related("owner").order_by("state", "due_on")[:SHOWN])
    return found


def _in(kind: RecordKind, reader: Any, mechanism: Mechanism) -> Any:
    return kind.visible_to(reader).filter(**{kind.mechanism: mechanism})
