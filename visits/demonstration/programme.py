"""Who may visit what on which day: the register of remits, weighted so that the programme looks like a real one."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from random import Random

from members.models import Designation, DetentionSetting, Jurisdiction, Mechanism, MemberBody, Remit, RemitBody
from visits.models.number import reference_prefix

# How often places of a setting are visited, by a part of its short name; lay monitors come more often than inspectors.
SETTING_WEIGHTS = (
    ("military", 0.2),
    ("police", 6.0),
    ("prison", 5.0),
    ("court", 2.0),
    ("mental", 3.5),
    ("care", 2.0),
    ("child", 1.5),
    ("immigration", 1.5),
    ("customs", 0.2),
    ("terror", 0.1),
    ("", 1.0),
)
LEADING = (RemitBody.Relation.LEAD, RemitBody.Relation.JOINTLY, RemitBody.Relation.SEPARATELY)
TOGETHER = (RemitBody.Relation.LEAD, RemitBody.Relation.JOINTLY, RemitBody.Relation.WITH)


def setting_weight(setting: DetentionSetting) -> float:
    """Return how often places of ``setting`` are visited, in comparison."""
    return next(weight for part, weight in SETTING_WEIGHTS if part in setting.slug)


def jurisdiction_weight(jurisdiction: Jurisdiction) -> float:
    """Return how much happens in ``jurisdiction``, in comparison."""
    return {"england": 6.0, "european-part": 6.0, "scotland": 2.0}.get(jurisdiction.slug, 1.0)


@dataclass(frozen=True)
class Option:
    """A body that may lead a visit to places of one setting and jurisdiction, and the bodies that may come along."""

    body: MemberBody
    prefix: str  # of the body's references
    setting: DetentionSetting
    jurisdiction: Jurisdiction
    is_lay: bool
    companions: tuple[MemberBody, ...]
    weight: float


@dataclass
class Programme:
    """The options of every day between two days; they change only when a remit or a designation does."""

    changes: list[date]
    options: list[list[Option]]
    totals: list[list[float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.totals = [list(accumulate(option.weight for option in options)) for options in self.options]

    def choose(self, rng: Random, on: date) -> Option | None:
        """Return one of the options of the day ``on``, None when nobody had a remit then."""
        period = bisect_right(self.changes, on) - 1
        options, totals = self.options[period], self.totals[period]
        if not options:
            return None
        return options[min(bisect_right(totals, rng.random() * totals[-1]), len(options) - 1)]

    def cells(self) -> list[tuple[DetentionSetting, Jurisdiction]]:
        """Return the settings and jurisdictions that anybody visits in the whole time."""
        found = {(o.setting.pk, o.jurisdiction.pk): (o.setting, o.jurisdiction) for day in self.options for o in day}
        return sorted(found.values(), key=lambda cell: (cell[0].position, cell[1].position))


def programme_of(mechanism: Mechanism, first: date, last: date) -> Programme:
    """Read the programme of ``mechanism`` from ``first`` to ``last`` out of its register of remits."""
    remits = list(
        Remit.objects.during(first, last)
        .filter(setting__mechanism=mechanism, setting__has_places=True)
        .select_related("setting")
        .prefetch_related("jurisdictions", "parts__body")
        .order_by("pk")
    )
    members = list(Designation.objects.during(first, last).filter(body__mechanism=mechanism))
    dated = [*remits, *members]
    days = {first} | {d for fact in dated for d in (fact.starts_on, fact.ends_on) if d and first < d <= last}
    changes = sorted(days)
    prefixes = {body.pk: reference_prefix(body) for body in mechanism.bodies.all()}
    return Programme(changes, [_options_on(day, remits, members, prefixes) for day in changes])


def _options_on(day: date, remits: list[Remit], members: list[Designation], prefixes: dict[int, str]) -> list[Option]:
    designated = {member.body_id for member in members if member.holds_on(day)}
    return [option for remit in remits if remit.holds_on(day) for option in _options_of(remit, designated, prefixes)]


def _options_of(remit: Remit, designated: set[int], prefixes: dict[int, str]) -> list[Option]:
    parts = [part for part in remit.parts.all() if part.body_id in designated]
    options = []
    for leader in (part for part in parts if part.relation in LEADING):
        together = leader.relation in TOGETHER
        companions = tuple(p.body for p in parts if together and p.relation in TOGETHER and p is not leader)
        is_lay = leader.body.kind == MemberBody.Kind.LAY
        rate = {Remit.Layer.COMMISSIONER: 0.2}.get(Remit.Layer(remit.layer), 8.0 if is_lay else 4.0)
        for jurisdiction in remit.jurisdictions.all():
            weight = rate * setting_weight(remit.setting) * jurisdiction_weight(jurisdiction)
            options.append(
                Option(leader.body, prefixes[leader.body_id], remit.setting, jurisdiction, is_lay, companions, weight)
            )
    return options
