"""What happened to a body or a whole mechanism, as sentences with a day and a source, from the dated facts alone.

A change of name is told once (“… is called … from now on”), not as an end and a beginning; so is a change of status.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Prefetch
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.models import (
    BodyName,
    Coordination,
    Designation,
    LegalBasis,
    Mechanism,
    MechanismProfile,
    Remit,
    RemitBody,
    Succession,
)
from members.models.names import name_of_day

MEMBERS, COVERAGE = "members", "coverage"


@dataclass(frozen=True)
class Event:
    """One thing that happened: on a day (known as exactly as `precision` says), in a sentence, read in `source`."""

    day: date
    precision: str
    what: str
    sentence: str
    source: Any
    note: str = ""
    body: str = ""  # the short name of the body it is about, for a link


def timeline(mechanism: Mechanism, *, body: Any = None, what: str = "") -> list[Event]:
    """Return the events of ``mechanism`` (or of one ``body`` of it), newest first, in a constant number of queries.

    ``what`` is MEMBERS or COVERAGE to see only those.
    """
    telling = _Telling(mechanism, body)
    found: list[Event] = []
    if what != COVERAGE:
        for source in (telling.names, telling.designations, telling.coordination, telling.successions):
            found += source()
        found += telling.profiles() if body is None else telling.laws()
    if what != MEMBERS:
        found += telling.remits()
    return sorted(found, key=lambda event: (event.day, event.precision), reverse=True)


def by_day(events: Iterable[Event]) -> list[list[Event]]:
    """Return the events in groups of what happened on one day (or in one month or year, where that is all we know)."""
    return [list(group) for _key, group in groupby(events, key=lambda event: (event.day, event.precision))]


def by_year(events: Iterable[Event]) -> list[tuple[int, list[list[Event]]]]:
    """Return the events under the year in which they happened, and there by day."""
    return [(year, by_day(group)) for year, group in groupby(events, key=lambda event: event.day.year)]


class _Telling:
    """The dated facts of one mechanism, told one kind at a time."""

    def __init__(self, mechanism: Mechanism, body: Any) -> None:
        self.mechanism, self.body = mechanism, body
        self.called: dict[int, list[BodyName]] = defaultdict(list)
        self.slugs = dict(mechanism.bodies.order_by("position").values_list("pk", "slug"))
        names = BodyName.objects.in_use().filter(body__mechanism=mechanism)
        for name in names.select_related("source").order_by("starts_on"):
            self.called[name.body_id].append(name)

    def name(self, body: int, on: date) -> str:
        found = name_of_day(self.called[body], on)
        return found.name if found else self.slugs.get(body, "")

    def facts(self, model: Any, path: str = "body__mechanism") -> Any:
        rows = model.objects.in_use().filter(**{path: self.mechanism})
        if self.body is not None:
            rows = rows.filter(body=self.body)
        return rows.select_related("source").order_by("starts_on", "pk")

    def names(self) -> Iterator[Event]:
        for body, names in self.called.items():
            if self.body is not None and body != self.body.pk:
                continue
            for before, name in zip(names, names[1:], strict=False):
                sentence = _("{old} is called {new} from now on").format(old=before.name, new=name.name)
                yield self.begins(name, sentence, body)

    def designations(self) -> Iterator[Event]:
        for body, spells in groupby(sorted(self.facts(Designation), key=lambda d: d.body_id), lambda d: d.body_id):
            before: Any = None
            for spell in spells:
                follows = before is not None and before.ends_on == spell.starts_on
                if before is not None and not follows:
                    yield self.leaves(before, body)
                yield self.enters(spell, before if follows else None, body)
                before = spell
            if before is not None and before.ends_on:
                yield self.leaves(before, body)

    def enters(self, spell: Any, before: Any, body: int) -> Event:
        said = {"body": self.name(body, spell.starts_on), "status": spell.get_status_display()}
        if before is not None and before.status == spell.status:
            sentence = _("{body}: {status} anew").format(**said)
        elif before is not None:
            sentence = _("{body}: from {old} to {status}").format(old=before.get_status_display(), **said)
        else:
            sentence = _("{body} enters the mechanism: {status}").format(**said)
        return self.begins(spell, f"{sentence} ({spell.instrument})" if spell.instrument else sentence, body)

    def leaves(self, spell: Any, body: int) -> Event:
        last_day = spell.ends_on - timedelta(days=1)
        said = {"body": self.name(body, last_day), "status": spell.get_status_display()}
        return self.ends(spell, _("{body} leaves the mechanism; it was {status}").format(**said), body)

    def coordination(self) -> Iterator[Event]:
        for fact in self.facts(Coordination, "mechanism"):
            name = self.name(fact.body_id, fact.starts_on)
            yield self.begins(fact, _("{body} begins to coordinate").format(body=name), fact.body_id)
            if fact.ends_on:
                name = self.name(fact.body_id, fact.ends_on - timedelta(days=1))
                yield self.ends(fact, _("{body} no longer coordinates").format(body=name), fact.body_id)

    def successions(self) -> Iterator[Event]:
        rows = Succession.objects.filter(predecessor__mechanism=self.mechanism).select_related("source")
        for row in rows:
            if self.body is not None and self.body.pk not in (row.predecessor_id, row.successor_id):
                continue
            before = name_of_day(self.called[row.predecessor_id], row.happened_on)
            parts = {
                "predecessor": before.name if before else self.slugs[row.predecessor_id],
                "kind": row.get_kind_display(),
                "successor": self.name(row.successor_id, row.happened_on),
            }
            slug = self.slugs[row.successor_id]
            sentence = "{predecessor} – {kind} – {successor}".format(**parts)
            yield Event(row.happened_on, row.happened_precision, MEMBERS, sentence, row.source, row.note, slug)

    def profiles(self) -> Iterator[Event]:
        for fact in self.facts(MechanismProfile, "mechanism"):
            yield self.begins(fact, _("The mechanism is now a {form}").format(form=fact.get_profile_display()))

    def laws(self) -> Iterator[Event]:
        for fact in self.facts(LegalBasis):
            yield self.begins(fact, _("Legal basis: {title}").format(title=fact.title), fact.body_id)
            if fact.ends_on:
                yield self.ends(fact, _("No longer the legal basis: {title}").format(title=fact.title), fact.body_id)

    def remits(self) -> Iterator[Event]:
        parts = Prefetch("parts", RemitBody.objects.order_by("position"))
        rows = Remit.objects.in_use().filter(setting__mechanism=self.mechanism, parts__isnull=False)
        if self.body is not None:
            rows = rows.filter(parts__body=self.body)
        rows = rows.distinct().order_by("setting__position", "position", "starts_on")
        for row in rows.select_related("source", "setting").prefetch_related(parts, "jurisdictions"):
            where = ", ".join(place.name for place in row.jurisdictions.all())
            said = {"setting": row.setting.name, "where": where, "layer": row.get_layer_display()}
            who = self.people(row, row.starts_on)
            yield self.begins(
                row, _("{who}: {setting}, {where} ({layer})").format(who=who, **said), what=COVERAGE
            )  # fmt: skip
            if row.ends_on:
                who = self.people(row, row.ends_on - timedelta(days=1))
                sentence = _("No longer {who}: {setting}, {where} ({layer})").format(who=who, **said)
                yield self.ends(row, sentence, what=COVERAGE)

    def people(self, remit: Any, on: date) -> str:
        found = (name_of_day(self.called[part.body_id], on) for part in remit.parts.all())
        return ", ".join(name.abbreviation for name in found if name)

    def begins(self, fact: Any, sentence: str, body: int = 0, what: str = MEMBERS) -> Event:
        slug = self.slugs.get(body, "")
        return Event(
            fact.starts_on, fact.starts_precision, what, capfirst(sentence), fact.source, fact.note, slug
        )  # fmt: skip

    def ends(self, fact: Any, sentence: str, body: int = 0, what: str = MEMBERS) -> Event:
        slug = self.slugs.get(body, "")
        return Event(fact.ends_on, fact.ends_precision, what, capfirst(sentence), fact.source, fact.note, slug)
