"""The parts of a visit's record that stand in tables of their own, as its page prints them."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from visits.models import NeedExamined, TeamMember, Visit, VisitFigure
from visits.models.body_names import BodyNames
from visits.views.differences import bodies_in_words

Printed = tuple[str, Any, str]  # label, value, note

WORDS_OF_A_TEAM: dict[str, Any] = {
    choice.value: choice.label
    for choices in (TeamMember.Role, TeamMember.Standing, TeamMember.Profession, TeamMember.Sex)
    for choice in choices
    if choice.value != "other"
}
PEOPLE = {
    TeamMember.Sex.FEMALE: lambda n: ngettext("%(n)s woman", "%(n)s women", n),
    TeamMember.Sex.MALE: lambda n: ngettext("%(n)s man", "%(n)s men", n),
    TeamMember.Sex.OTHER: lambda n: ngettext("%(n)s person of another sex", "%(n)s people of another sex", n),
}


def figures_of(visit: Visit) -> list[Printed]:
    """Return the recorded figures in the order of their groups; of what has no row nothing is said. One query."""
    rows = {row.measure: row for row in visit.figures.all()}
    found: list[Printed] = []
    for title, _total, measures in VisitFigure.GROUPS:
        for measure in measures:
            if row := rows.get(measure):
                found.append((str(capfirst(VisitFigure.Measure(measure).label)), row.stated, str(title)))
    return found


def needs_of(visit: Visit) -> list[Printed]:
    """Return of which groups the needs were examined. One query."""
    order = list(NeedExamined.Group)
    rows = sorted(visit.needs.all(), key=lambda row: order.index(NeedExamined.Group(row.group)))
    label = _("Needs of %(group)s")
    return [(label % {"group": row.get_group_display()}, row.get_answer_display(), row.note) for row in rows]


def composition_of(team: Iterable[TeamMember]) -> str:
    """Return the team without names: “three people: 2 lay, 1 professional; law, medicine; 2 women, 1 man; Polish”."""
    members = list(team)
    if not members:
        return ""
    count = ngettext("%(n)s person", "%(n)s people", len(members)) % {"n": len(members)}
    standings = Counter(member.standing for member in members if member.standing)
    parts = [", ".join(f"{n} {TeamMember.Standing(standing).label}" for standing, n in sorted(standings.items()))]
    parts.append(", ".join(sorted({str(m.get_profession_display()) for m in members if m.profession})))
    sexes = Counter(member.sex for member in members if member.sex)
    parts.append(", ".join(PEOPLE[TeamMember.Sex(sex)](n) % {"n": n} for sex, n in sorted(sexes.items())))
    parts.append(", ".join(sorted({language for member in members for language in member.languages})))
    known = "; ".join(part for part in parts if part)
    return f"{count}: {known}" if known else count


def names_of(team: Iterable[TeamMember]) -> list[str]:
    """Return the team by name and role, for the bodies involved."""
    named = ((row.name or (row.user.name if row.user else ""), row.get_role_display()) for row in team)
    return [f"{name} ({role})" for name, role in named if name]


def label_of_row(field: str, key: str) -> str:
    """Return what one row of a part of the record is called, as the feed prints it; "" where it has no name."""
    if field == "figures":
        return str(capfirst(VisitFigure.Measure(key).label))
    if field == "needs":
        return _("Needs of %(group)s") % {"group": NeedExamined.Group(key).label}
    return ""


def told_in_words(field: str, value: Any, names: BodyNames) -> str:
    """Return in words what the feed kept of one row of a part of the record (visits.actions.record)."""
    if value in (None, "", []):
        return _("Not recorded")
    if field == "figures":
        return str(VisitFigure.Availability(value).label) if isinstance(value, str) else str(value)
    if field == "needs":
        answer, note = value
        return ": ".join(filter(None, [str(NeedExamined.Answer(answer).label), note]))
    if field == "team":
        body, *known = value
        return ", ".join([bodies_in_words([body], names), *(str(WORDS_OF_A_TEAM.get(word, word)) for word in known)])
    return str(value)
