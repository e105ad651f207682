"""One invented visit from a seed and a number: plausible kinds, notice, access, numbers of people, and states."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from visits.demonstration import names
from visits.demonstration.places import Estate
from visits.demonstration.programme import Option, Programme
from visits.models import Place, Visit

Kind, Notice, State, Access = Visit.Kind, Visit.Notice, Visit.State, Visit.Access

LAY_KINDS = ((Kind.ROUTINE, Kind.RAPID, Kind.FOLLOW_UP), (0.93, 0.98, 1.0))
INSPECTION_KINDS = (
    (Kind.IN_DEPTH, Kind.FOLLOW_UP, Kind.THEMATIC, Kind.RAPID, Kind.ROUTINE),
    (0.45, 0.65, 0.78, 0.9, 1.0),
)
NOTICES = (Notice.UNANNOUNCED, Notice.SHORT_NOTICE, Notice.ANNOUNCED)
NOTICE_LIMITS = {True: (0.88, 0.93, 1.0), False: (0.55, 0.8, 1.0)}
LONGEST = {Kind.IN_DEPTH: 11, Kind.THEMATIC: 4, Kind.FOLLOW_UP: 3, Kind.RAPID: 1, Kind.ROUTINE: 0}
# By age in days: up to which age, and the limits of draft, returned, submitted; the rest is approved.
STATES_BY_AGE = ((14, 0.45, 0.5, 0.9), (45, 0.08, 0.16, 0.55), (90, 0.01, 0.04, 0.12), (10**6, 0.0, 0.0, 0.0))
REASONS = list(Visit.AccessReason)
JOINT_SHARE = 0.5  # of the visits under a remit that several bodies hold: about one visit in eight of all


@dataclass(frozen=True)
class Times:
    """The six years or so the invented visits lie in, and the day they end with."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Invented:
    """One visit as columns for COPY, with its partners."""

    columns: dict[str, Any]
    partners: list[int]


def visit_id(rng: Random) -> uuid.UUID:
    """Return the id of a visit: the first thing drawn from its generator, so that it depends on nothing else."""
    return uuid.UUID(int=rng.getrandbits(128), version=4)


def invent_visit(
    rng: Random, number: int, identifier: uuid.UUID, programme: Programme, estate: Estate, times: Times, *, dutch: bool
) -> Invented | None:
    """Return visit ``number``, None when nobody had a remit on the day drawn."""
    starts_on = _day(rng, times)
    option = programme.choose(rng, starts_on)
    if option is None:
        return None
    place = estate.choose(rng, option.setting, option.jurisdiction, starts_on)
    kind = _pick(rng, *(LAY_KINDS if option.is_lay else INSPECTION_KINDS))
    ends_on = min(starts_on + timedelta(days=int(LONGEST[kind] * rng.random() + 0.5)), times.last)
    joint = [c.pk for c in option.companions if rng.random() < 0.8] if rng.random() < JOINT_SHARE else []
    columns = {
        "id": identifier,
        "place_id": place.pk,
        "lead_body_id": option.body.pk,
        "setting_id": place.setting_id,
        "jurisdiction_id": place.jurisdiction_id,
        "mechanism_id": place.mechanism_id,
        "reference": f"{option.prefix}-D{number:07d}",
        "kind": kind,
        "own_kind": _own_word(rng, option, kind, dutch=dutch),
        "notice": _pick(rng, NOTICES, NOTICE_LIMITS[option.is_lay]),
        "starts_on": starts_on,
        "ends_on": ends_on,
    }
    columns |= _circumstances(rng, option, kind)
    if number % 10 == 4:  # not drawn: all that follows stays as it was
        columns["trigger"] = ""
    columns |= _people(rng, place, option, columns)
    columns |= _words(rng, dutch=dutch)
    columns |= _progress(rng, ends_on, times.last)
    return Invented(columns, joint)


def _pick(rng: Random, choices: tuple[Any, ...], limits: tuple[float, ...]) -> Any:
    drawn = rng.random()
    return next(choice for choice, limit in zip(choices, limits, strict=True) if drawn <= limit)


def _day(rng: Random, times: Times) -> date:
    """Draw a day, somewhat more often a recent one, and less often one in a weekend."""
    day = times.first + timedelta(days=int(times.days * rng.random() ** 0.93))
    if day.weekday() >= 5 and rng.random() < 0.6:
        day = max(day - timedelta(days=rng.randint(2, 4)), times.first)
    return day


def _own_word(rng: Random, option: Option, kind: str, *, dutch: bool) -> str:
    words = names.OWN_WORDS_NL if dutch else names.OWN_WORDS_EN
    return rng.choice(words["lay" if option.is_lay and kind == Kind.ROUTINE else str(kind)])


def _circumstances(rng: Random, option: Option, kind: str) -> dict[str, Any]:
    """Return mode, trigger, outcome and access (OPCAT Article 20 c): about four visits in a hundred meet a problem."""
    telephone = option.is_lay and rng.random() < 0.04
    drawn = rng.random()
    validity = "refused" if drawn < 0.003 else "abandoned" if drawn < 0.014 else "valid"
    access: str = Access.FULL
    if telephone:
        access, validity = "", "valid"
    elif validity == "refused":
        access = Access.REFUSED
    elif (drawn := rng.random()) < 0.037:
        access = Access.DELAYED if drawn < 0.026 else Access.PARTIAL
    problem = access not in ("", Access.FULL)
    starts = time(rng.randint(8, 19), rng.choice((0, 15, 30, 45)))
    has_times = rng.random() < 0.6
    return {
        "mode": "telephone" if telephone else "on_site",
        "trigger": "follow_up" if kind == Kind.FOLLOW_UP else "incident" if kind == Kind.RAPID else "programme",
        "validity": validity,
        "access": access,
        "access_delay_minutes": rng.randint(10, 95) if access == Access.DELAYED else None,
        "access_reason": rng.choice(REASONS) if problem else "",
        "time_in": starts if has_times else None,
        "time_out": starts.replace(hour=starts.hour + rng.randint(1, 4)) if has_times else None,
    }


def _people(rng: Random, place: Place, option: Option, columns: dict[str, Any]) -> dict[str, Any]:
    """Return the interview funnel: recorded for four in five visits of lay monitors, for half of the others."""
    funnel: dict[str, Any] = dict.fromkeys(Visit.FUNNEL)
    if columns["validity"] != "valid" or rng.random() > (0.8 if option.is_lay else 0.5):
        return funnel
    there = max(1, int((place.capacity or 20) * (0.3 + 0.7 * rng.random())))
    offered = min(there, int(there * rng.random()) + 1, 60)
    away = int((there - offered) * rng.random() * 0.6)
    seen = int(offered * (0.4 + 0.6 * rng.random()) + 0.5)
    funnel |= {
        "people_in_custody": there,
        "people_not_available": away,
        "people_not_offered": there - offered - away,
        "people_offered": offered,
        "people_seen": seen,
        "people_declined": offered - seen,
    }
    if rng.random() < 0.3:
        funnel["people_observed"] = int(there * rng.random() * 0.2)
    if rng.random() < 0.12:
        funnel[rng.choice(("people_not_available", "people_not_offered", "people_declined"))] = None
    elif rng.random() < 0.03:
        funnel["people_not_available"] += rng.randint(1, 3)  # as in real returns, some do not add up
    return funnel


def _words(rng: Random, *, dutch: bool) -> dict[str, Any]:
    judged, told = rng.random(), rng.random()
    return {
        "satisfaction": "satisfactory" if judged < 0.62 else "unsatisfactory" if judged < 0.75 else "",
        "confidentiality": "restricted" if rng.random() < 0.03 else "network",
        "summary": rng.choice(names.SUMMARIES_NL if dutch else names.SUMMARIES_EN) if told < 0.5 else "",
    }


def _progress(rng: Random, ends_on: date, today: date) -> dict[str, Any]:
    """Return the state and when it came about: what is recent may still be a draft, what is old is approved."""
    age = (today - ends_on).days
    _limit, draft, returned, submitted = next(row for row in STATES_BY_AGE if age <= row[0])
    drawn = rng.random()
    state: str = State.APPROVED
    if drawn < draft:
        state = State.DRAFT
    elif drawn < returned:
        state = State.RETURNED
    elif drawn < submitted:
        state = State.SUBMITTED
    now = datetime.combine(today, time(0), UTC)  # nothing of today: it could lie in the future
    created = min(datetime.combine(ends_on + timedelta(days=1), time(rng.randint(7, 16), rng.randint(0, 59)), UTC), now)
    handed_in = min(created + timedelta(hours=rng.randint(1, 200)), now)
    approved = min(handed_in + timedelta(hours=rng.randint(5, 400)), now)
    return {
        "state": state,
        "version": {State.DRAFT: 1, State.SUBMITTED: 2}.get(State(state), 3),
        "created_at": created,
        "updated_at": {State.DRAFT: created, State.SUBMITTED: handed_in}.get(State(state), approved),
        "submitted_at": None if state == State.DRAFT else handed_in,
        "approved_at": approved if state == State.APPROVED else None,
    }
