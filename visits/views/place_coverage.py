"""Which part of the known places was visited in the last years, as a page and as a file."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from members.models import Mechanism
from members.views.asked_day import asked_day
from npmportal import audit
from npmportal.access import VIEW_SUBMITTED_VISITS, grants_of
from npmportal.csv_files import csv_response
from visits.place_coverage import CoverageRow, Period, coverage, periods_to
from visits.views.scope import knows_of_visits


@require_safe
@knows_of_visits
def place_coverage(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    day = asked_day(request)
    rows, total = coverage(mechanism, request.user, day.on)
    context = {
        "on": day.on,
        "on_error": day.error,
        "rows": rows,
        "total": total,
        "periods": periods_to(day.on),
        "sees_all": _sees_all(request.user, mechanism),
    }
    return TemplateResponse(request, "visits/place_coverage.html", context)


@require_safe
@knows_of_visits
def place_coverage_csv(request: HttpRequest, mechanism: Mechanism) -> HttpResponseBase:
    day = asked_day(request)
    rows, total = coverage(mechanism, request.user, day.on)
    audit.record("place_coverage.downloaded", by=request.user, mechanism=mechanism, on=day.on.isoformat())
    periods = periods_to(day.on)
    name = f"places-visited-{mechanism.slug}-{day.on.isoformat()}.csv"
    definition = _definition(all_visits=_sees_all(request.user, mechanism))
    return csv_response(name, _header(periods), list(_lines([*rows, total], day.on, definition)))


def _sees_all(user: Any, mechanism: Mechanism) -> bool:
    return mechanism.pk in grants_of(user).on(VIEW_SUBMITTED_VISITS)


def _header(periods: list[Period]) -> list[str]:
    found = [_("Setting"), _("Jurisdiction"), _("As at"), _("Open places")]
    for period in periods:
        words = ngettext("visited in the last year", "visited in the last %(n)s years", period.years)
        words = words % {"n": period.years} if "%" in words else words
        found += [words, _("{what}, in per cent").format(what=words), _("{what}, from").format(what=words)]
    return [*found, _("No visit known"), _("Definition")]


def _lines(rows: list[CoverageRow], on: date, definition: str) -> Iterator[list[Any]]:
    periods = periods_to(on)
    for row in rows:
        line: list[Any] = [row.setting or _("All"), row.jurisdiction or _("All"), on, row.places]
        for visited, period in zip(row.visited, periods, strict=True):
            line += [visited.count, visited.rate, period.first]
        yield [*line, row.never, definition]


def _definition(*, all_visits: bool) -> str:
    counted = _(
        "Places of the register open on the day, units apart from the place they belong to, with at least one approved "
        "visit on the spot that took place and began in the period."
    )
    if all_visits:
        return counted
    return f"{counted} {_('Restricted visits of other members are not counted, because you may not know of them.')}"
