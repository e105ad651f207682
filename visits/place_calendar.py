"""Let facts of places that were entered ahead of their day take effect when the day has come."""

from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q

from visits.models import CapacityPeriod, OperatorPeriod, PlaceName

LOOK_BACK = timedelta(days=90)  # so long may the scheduler have stood still


def follow_calendar(today: date) -> int:
    """Bring the places up to date of which a fact began or ended of late; return how many were looked at.

    The database does it (migration 0011) whenever a dated fact is written, so one of each place is written as it is.
    """
    of_late = (today - LOOK_BACK, today)
    places: set[Any] = set()
    for model in (PlaceName, OperatorPeriod, CapacityPeriod):
        changed = model.objects.filter(Q(starts_on__range=of_late) | Q(ends_on__range=of_late))
        places.update(changed.values_list("place", flat=True))
    PlaceName.objects.filter(place__in=places).update(note=F("note"))
    return len(places)
