"""The facts of one visit as its page prints them: the lines of the field table, of which the reader sees some."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format, time_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.models import BodyName
from visits import field_table
from visits.models import Visit
from visits.views.finding_facts import findings_of
from visits.views.question_facts import answers_of, ratings_of
from visits.views.record_facts import (
    FigureGroup,
    composition_of,
    derived_of,
    figures_of,
    names_of,
    needs_of,
    occupancy_in_words,
)
from visits.views.rows import BODIES, CHOSEN

Seen = frozenset[str]


@dataclass(frozen=True)
class Fact:
    """One fact: what it is called, what is recorded (None: nothing), a note beside it, where a link goes."""

    label: str
    value: Any
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Section:
    """One part of the page: facts, numbers in groups, and texts that stand for themselves."""

    part: str
    title: Promise
    facts: list[Fact] = field(default_factory=list)
    groups: list[FigureGroup] = field(default_factory=list)
    texts: list[Fact] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)  # words and address


Printer = Callable[[Visit, Seen], list[Fact]]


def sections_of(visit: Visit, bodies: list[BodyName], sees: Seen) -> list[Section]:
    """Return the parts of the page with the facts of ``visit`` that stand in ``sees``, in the order of the table."""
    sections = {part: Section(part, title) for part, title in field_table.PARTS.items()}
    for rule in field_table.TABLE.rules:
        if rule.field == "kind":  # after days and times
            sections[rule.part].facts.extend(Fact(*printed) for printed in derived_of(visit, sees))
        if rule.field not in sees or rule.field in ELSEWHERE:
            continue
        section = sections[rule.part]
        if rule.field == "figures":
            section.groups.extend(figures_of(visit))
        if rule.field in TEXTS:
            section.texts.append(Fact(_label(rule.field), getattr(visit, rule.field)))
        elif rule.field in BODIES:
            section.facts.extend(_bodies(rule.field, bodies))
        elif special := SPECIAL.get(rule.field):
            section.facts.extend(special(visit, sees))
        else:
            section.facts.append(Fact(_label(rule.field), _value(visit, rule.field)))
    return [section for section in sections.values() if section.facts or section.groups or section.texts]


def _label(name: str) -> str:
    return capfirst(field_table.label_of(name))


def _value(visit: Visit, name: str) -> Any:
    return getattr(visit, f"get_{name}_display")() if name in CHOSEN else getattr(visit, name)


def _bodies(name: str, bodies: list[BodyName]) -> list[Fact]:
    if name == "lead_body":
        return [Fact(_("Lead body"), body.name) for body in bodies[:1]]
    return [Fact(_("Partner body"), body.name) for body in bodies[1:]]


def _place(visit: Visit, sees: Seen) -> list[Fact]:
    place, parent = visit.place, visit.place.parent
    unit_of = [Fact(_("Unit of"), parent.name)] if parent else []
    if place.is_struck_off:
        return [Fact(_("Place"), place.name, note=_("No longer in the register of places")), *unit_of]
    url = reverse("visits:place_detail", kwargs={"npm": visit.mechanism.slug, "pk": place.pk})
    return [Fact(_("Place"), place.name, url=url), *unit_of]


def _first_day(visit: Visit, sees: Seen) -> list[Fact]:
    is_one_day = "ends_on" in sees and visit.starts_on == visit.ends_on
    return [Fact(_("Day") if is_one_day else _("First day"), date_format(visit.starts_on))]


def _last_day(visit: Visit, sees: Seen) -> list[Fact]:
    is_said = "starts_on" in sees and visit.starts_on == visit.ends_on
    return [] if is_said else [Fact(_("Last day"), date_format(visit.ends_on))]


def _time(name: str) -> Printer:
    def fact(visit: Visit, sees: Seen) -> list[Fact]:
        value = getattr(visit, name)
        return [Fact(_label(name), time_format(value) if value is not None else None)]

    return fact


def _kind(visit: Visit, sees: Seen) -> list[Fact]:
    return [Fact(_label("kind"), _value(visit, "kind"), visit.own_kind if "own_kind" in sees else "")]


def _own_kind(visit: Visit, sees: Seen) -> list[Fact]:
    return [] if "kind" in sees else [Fact(_label("own_kind"), visit.own_kind)]


def _delay(visit: Visit, sees: Seen) -> list[Fact]:
    is_delayed = visit.access == Visit.Access.DELAYED
    return [Fact(_label("access_delay_minutes"), visit.access_delay_minutes)] if is_delayed else []


def _reason(visit: Visit, sees: Seen) -> list[Fact]:
    if not (visit.has_access_problem or visit.access_reason):
        return []
    return [Fact(_label("access_reason"), _value(visit, "access_reason"))]


def _where_written(name: str) -> Printer:
    """Print a field that most visits do not need only where something stands in it."""

    def fact(visit: Visit, sees: Seen) -> list[Fact]:
        value = getattr(visit, name)
        return [Fact(_label(name), value)] if value else []

    return fact


def _figures(visit: Visit, sees: Seen) -> list[Fact]:
    """Print what follows from the numbers; they stand in the groups of the section."""
    found = [Fact(*printed) for printed in occupancy_in_words(visit)]
    return found or [Fact(_("Capacity and people held"), None)]


def _needs(visit: Visit, sees: Seen) -> list[Fact]:
    return [Fact(*printed) for printed in needs_of(visit)] or [Fact(_label("needs"), None)]


def _team(visit: Visit, sees: Seen) -> list[Fact]:
    return [Fact(*printed) for printed in composition_of(visit.team.all())] or [Fact(_("Team"), None)]


def _team_names(visit: Visit, sees: Seen) -> list[Fact]:
    names = names_of(visit.team.all(), with_roles="team" in sees)
    return [Fact(_("Names"), "\n".join(names), _("read by the bodies involved alone"))] if names else []


def _findings(visit: Visit, sees: Seen) -> list[Fact]:
    return [Fact(*printed) for printed in findings_of(visit)] or [Fact(_("Findings and recommendations"), None)]


def _ratings(visit: Visit, sees: Seen) -> list[Fact]:
    ratings = ratings_of(visit) if getattr(visit, "has_ratings", True) else []
    return [Fact(*printed) for printed in ratings] or [Fact(_("Ratings"), None)]


def _answers(visit: Visit, sees: Seen) -> list[Fact]:
    answers = answers_of(visit) if getattr(visit, "has_answers", True) else []
    return [Fact(*printed) for printed in answers] or [Fact(_("Answers to the body’s own questions"), None)]


TEXTS = ("summary",)
# Printed beside the facts: above the heading, as a tag, as the history.
ELSEWHERE = ("reference", "state", "history", "created_by", "attachments")
SPECIAL: dict[str, Printer] = {
    "place": _place,
    "setting": lambda visit, sees: [Fact(_("Setting"), visit.setting.name)],
    "jurisdiction": lambda visit, sees: [Fact(_("Jurisdiction"), visit.jurisdiction.name)],
    "starts_on": _first_day,
    "ends_on": _last_day,
    "time_in": _time("time_in"),
    "time_out": _time("time_out"),
    "kind": _kind,
    "own_kind": _own_kind,
    "outside_remit_reason": _where_written("outside_remit_reason"),
    "access_delay_minutes": _delay,
    "access_reason": _reason,
    "access_note": _where_written("access_note"),
    "figures": _figures,
    "needs": _needs,
    "findings": _findings,
    "ratings": _ratings,
    "answers": _answers,
    "team": _team,
    "team_names": _team_names,
    "interpreting_note": _where_written("interpreting_note"),
    "areas_seen": _where_written("areas_seen"),
    "staff_spoken_to": _where_written("staff_spoken_to"),
    "documents_checked": _where_written("documents_checked"),
    "isolation_note": _where_written("isolation_note"),
}
