"""Which places should have been visited by now, by the rules of the network or of one body."""

from datetime import date
from typing import Any

from members.models import Mechanism, MemberBody, Remit
from visits.models import Place
from visits.place_visits import with_last_visit
from visits.visit_intervals import Due, IntervalRules, due


def overdue(
    mechanism: Mechanism, user: Any, on: date, *, body: MemberBody | None = None, **only: Any
) -> tuple[list[Due], int]:
    """Return the open places whose next visit is late on the day ``on``, most urgent first, and how many have a rule.

    By the network's rules a visit of any member counts; by a ``body``'s rules its own visits, to the places of its
    remits. Counted from what ``user`` may know of. ``only``: setting, jurisdiction. Each place is a row with its key,
    name, setting and jurisdiction.
    """
    rules = IntervalRules(mechanism, on, body)
    if not rules:
        return [], 0
    places = Place.objects.visible_to(user).filter(mechanism=mechanism, **only).open_on(on)
    places = with_last_visit(places, user, on, [body.pk] if body else None)
    # Plain rows: objects of all places would take longer than all the rest.
    columns = ("pk", "name", "setting_id", "jurisdiction_id", "capacity", "opened_on", "last_visit_on")
    cells = _cells_of(body, on) if body else None
    found, with_rule = [], 0
    for place in places.order_by().values_list(*columns, named=True):
        rule = rules.rule_for(place)
        if rule is None or (cells is not None and (place.setting_id, place.jurisdiction_id) not in cells):
            continue
        with_rule += 1
        one = due(place, rule, place.last_visit_on, on)
        if one.is_late:
            found.append(one)
    return sorted(found, key=lambda one: one.order), with_rule


def _cells_of(body: MemberBody, on: date) -> set[tuple[int, int]]:
    """Return the settings and jurisdictions that the remits of ``body`` cover on the day ``on``."""
    remits = Remit.objects.as_at(on).filter(parts__body=body)
    return set(remits.values_list("setting_id", "jurisdictions"))
