"""Invented plans and programmes for demonstrations: coming visits of every secrecy, some of which meet."""

import uuid
from datetime import date, timedelta
from random import Random

from django.db import transaction

from members.models import Affiliation, Mechanism, MemberBody, User
from visits.actions import plans as actions
from visits.fortnights import days_of, number_of
from visits.models import Place, Plan, ProgrammeTarget, Visit

NOTE = {"en": "Invented for demonstration.", "nl": "Verzonnen voor de demonstratie."}
SECRECIES = (Plan.Secrecy.SEALED, Plan.Secrecy.WEEK_ONLY, Plan.Secrecy.OPEN, Plan.Secrecy.SEALED)
PLANS_EACH = 4
KINDS = (Visit.Kind.ROUTINE, Visit.Kind.FOLLOW_UP, Visit.Kind.THEMATIC, Visit.Kind.IN_DEPTH)
NAMESPACE = uuid.UUID("0b1f1f4e-9f0c-4a38-8a54-1e1f64ad8a37")


def load_plans(mechanism: Mechanism, today: date) -> int:
    """Make sure the invented plans and programme lines of ``mechanism`` are there; return how many plans were added.

    For the bodies that have accounts of the demonstration, at invented places they have visited. The first places are
    the same for all, so that members meet there.
    """
    places = list(Place.objects.in_register().filter(mechanism=mechanism, is_invented=True).order_by("name", "pk"))
    if not places:
        return 0
    added = 0
    with transaction.atomic():
        for body, people in _people(mechanism).items():
            rng = Random(f"plans/{mechanism.slug}/{body.slug}")
            _programme(mechanism, body, today)
            for number in range(PLANS_EACH):
                place = places[number] if number < 2 else rng.choice(places)
                added += _plan(mechanism, body, people, number, place, today)
    return added


def _people(mechanism: Mechanism) -> dict[MemberBody, list[User]]:
    found: dict[MemberBody, list[User]] = {}
    there = Affiliation.objects.as_at(date.today()).filter(
        body__mechanism=mechanism, role__in=("body_lead", "body_monitor"), user__is_active=True
    )
    for affiliation in there.select_related("body", "user").order_by("body__position", "role", "pk"):
        assert affiliation.body is not None, "filtered"
        found.setdefault(affiliation.body, []).append(affiliation.user)
    return found


def _plan(mechanism: Mechanism, body: MemberBody, people: list[User], number: int, place: Place, today: date) -> int:
    """Plan one visit, unless it was planned by an earlier run; the key of its form tells."""
    key = uuid.uuid5(NAMESPACE, f"{mechanism.slug}/{body.slug}/{number}")
    if Plan.objects.filter(form_key=key).exists():
        return 0
    first = days_of(number_of(today) + 1 + number)[0] + timedelta(days=(number * 3 + body.pk) % 10)
    language = "nl" if mechanism.languages[:1] == ["nl"] else "en"
    plan = Plan(
        place=place,
        body=body,
        secrecy=SECRECIES[number],
        starts_on=first,
        ends_on=first + timedelta(days=number),
        kind=KINDS[number],
        notice=Visit.Notice.UNANNOUNCED,
        note=NOTE[language],
    )
    actions.plan_visit(plan=plan, partners=[], team=people, by=people[0], form_key=key)
    return 1


def _programme(mechanism: Mechanism, body: MemberBody, today: date) -> None:
    """Add lines for the two settings the body visits most."""
    start = mechanism.reporting_year_of(today)[0]
    visited = Visit.objects.filter(lead_body=body).newest_first().values_list("setting", flat=True)[:200]
    settings = sorted(set(visited), key=list(visited).count, reverse=True)[:2]
    for setting in settings:
        line = {"body": body, "year_starts_on": start, "setting_id": setting, "jurisdiction": None, "unit": "visits"}
        ProgrammeTarget.objects.get_or_create(**line, defaults={"target": 40, "note": NOTE["en"]})
