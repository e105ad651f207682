"""What visits to a place found and asked for, as far as one reader may see: rights before counting.

A visit that was withdrawn or discarded says nothing of its place any more; its findings are read at the visit alone.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from visits.field_table import Reader
from visits.models import Finding, Place, Visit

NEWEST = 5
OUT = (Visit.State.WITHDRAWN, Visit.State.DISCARDED)


@dataclass(frozen=True)
class Asked:
    """Which findings are wanted: of a kind, of a theme; empty is all."""

    kind: str = ""
    theme: Any = None

    @property
    def conditions(self) -> dict[str, Any]:
        return {name: value for name, value in (("kind", self.kind), ("theme", self.theme)) if value}


def visits_with_findings(place: Place, user: Any, reader: Reader, asked: Asked) -> QuerySet[Visit]:
    """Return the visits to ``place`` whose findings ``user`` may read and of which some are ``asked`` for.

    Those of restricted visits are not to be printed (`is_open_at_place`). Nothing where the field table (`reader`)
    hides findings in some state: that a visit is found would tell of them.
    """
    if "findings" not in reader.sees_of_all():
        return Visit.objects.none()
    found = Finding.objects.filter(visit=OuterRef("pk"), **asked.conditions)
    visible = Visit.objects.visible_to(user).filter(Exists(found), place=place)
    shown = Finding.objects.filter(**asked.conditions).select_related("theme").order_by("position", "pk")
    kept = visible.exclude(state__in=OUT)
    return kept.prefetch_related(Prefetch("findings", shown))


def newest_findings(place: Place, user: Any, reader: Reader) -> list[Finding]:
    """Return the newest findings of the visits to ``place`` that ``user`` may read, of restricted ones none.

    One query, or none.
    """
    if "findings" not in reader.sees_of_all():
        return []
    open_ones = Visit.objects.visible_to(user).filter(place=place, confidentiality=Visit.Confidentiality.NETWORK)
    visible = open_ones.exclude(state__in=OUT)
    rows = Finding.objects.filter(visit__in=visible.order_by().values("pk")).select_related("theme", "visit")
    return list(rows.order_by("-visit__starts_on", "-visit", "position", "pk")[:NEWEST])


def is_open_at_place(visit: Visit) -> bool:
    """Tell whether the findings of ``visit`` may be printed beside those of others: where they are restricted each
    reading is written down, at the visit's own page."""
    return visit.confidentiality != Visit.Confidentiality.RESTRICTED
