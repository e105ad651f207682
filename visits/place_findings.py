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
MOST = 1_000_000  # visits to one place: cuts nothing off


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
    shown = Finding.objects.filter(**asked.conditions).select_related("theme").order_by("position", "pk")
    return _visits_to(place, user).filter(Exists(found)).prefetch_related(Prefetch("findings", shown))


def newest_findings(place: Place, user: Any, reader: Reader) -> list[Finding]:
    """Return the newest findings of the visits to ``place`` that ``user`` may read, of restricted ones none.

    One query, or none.
    """
    if "findings" not in reader.sees_of_all():
        return []
    open_ones = _visits_to(place, user).filter(confidentiality=Visit.Confidentiality.NETWORK)
    rows = Finding.objects.filter(visit__in=open_ones.values("pk")).select_related("theme", "visit")
    return list(rows.order_by("-visit__starts_on", "-visit", "position", "pk")[:NEWEST])


def _visits_to(place: Place, user: Any) -> QuerySet[Visit]:
    """Return the visits to ``place`` that ``user`` may read and that say something of it, in no order.

    Those of the place are looked up by themselves, within a limit, before it is asked who may read them: PostgreSQL
    would also gather every visit of the reader's bodies (15 ms of the page at a million visits).
    """
    there = Visit.objects.filter(place=place).order_by().values("pk")[:MOST]
    return Visit.objects.visible_to(user).filter(pk__in=there).exclude(state__in=OUT).order_by()


def is_open_at_place(visit: Visit) -> bool:
    """Tell whether the findings of ``visit`` may be printed beside those of others: where they are restricted each
    reading is written down, at the visit's own page."""
    return visit.confidentiality != Visit.Confidentiality.RESTRICTED
