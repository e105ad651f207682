"""What the pages of plans share: fetching through access, a plan as one reader may know it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.models import BodyName, Mechanism
from members.views.scope import desk_page
from npmportal.access import REVIEW_VISITS, VIEW_VISITS
from visits.actions.plans import may_change_plan
from visits.fortnights import days_of
from visits.models import Plan
from visits.models.body_names import BodyNames

plan_page = desk_page(on_a_body=VIEW_VISITS)
# The coordinator finds here where members meet, and no plans.
plans_page = desk_page(needs=REVIEW_VISITS, on_a_body=VIEW_VISITS)


@dataclass(frozen=True)
class PlanRow:
    """A plan for one reader: with its days, or with its week alone."""

    plan: Plan
    when: str
    weeks: str
    bodies: list[BodyName]


def fetch_plan(request: HttpRequest, mechanism: Mechanism, pk: Any, *, to_change: bool = False) -> Plan:
    """Return the plan: 404 for who may not know of it, 403 for who may know and not change it."""
    plans = Plan.objects.visible_to(request.user).filter(mechanism=mechanism).for_detail(request.user)
    plan: Plan = get_object_or_404(plans, pk=pk)
    if to_change and not may_change_plan(plan.pk, request.user):
        raise PermissionDenied
    return plan


def row_of(plan: Any, names: BodyNames, partners: list[int]) -> PlanRow:
    """Return ``plan`` (from `for_list`) as its reader may know it; the names of bodies are those of its week."""
    weeks = weeks_in_words(plan)
    found = (names.on(body, plan.week) for body in (plan.body_id, *partners))
    when = days_in_words(plan.starts_on, plan.ends_on) if plan.day_is_known else weeks
    return PlanRow(plan, when, weeks, [name for name in found if name])


def weeks_in_words(plan: Plan) -> str:
    """Return the ISO weeks of ``plan`` in words."""
    if plan.week == plan.last_week:
        return _("week %(number)s, from %(monday)s") % _week(plan.week)
    return _("week %(number)s to %(last)s, from %(monday)s") % (
        _week(plan.week) | {"last": plan.last_week.isocalendar().week}
    )


def days_in_words(first: date, last: date) -> str:
    """Return one day, or the first and the last."""
    return date_format(first) if first == last else f"{date_format(first)} – {date_format(last)}"


def fortnights_in_words(numbers: list[int]) -> list[str]:
    """Return the fortnights of ``numbers`` by their days."""
    return [days_in_words(*days_of(number)) for number in numbers]


def _week(monday: date) -> dict[str, Any]:
    return {"number": monday.isocalendar().week, "monday": date_format(monday)}
