"""What stood in the way of visits, and whom the visitors could speak to. Not recorded is never nought."""

from typing import Any

from django.db.models import Aggregate, Count, F, IntegerField, Max, Q, Sum

from reports.models import ReportingYear
from reports.snapshot.register import Names
from reports.snapshot.visits import counted_in, made_in
from visits.models import Visit

# The parts that must add up to the whole where all of them were recorded (domain.md 3.3).
SUMS = (
    ("people_in_custody", ("people_not_available", "people_not_offered", "people_offered")),
    ("people_offered", ("people_seen", "people_declined")),
)


class Median(Aggregate):
    """The middle value, one that was really recorded."""

    name = "median"
    template = "percentile_disc(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = IntegerField()


def access(year: ReportingYear, names: Names) -> dict[str, Any]:
    """Return access problems (OPCAT Article 20 c) by kind, reason and setting, and the delays that were recorded.

    All attempts are looked at: an entry that was refused is a problem of access too. Free text stays in the visit.
    """
    attempts = counted_in(year)
    problems = attempts.filter(access__in=Visit.ACCESS_PROBLEMS)
    delays = attempts.filter(access=Visit.Access.DELAYED).aggregate(
        visits=Count("*"),
        recorded=Count("access_delay_minutes"),
        median=Median("access_delay_minutes"),
        longest=Max("access_delay_minutes"),
        minutes=Sum("access_delay_minutes"),
    )
    by_setting = problems.values("setting_id", "access").annotate(n=Count("*")).order_by("setting_id", "access")
    by_reason = problems.values("access_reason", "access").annotate(n=Count("*")).order_by("access_reason", "access")
    return {
        "by_kind": dict(attempts.values_list("access").annotate(n=Count("*")).order_by("access")),
        "by_reason": [[row["access_reason"], row["access"], row["n"]] for row in by_reason],
        "by_setting": [[names.settings[row["setting_id"]], row["access"], row["n"]] for row in by_setting],
        "delays": delays,
    }


def interviews(year: ReportingYear) -> dict[str, Any]:
    """Return the interview funnel: each number's sum, in how many visits it stands, and what does not close."""
    made = made_in(year)
    sums = made.aggregate(
        **{f"{name}_sum": Sum(name) for name in Visit.FUNNEL},
        **{f"{name}_recorded": Count(name) for name in Visit.FUNNEL},
        visits=Count("*"),
    )
    return {
        "visits": sums["visits"],
        "funnel": [[name, sums[f"{name}_sum"], sums[f"{name}_recorded"]] for name in Visit.FUNNEL],
        "checks": [_check(made, whole, parts) for whole, parts in SUMS],
    }


def _check(made: Any, whole: str, parts: tuple[str, ...]) -> dict[str, Any]:
    """Compare the whole with its parts in the visits where every one of them was recorded."""
    complete = made.filter(**{f"{name}__isnull": False for name in (whole, *parts)})
    total = sum((F(name) for name in parts[1:]), F(parts[0]))
    found = complete.annotate(parts_sum=total).aggregate(
        visits=Count("*"),
        whole=Sum(whole),
        parts=Sum("parts_sum"),
        open=Count("pk", filter=~Q(parts_sum=F(whole))),
    )
    return {"whole": whole, "parts": list(parts), "found": found}
