"""What the visits tell of a cell of the coverage matrix, on its page at the desk."""

from datetime import date
from typing import Any

from django.db.models import Count, Max
from django.db.models.functions import ExtractYear

from members.coverage.cells import AskedCell, Beside
from npmportal.paging import capped_count
from visits.models import Place, Visit
from visits.place_visits import may_know_of_visits

SHOWN, COUNTED, YEARS = 10, 1000, 5


def places_and_visits(user: Any, cell: AskedCell) -> Beside:
    """Return the open places of the cell, and the approved visits of the bodies in it in the last years, by year.

    Counts start from what ``user`` may read or know of, so that nobody learns here of a draft or a restricted visit.
    """
    there = Place.objects.visible_to(user).filter(
        mechanism=cell.mechanism, setting=cell.setting, jurisdiction=cell.jurisdiction
    )
    places = there.open_on(cell.on)
    count, has_more = capped_count(places, COUNTED)
    first = date(max(cell.on.year - YEARS, 0) + 1, 1, 1)
    bodies = sorted(set(cell.remits.during(first, cell.on).values_list("parts__body", flat=True)) - {None})
    known = Visit.objects.visible_or_known_to(user).filter(
        setting=cell.setting,
        jurisdiction=cell.jurisdiction,
        mechanism=cell.mechanism,
        state=Visit.State.APPROVED,
        starts_on__range=(first, cell.on),
        body_ids__overlap=bodies,
    )
    by_year = known.order_by().annotate(year=ExtractYear("starts_on")).values("year")
    found = {row["year"]: row for row in by_year.annotate(visits=Count("pk"), last=Max("starts_on"))} if bodies else {}
    context = {
        "places": list(places.order_by("name", "id")[:SHOWN]),
        "count": count,
        "has_more": has_more,
        # Who may know of no visit is shown no count: it would be 0 in every year.
        "may_know": may_know_of_visits(user, cell.mechanism),
        "has_bodies": bool(bodies),
        "years": [found.get(year, {"year": year, "visits": 0}) for year in range(cell.on.year, first.year - 1, -1)],
    }
    return Beside("visits/_cell.html", context)
