"""Where the plans of two bodies meet: what a planner is told of it, and what the coordinator is (ADR 0028).

A place and its units are one place here, as the register stood when each plan was saved (`Plan.premises`): who
rearranges the register learns nothing of the plans made before. Time has the grain of fixed fortnights. The planner
learns that another member is due; the coordinator learns which bodies. Nobody learns from here how many plans there
are, on which days, how secret, in which unit, or what has become of them.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count

from members.models import Mechanism
from visits.fortnights import days_of
from visits.models import Place, Plan, PlanSaving

# How often somebody saved a plan is told in steps, from where it is more than planning, and forgotten in four weeks.
OFTEN = (20, 100, 500)
LATELY = timedelta(days=28)


@dataclass(frozen=True)
class Meeting:
    """One fortnight in which several bodies are due at one place."""

    first: date
    last: date
    place: Place
    body_ids: list[int]


@dataclass(frozen=True)
class OftenAsked:
    """Somebody who saved plans, each of which asks about others, at least ``times`` in the last four weeks."""

    name: str
    body_id: int
    times: int


def fortnights_met(plan: Plan) -> list[int]:
    """Return the fortnights of ``plan`` in which another body is due at its place, by the fortnights' numbers."""
    if plan.premises is None:
        return []
    first, last = plan.fortnight_first, plan.fortnight_last
    others = Plan.objects.due().filter(premises=plan.premises, mechanism=plan.mechanism_id)
    spans = others.exclude(body=plan.body_id).in_fortnights(first, last)
    numbers = spans.values_list("fortnight_first", "fortnight_last").distinct()
    return sorted({n for start, end in numbers for n in range(max(start, first), min(end, last) + 1)})


def meetings(mechanism: Mechanism, first: int, last: int) -> list[Meeting]:
    """Return where bodies meet in the fortnights from ``first`` to ``last``, by time and name of the place."""
    plans = Plan.objects.due().filter(mechanism=mechanism, premises__isnull=False).in_fortnights(first, last).order_by()
    due: dict[tuple[int, Any], set[int]] = defaultdict(set)
    columns = ("fortnight_first", "fortnight_last", "premises", "body")
    for start, end, premises, body in plans.values_list(*columns).distinct():
        for number in range(max(start, first), min(end, last) + 1):
            due[number, premises].add(body)
    met = {key: bodies for key, bodies in due.items() if len(bodies) > 1}
    # A record that was merged leads on to the other; one struck off is gone for all, as if it had been removed.
    there = Place.objects.filter(is_struck_off=False).select_related("setting", "jurisdiction")
    places = there.in_bulk({premises for _number, premises in met})
    found = [(number, places[key], sorted(bodies)) for (number, key), bodies in met.items() if key in places]
    return [
        Meeting(*days_of(number), place, bodies)
        for number, place, bodies in sorted(found, key=lambda row: (row[0], row[1].name, row[1].pk))
    ]


def often_asked(mechanism: Mechanism, today: date) -> list[OftenAsked]:
    """Return who saved plans often lately, in steps: not how often, of what places, nor whether anything was told."""
    lately = PlanSaving.objects.filter(mechanism=mechanism, on__gt=today - LATELY)
    groups = lately.values_list("by__name", "body").annotate(times=Count("pk")).filter(times__gte=OFTEN[0])
    return [
        OftenAsked(name, body, max(step for step in OFTEN if step <= times))
        for name, body, times in groups.order_by("by__name", "body")
    ]
