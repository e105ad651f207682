"""Guests in the team of a plan: people of a partner body, named by their e-mail address alone.

Who works for another body is a matter of their safety (domain.md 1.4). An address is therefore answered in the same way
whosever it is, and only those who know the person anyway read whose it is.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models.functions import Lower

from members.models import Affiliation, User
from npmportal.access import MANAGE_PEOPLE, VIEW_VISITS, grants_of
from visits.models import Plan


def people_of(bodies: Iterable[int]) -> Any:
    """Return the people who have a role in one of ``bodies`` (ids) today."""
    there = Affiliation.objects.as_at(date.today()).filter(body__in=sorted(bodies))
    return User.objects.filter(is_active=True, pk__in=there.values("user")).order_by("name", "pk")


def guests_under(addresses: Iterable[str], partners: Iterable[int]) -> set[int]:
    """Return the ids of those who work for one of the ``partners`` (ids) under one of the ``addresses``."""
    people = people_of(partners).annotate(address=Lower("email"))
    return set(people.filter(address__in=list(addresses)).values_list("pk", flat=True))


def hidden_from(user: Any, plan: Plan) -> set[int]:
    """Return the ids of the guests of ``plan`` whom ``user`` does not know otherwise: not a colleague in any body."""
    guests = set(plan.member_rows.filter(is_guest=True).exclude(user=user.pk).values_list("user", flat=True))
    if not guests or plan.mechanism_id in grants_of(user).on(MANAGE_PEOPLE):
        return set()
    return guests - set(people_of(grants_of(user).body_ids).values_list("pk", flat=True))


def addresses_for(user: Any, plan: Plan) -> list[str]:
    """Return the addresses typed into ``plan`` as far as they concern ``user``: those who plan typed them."""
    return list(plan.guests) if plan.body_id in grants_of(user).on(VIEW_VISITS) else []


def team_for(user: Any, plan: Plan) -> list[User]:
    """Return the people in the team of ``plan`` whom ``user`` may read by name."""
    return list(plan.team.exclude(pk__in=hidden_from(user, plan)).order_by("name", "pk"))
