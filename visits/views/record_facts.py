"""The parts of a visit’s record that stand in tables of their own, and what follows from it, as its page prints."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from members.public_holidays import LIBRARY, Holidays
from visits import field_table
from visits.models import NeedExamined, TeamMember, Visit, VisitFigure
from visits.models.body_names import BodyNames
from visits.models.derived import days_of, holidays_of, is_at_night, occupancy_of, stay_of, weekend_days_of
from visits.views import finding_facts, question_facts
from visits.views.differences import Difference, bodies_in_words

Printed = tuple[str, Any, str]  # label, value, note
Measure = VisitFigure.Measure

ORDER = [measure.value for _title, _total, measures in VisitFigure.GROUPS for measure in measures]
PEOPLE = {
    TeamMember.Sex.FEMALE: lambda n: ngettext("%(n)s woman", "%(n)s women", n),
    TeamMember.Sex.MALE: lambda n: ngettext("%(n)s man", "%(n)s men", n),
    TeamMember.Sex.OTHER: lambda n: ngettext("%(n)s person of another sex", "%(n)s people of another sex", n),
}


def load_record(visit: Visit, sees: frozenset[str]) -> None:
    """Read the tables of the record that the reader ``sees``, once for all of the page: one query for each."""
    team = Prefetch("team", TeamMember.objects.select_related("user"))
    lookups: list[Any] = [name for name in ("figures", "needs") if name in sees]
    prefetch_related_objects([visit], *lookups, *([team] if sees & {"team", "team_names"} else []))


# -- Situation --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class FigureGroup:
    """The recorded figures that stand together."""

    title: Any
    rows: list[tuple[str, Any, bool]]  # what it is called, the number or why there is none, whether it is a number


def figures_of(visit: Visit) -> list[FigureGroup]:
    """Return the recorded figures in their groups; of what has no row nothing is said."""
    present = {row.measure: row for row in visit.figures.all()}
    groups = []
    for title, _total, measures in VisitFigure.GROUPS:
        rows = [present[measure] for measure in measures if measure in present]
        if rows:
            groups.append(FigureGroup(title, [_figure(row) for row in rows]))
    return groups


def _figure(row: VisitFigure) -> tuple[str, Any, bool]:
    return str(capfirst(Measure(row.measure).label)), row.stated, row.value is not None


def occupancy_in_words(visit: Visit) -> list[Printed]:
    """Return the occupancy rate, computed and never asked; nothing where no figure is recorded at all."""
    rows = list(visit.figures.all())
    if not rows:
        return []
    label = _("Occupancy rate")
    found = occupancy_of(rows)
    if found is None:
        return [(label, _("Not available"), _("the people held in all, or the capacity, is not recorded"))]
    words = {"held": found.held, "capacity": found.capacity, "of": Measure(found.of).label}
    return [(label, f"{found.percentage} %", _("%(held)s held, %(of)s %(capacity)s") % words)]


def needs_of(visit: Visit) -> list[Printed]:
    """Return of which groups the needs were examined."""
    order = list(NeedExamined.Group)
    rows = sorted(visit.needs.all(), key=lambda row: order.index(NeedExamined.Group(row.group)))
    label = _("Needs of %(group)s")
    return [(label % {"group": row.get_group_display()}, row.get_answer_display(), row.note) for row in rows]


# -- Team -------------------------------------------------------------------------------------------------------------
def composition_of(team: Iterable[TeamMember]) -> list[Printed]:
    """Return the team without names: how many, in which roles, lay or professional, professions, sex, languages."""
    members = list(team)
    if not members:
        return []
    count = ngettext("%(n)s person", "%(n)s people", len(members)) % {"n": len(members)}
    standings = _counted(TeamMember.Standing, (member.standing for member in members))
    professions = _counted(TeamMember.Profession, (member.profession for member in members))
    sexes = Counter(member.sex for member in members if member.sex)
    found = [
        (_("Team"), count),
        (_("Roles"), _counted(TeamMember.Role, (member.role for member in members))),
        (_("Lay or professional"), standings),
        (_("Professions"), professions),
        (_("Women and men"), ", ".join(PEOPLE[sex](sexes[sex]) % {"n": sexes[sex]} for sex in PEOPLE if sexes[sex])),
        (_("Languages"), ", ".join(sorted({language for member in members for language in member.languages}))),
    ]
    return [(label, value, "") for label, value in found if value]


def _counted(choices: Any, values: Iterable[str]) -> str:
    """Return how often each of ``values`` occurs, “1 lead of the team, 2 member”, in the order of ``choices``."""
    counts = Counter(value for value in values if value)
    return ", ".join(f"{counts[choice.value]} {choice.label}" for choice in choices if counts[choice.value])


def names_of(team: Iterable[TeamMember], *, with_roles: bool) -> list[str]:
    """Return the team by name for the bodies involved, with declared conflicts of interest."""
    found = []
    for row in team:
        known = [row.get_role_display()] if with_roles else []
        if row.has_conflict_of_interest:
            known.append(_("conflict of interest declared"))
        name = row.name or (row.user.name if row.user else "")
        if name or row.has_conflict_of_interest:
            found.append(f"{name or _('without a name')} ({', '.join(known)})" if known else name)
    return found


# -- What follows from the record -------------------------------------------------------------------------------------
def derived_of(visit: Visit, sees: frozenset[str]) -> list[Printed]:
    """Return weekend, public holidays, length and day or night, as far as the reader ``sees`` what they follow from."""
    found: list[Printed] = []
    if sees >= {"starts_on", "ends_on"}:
        found.append((_("Weekend"), _weekend(visit), ""))
    if sees >= {"starts_on", "ends_on", "jurisdiction"}:
        found.append((_("Public holidays"), *_holidays(visit)))
    if sees >= {"starts_on", "ends_on", "time_in", "time_out"}:
        found.append((_("Length"), _length(visit), ""))
        at_night = is_at_night(visit)
        if at_night is None:
            found.append((_("Day or night"), _("Not available"), _("the time in is not recorded")))
        else:
            found.append((_("Day or night"), _("at night (22:00 to 6:00)") if at_night else _("by day"), ""))
    return found


def _weekend(visit: Visit) -> str:
    days, weekend = days_of(visit), weekend_days_of(visit)
    if days == 1:
        return _("on a Saturday or Sunday") if weekend else _("on a weekday")
    words = {"n": weekend, "of": days}
    return _("%(n)s of %(of)s days on a Saturday or Sunday") % words if weekend else _("on weekdays")


def _holidays(visit: Visit) -> tuple[str, str]:
    """Return on which public holidays the visit was, and by whose count. Without a calendar nothing is claimed."""
    code, language = visit.jurisdiction.holiday_calendar, get_language() or ""
    if not code:
        return _("Not available"), _("no calendar of public holidays is chosen for the jurisdiction")
    found = holidays_of(visit, language)
    if found is None:
        return _("Not available"), _("the calendar %(calendar)s does not tell of this year") % {"calendar": code}
    words = {"library": LIBRARY, "calendar": code}
    note = _("as counted by %(library)s, calendar %(calendar)s") % words
    if found.leaves_out_parts:
        note = _("%(note)s; holidays of single parts of the country are not counted") % {"note": note}
    return _holidays_in_words(found, days_of(visit), language), note


def _holidays_in_words(found: Holidays, days: int, language: str) -> str:
    kinds = [
        (found.general, _("on a public holiday: {names}"), _("{n} of {of} days on public holidays: {names}")),
        (
            found.optional,
            _("on a holiday that is no general day off: {names}"),
            _("{n} of {of} days on holidays that are no general day off: {names}"),
        ),
    ]
    parts = []
    for names, one_day, more in kinds:
        if names:
            called = ", ".join(dict.fromkeys(name for day in names.values() for name in day))
            words = {"n": len(names), "of": days, "names": _in_own_language(called, found.language, language)}
            parts.append(format_html(one_day if days == 1 else more, **words))
    return format_html_join("; ", "{}", ((part,) for part in parts)) if parts else _("on no public holiday")


def _in_own_language(names: str, own: str, language: str) -> str:
    return names if own == language.partition("-")[0] else format_html('<span lang="{}">{}</span>', own, names)


def _length(visit: Visit) -> str:
    stay, days = stay_of(visit), days_of(visit)
    if stay is None:
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    hours, minutes = divmod(int(stay.total_seconds()) // 60, 60)
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": f"{minutes:02d}"}


# -- What was and what is ---------------------------------------------------------------------------------------------
def differences_in(field: str, before: Any, after: Any, names: BodyNames) -> Iterable[Difference]:
    """Yield in words in what two contents of one field differ, as visits.actions.record tells them."""
    if before == after:
        return
    label = str(capfirst(field_table.label_of(field)))
    if field == "team":  # told as a whole, as those read it who may not know who is who
        yield Difference(label, *(_team_in_words(rows, names) for rows in (before, after)))
        return
    keys = [*before, *(key for key in after if key not in before)]
    for key in sorted(keys, key=ORDER.index) if field == "figures" else keys:
        if before.get(key) != after.get(key):
            was, now = (_row_in_words(field, content.get(key)) for content in (before, after))
            told = after.get(key) or before.get(key)
            yield Difference(_label_of_row(field, key, told) or label, was, now, name=key)


def _team_in_words(rows: dict[str, Any], names: BodyNames) -> str:
    team = [TeamMember(**known) for known in rows.values()]
    bodies = list(dict.fromkeys(member.body_id for member in team))
    words = [str(value) for _label, value, _note in composition_of(team)]
    return "; ".join([*words, *([bodies_in_words(bodies, names)] if bodies else [])]) or _("Not recorded")


def _label_of_row(field: str, key: str, told: Any) -> str:
    if field in question_facts.FIELDS:
        return question_facts.label_of_told(told)
    if field == "figures":
        return str(capfirst(Measure(key).label))
    if field == "needs":
        return _("Needs of %(group)s") % {"group": NeedExamined.Group(key).label}
    if field == "findings":
        return _("Finding %(n)s") % {"n": key}
    return _("Person %(n)s") % {"n": key}


def _row_in_words(field: str, value: Any) -> str:
    if value is None:
        return _("Not recorded")
    if field in question_facts.FIELDS:
        return question_facts.told_in_words(field, value)
    if field == "figures":
        return str(VisitFigure.Availability(value).label) if isinstance(value, str) else str(value)
    if field == "needs":
        answer, note = value
        return ": ".join(filter(None, [str(NeedExamined.Answer(answer).label), note]))
    if field == "findings":
        return finding_facts.told_in_words(value)
    name, has_conflict = value
    conflict = {True: _("conflict of interest declared"), False: _("no conflict of interest declared")}
    return ", ".join(filter(None, [name or _("without a name"), conflict.get(has_conflict, "")]))
