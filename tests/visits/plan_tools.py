"""Plans for tests."""

from datetime import date, timedelta

from django.urls import reverse

from visits.actions import plans as actions
from visits.fortnights import days_of, number_of
from visits.models import Plan


def next_monday():
    """The first day of the fortnight after next: all fourteen days are still to come."""
    return days_of(number_of(date.today()) + 2)[0]


def make_plan(place, body, *, by, partners=(), team=(), starts_on=None, ends_on=None, **fields):
    """A sealed plan at ``place`` by ``body``, through the action."""
    first = starts_on or next_monday()
    plan = Plan(place=place, body=body, starts_on=first, ends_on=ends_on or first)
    for name, value in ({"kind": "routine", "notice": "unannounced", "secrecy": "sealed"} | fields).items():
        setattr(plan, name, value)
    return actions.plan_visit(plan=plan, partners=partners, team=team, by=by)


def address(plan, name="plan_detail", **kwargs):
    return reverse(f"visits:{name}", kwargs={"npm": "examplia", "pk": plan.pk} | kwargs)


def typed(place, body, *, version=None):
    """What the shortest sensible form of a plan holds."""
    first = next_monday()
    found = {"place": str(place.pk), "body": str(body.pk), "starts_on": first.isoformat(), "kind": "routine"}
    found |= {"ends_on": (first + timedelta(days=1)).isoformat(), "notice": "unannounced", "trigger": "programme"}
    return found | {"secrecy": "sealed"} | ({"version": version} if version else {})
