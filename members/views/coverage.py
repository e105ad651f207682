"""The coverage matrix; for everybody, and at the desk."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from members.coverage import build_matrix
from members.models import CoverageGap, Mechanism, Remit
from members.register_rows import COVERAGE_HEADER, coverage_rows
from members.views.asked_day import asked_day
from members.views.evidence import bad_day, earliest_day, sources_of
from members.views.scope import desk_page, public_page
from npmportal.csv_files import csv_response


@require_safe
@public_page
def coverage(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    return _coverage(request, mechanism, body_url="members:body_detail")


@require_safe
@desk_page()
def desk_coverage(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    return _coverage(request, mechanism, body_url="members:desk_body_detail")


def _coverage(request: HttpRequest, mechanism: Mechanism, body_url: str) -> HttpResponse:
    asked = asked_day(request)
    matrix = build_matrix(mechanism, asked.on)
    context = {
        "on": asked.on,
        "on_error": asked.error,
        "has_errors": bool(asked.error),
        "matrix": matrix,
        "sources": sources_of(
            [entry.source for _setting, entry in matrix.entries] + [gap.source for gap in matrix.gaps]
        ),
        "earliest": earliest_day(
            Remit.objects.filter(setting__mechanism=mechanism), CoverageGap.objects.filter(setting__mechanism=mechanism)
        ),
        "body_url": body_url,
    }
    return TemplateResponse(request, "members/coverage.html", context)


@require_safe
@public_page
def coverage_csv(request: HttpRequest, mechanism: Mechanism) -> HttpResponseBase:
    asked = asked_day(request)
    if asked.error:
        return bad_day(asked.error)
    rows = list(coverage_rows(build_matrix(mechanism, asked.on)))
    return csv_response(f"{mechanism.slug}-coverage-{asked.on}.csv", COVERAGE_HEADER, rows)
