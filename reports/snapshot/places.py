"""The list of places visited. Months, not days: who was on duty shall not be read from it (security R-18)."""

from collections.abc import Callable
from typing import Any

from django.db.models import Count, F, Max, Min

from reports.models import ReportingYear
from reports.snapshot.register import Names
from reports.snapshot.visits import Unnest, made_in
from visits.models import Visit


def read(year: ReportingYear, names: Names) -> dict[str, Any]:
    """Return the places visited by jurisdiction and setting (as they were at the visit), and what is not listed.

    Restricted visits count in the figures, but their places are not listed and they are in no number of this list.
    """
    made = made_in(year)
    listed = made.filter(confidentiality=Visit.Confidentiality.NETWORK)
    key = ("jurisdiction_id", "setting_id", "place_id")
    bodies: dict[tuple[Any, ...], list[int]] = {}
    for row in listed.annotate(body=Unnest(F("body_ids"))).values_list(*key, "body").distinct():
        bodies.setdefault(row[:3], []).append(row[3])
    rows = (
        listed.values(*key, "place__name", "place__parent__name")
        .annotate(visits=Count("*"), first=Min("starts_on"), last=Max("starts_on"))
        .order_by()
    )
    found = [_place(row, bodies[tuple(row[field] for field in key)], names) for row in rows]
    return {
        "listed": sorted(found, key=_order(names)),
        "visits_listed": listed.count(),
        "visits_not_listed": made.exclude(confidentiality=Visit.Confidentiality.NETWORK).count(),
    }


def _place(row: dict[str, Any], bodies: list[int], names: Names) -> dict[str, Any]:
    return {
        "jurisdiction": names.jurisdictions[row["jurisdiction_id"]],
        "setting": names.settings[row["setting_id"]],
        "name": row["place__name"],
        "part_of": row["place__parent__name"] or "",
        "visits": row["visits"],
        "bodies": [slug for pk, slug in names.bodies.items() if pk in bodies],
        "first": row["first"].strftime("%Y-%m"),
        "last": row["last"].strftime("%Y-%m"),
    }


def _order(names: Names) -> Callable[[dict[str, Any]], Any]:
    """Return the order of the list: the register's jurisdictions and settings, then names, a unit after its place."""
    jurisdictions, settings = list(names.jurisdictions.values()), list(names.settings.values())

    def key(place: dict[str, Any]) -> Any:
        whole = (place["part_of"] or place["name"]).casefold()
        where = (jurisdictions.index(place["jurisdiction"]), settings.index(place["setting"]))
        return (*where, whole, bool(place["part_of"]), place["name"].casefold(), place["first"], place["visits"])

    return key
