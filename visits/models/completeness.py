"""What a visit still lacks, in words: for the submit button and for the meter of the annual return."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Coalesce, Lower, NullIf, Trim
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models.remit import monitors
from visits.models.figure import VisitFigure
from visits.models.need import NeedExamined
from visits.models.question import Answer, Question, QuestionVersion
from visits.models.rating import ScaleVersion, Standard, VisitRating
from visits.models.visit import Visit


@dataclass(frozen=True)
class Gap:
    """Something not recorded that submitting asks for: the form's field and a sentence."""

    field: str
    sentence: str


class Status(models.TextChoices):
    """How far a part is: nobody has looked, somebody has and something is missing, nothing is missing (ux.md 10)."""

    NOT_STARTED = "not_started", gettext_lazy("not started")
    IN_PROGRESS = "in_progress", gettext_lazy("in progress")
    COMPLETED = "completed", gettext_lazy("completed")


@dataclass(frozen=True)
class Part:
    """One part of the record as the meter shows it: how far it is, and what the annual return still misses of it."""

    name: str
    label: Promise
    status: Status
    missing: list[str]
    first_missing: str  # the field of the form to go to

    @property
    def is_complete(self) -> bool:
        return self.status == Status.COMPLETED


# What the annual return counts of a visit beyond the fields that every visit has (domain.md 4.2 and 4.3). Of the
# tables of their own it is said in words what is missing: `_missing_of_figures` and the others below.
OF_THE_VISIT: dict[str, tuple[Promise, tuple[str, ...]]] = {
    "times": (gettext_lazy("Times and trigger"), ("time_in", "time_out", "trigger")),
    "access": (gettext_lazy("Access"), ("access",)),
    "numbers": (
        gettext_lazy("Numbers of people"),
        tuple(name for name in Visit.FUNNEL if name != "people_observed"),
    ),
    "talks": (gettext_lazy("Talks with people"), ("privacy", "interpreting")),
    "judgement": (gettext_lazy("Judgement of the place"), ("satisfaction",)),
    "summary": (gettext_lazy("Summary"), ("summary",)),
}
OF_TABLES: dict[str, Promise] = {
    "team": gettext_lazy("Team"),
    "figures": gettext_lazy("Situation on the day"),
    "needs": gettext_lazy("Needs examined"),
}
# What the body itself calls needed, of what it judges and asks by.
OF_THE_BODY: dict[str, Promise] = {
    "ratings": gettext_lazy("Ratings"),
    "answers": gettext_lazy("Answers to the body’s questions"),
}
NEEDED: dict[str, tuple[Any, Any, Any, str]] = {
    "ratings": (Standard, ScaleVersion, VisitRating, "standard"),
    "answers": (Question, QuestionVersion, Answer, "question"),
}
AT_A_CLOSED_DOOR = ("times", "team", "access", "summary")  # nothing else can be recorded where entry was refused
ORDER = (
    "times",
    "team",
    "access",
    "numbers",
    "talks",
    "figures",
    "needs",
    "ratings",
    "answers",
    "judgement",
    "summary",
)


def parts_of(visit: Visit, sees: frozenset[str]) -> list[Part]:
    """Return the parts of the record beyond the few every visit has, for the completeness meter.

    Only what the reader ``sees`` counts: that something is recorded in a hidden field is not told either. One query
    for each table (none where `visit` has them already, or says that nothing is needed of it).
    """
    asked = AT_A_CLOSED_DOOR if visit.validity == Visit.Validity.REFUSED and "validity" in sees else ORDER
    parts = (_part_of(name, visit, sees) for name in asked)
    return [part for part in parts if part is not None]


def _part_of(name: str, visit: Visit, sees: frozenset[str]) -> Part | None:
    if name in OF_THE_BODY:
        return _needed_of(name, visit) if name in sees and getattr(visit, f"needs_{name}", True) else None
    if name in OF_TABLES:
        if name not in sees:
            return None
        rows = list(getattr(visit, name).all())
        return _part(name, OF_TABLES[name], MISSING[name](rows), "", is_begun=bool(rows))
    label, fields = OF_THE_VISIT[name]
    seen = [field for field in fields if field in sees]
    if not seen:
        return None
    empty = [field for field in seen if getattr(visit, field) in (None, "")]
    words = [str(Visit._meta.get_field(field).verbose_name) for field in empty]  # type: ignore[union-attr]
    return _part(name, label, words, empty[0] if empty else "", is_begun=len(empty) < len(seen))


def _needed_of(name: str, visit: Visit) -> Part | None:
    """Return the part of what the body's scales or questions need of this visit; None where they need nothing.

    Needed is what the versions in force on its first day need. Where the visit was judged by another version of the
    same scale, what is called the same there counts (visits.judgement_columns has the same rule for columns).
    """
    asked, versions, rows, row = NEEDED[name]
    words, owner = ("name", "version__scale") if name == "ratings" else ("text", "version__question_set__body")
    same = {f"{row}__{owner}": OuterRef(owner), "said_of": OuterRef("called")}
    said = rows.objects.filter(visit=visit.pk).annotate(said_of=_called(f"{row}__{words}")).filter(**same)
    required = asked.objects.filter(is_required=True, version__in=versions.objects.in_force_for(visit).values("pk"))
    needed = list(required.annotate(called=_called(words)).annotate(is_said=Exists(said)))
    if not needed:
        return None
    missing = [str(each) for each in needed if not each.is_said]
    return _part(name, OF_THE_BODY[name], missing, "", is_begun=len(missing) < len(needed))


def _called(words: str) -> Any:
    """What a standard or question is called, in English or else in Dutch, without capitals."""
    return Lower(Trim(Coalesce(NullIf(f"{words}_en", Value("")), f"{words}_nl")))


def _part(name: str, label: Promise, missing: list[str], first_missing: str, *, is_begun: bool) -> Part:
    status = Status.COMPLETED if not missing else Status.IN_PROGRESS if is_begun else Status.NOT_STARTED
    return Part(name, label, status, missing if is_begun else [], first_missing)


def _missing_of_figures(rows: list[Any]) -> list[str]:
    """A number, or why there is none, is asked for: a capacity, the total, one of each group, all since last time."""
    present = {row.measure for row in rows}
    missing = []
    for title, total, measures in VisitFigure.GROUPS:
        if total is not None:
            missing += [] if present.intersection(measures) else [str(title).lower()]
        elif measures == SINCE_THE_LAST_VISIT:
            missing += [str(measure.label) for measure in measures if measure not in present]
    if not present.intersection(CAPACITIES):
        missing.insert(0, _("capacity"))
    return [*([] if Measure.HELD in present else [str(Measure.HELD.label)]), *missing]


def _missing_of_needs(rows: list[Any]) -> list[str]:
    answered = {row.group for row in rows}
    return [str(group.label) for group in NeedExamined.Group if group not in answered]


def _missing_of_team(rows: list[Any]) -> list[str]:
    if not rows:
        return [_("who made the visit")]
    return [] if all(row.standing for row in rows) else [_("who is lay, who professional")]


Measure = VisitFigure.Measure
CAPACITIES = (Measure.CAPACITY_OFFICIAL, Measure.CAPACITY_OPERATIONAL)
SINCE_THE_LAST_VISIT = next(measures for _t, _n, measures in VisitFigure.GROUPS if Measure.DEATHS in measures)
MISSING: dict[str, Callable[[list[Any]], list[str]]] = {
    "team": _missing_of_team,
    "figures": _missing_of_figures,
    "needs": _missing_of_needs,
}


def gaps_of(visit: Visit) -> list[Gap]:
    """Return what stands between a stored ``visit`` and handing it in: a place in the register, and `gaps_in`."""
    if not visit.place.is_struck_off:
        return gaps_in(visit)
    sentence = _("Choose another place: %(place)s is no longer in the register.")
    return [Gap("place", sentence % {"place": visit.place.name}), *gaps_in(visit)]


def gaps_in(visit: Visit) -> list[Gap]:
    """Return what must be recorded before ``visit`` is handed in: access (OPCAT Article 20 c) and some reasons."""
    gaps = []
    took_place_there = visit.mode == Visit.Mode.ON_SITE
    if took_place_there and not visit.access:
        gaps.append(Gap("access", _("Record whether the visitors had access to everything.")))
    if visit.access == Visit.Access.DELAYED and visit.access_delay_minutes is None:
        gaps.append(Gap("access_delay_minutes", _("Record how many minutes access was delayed.")))
    if visit.has_access_problem and not (visit.access_reason or visit.access_note):
        gaps.append(Gap("access_reason", _("Record the reason given for the access problem, or describe it.")))
    if not visit.outside_remit_reason and not is_within_remit(visit):
        gaps.append(Gap("outside_remit_reason", _("Record why the body visited outside its remit.")))
    return gaps


def is_within_remit(visit: Visit) -> bool:
    """Tell whether the lead body has a remit for the setting and jurisdiction on the visit's first day."""
    return monitors(visit.lead_body_id, visit.setting_id, visit.jurisdiction_id, visit.starts_on)
