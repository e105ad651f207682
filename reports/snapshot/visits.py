"""The counts of visits in a snapshot, all by GROUP BY in the database.

A visit belongs to the year of its first day. Only approved visits count. `made` are those that took place; abandoned
ones and refusals of entry are attempts. A joint visit is one visit of the mechanism and one of each of its bodies.
"""

from typing import Any

from django.db.models import Count, F, Func, Q
from django.db.models.functions import TruncMonth

from reports.models import ReportingYear
from reports.snapshot.register import Names
from visits.models import Visit

JOINT = Q(body_ids__len__gt=1)
VALID = Visit.Validity.VALID


class Unnest(Func):
    """One row for each element of an array."""

    function = "unnest"
    set_returning = True


def counted_in(year: ReportingYear) -> Any:
    """Return the approved visits of the year, attempts included."""
    return in_year(year).counted().order_by()


def made_in(year: ReportingYear) -> Any:
    """Return the approved visits of the year that took place."""
    return counted_in(year).filter(validity=VALID)


def in_year(year: ReportingYear) -> Any:
    """Return all visits that began in the year, in whatever state."""
    return Visit.objects.filter(
        mechanism=year.mechanism, starts_on__gte=year.starts_on, starts_on__lt=year.ends_on
    ).order_by()


def read(year: ReportingYear, names: Names) -> dict[str, Any]:
    """Return the counts of the year: totals, and by body, setting, jurisdiction, notice, month, kind and outcome."""
    made = made_in(year)
    return {
        "totals": _totals(year),
        "by_body": _by_body(made, names),
        "by_setting_and_jurisdiction": [
            [names.settings[row["setting_id"]], names.jurisdictions[row["jurisdiction_id"]], row["n"]]
            for row in made.values("setting_id", "jurisdiction_id")
            .annotate(n=Count("*"))
            .order_by("setting_id", "jurisdiction_id")
        ],
        "by_setting_and_notice": [
            [names.settings[row["setting_id"]], row["notice"], row["n"]]
            for row in made.values("setting_id", "notice").annotate(n=Count("*")).order_by("setting_id", "notice")
        ],
        "by_month_and_notice": [
            [row["month"].strftime("%Y-%m"), row["notice"], row["n"]]
            for row in made.annotate(month=TruncMonth("starts_on"))
            .values("month", "notice")
            .annotate(n=Count("*"))
            .order_by("month", "notice")
        ],
        "by_kind": _by(made, "kind"),
        "by_mode": _by(made, "mode"),
        "by_trigger": _by(made, "trigger"),
        "by_setting_and_outcome": [
            [names.settings[row["setting_id"]], row["validity"], row["n"]]
            for row in counted_in(year)
            .values("setting_id", "validity")
            .annotate(n=Count("*"))
            .order_by("setting_id", "validity")
        ],
    }


def _by(visits: Any, field: str) -> dict[str, int]:
    return dict(visits.values_list(field).annotate(n=Count("*")).order_by(field))


def _totals(year: ReportingYear) -> dict[str, int]:
    """Return the year's totals. `submitted` and `returned` visits are not approved, so they are in no other number.

    Drafts are the bodies' own affair (design section 4): not even their number leaves them.
    """
    found = in_year(year).aggregate(
        made=Count("pk", filter=Q(state="approved", validity=VALID)),
        joint=Count("pk", filter=Q(state="approved", validity=VALID) & JOINT),
        abandoned=Count("pk", filter=Q(state="approved", validity=Visit.Validity.ABANDONED)),
        refused=Count("pk", filter=Q(state="approved", validity=Visit.Validity.REFUSED)),
        submitted=Count("pk", filter=Q(state=Visit.State.SUBMITTED)),
        returned=Count("pk", filter=Q(state=Visit.State.RETURNED)),
        places=Count("place", distinct=True, filter=Q(state="approved", validity=VALID)),
        invented=Count("pk", filter=Q(state="approved", place__is_invented=True)),
    )
    return dict(found)


def _by_body(made: Any, names: Names) -> list[dict[str, Any]]:
    """Return for each body that visited: visits led, joined as a partner, joint among them, unannounced, places."""
    led = dict(made.values_list("lead_body").annotate(n=Count("pk")).order_by("lead_body"))
    rows = (
        made.annotate(body=Unnest(F("body_ids")))
        .values("body")
        .annotate(
            total=Count("pk"),
            joint=Count("pk", filter=JOINT),
            unannounced=Count("pk", filter=Q(notice=Visit.Notice.UNANNOUNCED)),
        )
    )
    found = {row.pop("body"): row for row in rows}
    return [{"body": slug, "led": led.get(pk, 0), **found[pk]} for pk, slug in names.bodies.items() if pk in found]
