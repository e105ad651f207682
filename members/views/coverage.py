"""The coverage matrix of a day, and what differs between two days; for everybody, and at the desk."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.coverage import build_matrix
from members.coverage.compare import compare
from members.coverage.matrix import Matrix, gap_anchor
from members.models import CoverageGap, Mechanism, Remit
from members.register_rows import COMPARE_HEADER, COVERAGE_HEADER, compare_rows, coverage_rows
from members.views.asked_day import AskedDay, asked_day
from members.views.evidence import bad_day, earliest_day, sources_of_matrix
from members.views.scope import desk_page, public_page
from npmportal.access import MANAGE_MEMBERS, grants_of
from npmportal.csv_files import csv_response


@require_safe
@public_page
def coverage(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    return _coverage(request, mechanism, body_url="members:body_detail", cell_url="members:cell")


@require_safe
@desk_page()
def desk_coverage(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    return _coverage(request, mechanism, body_url="members:desk_body_detail", cell_url="members:desk_cell")


def _coverage(request: HttpRequest, mechanism: Mechanism, body_url: str, cell_url: str) -> HttpResponse:
    asked = asked_day(request)
    matrix = build_matrix(mechanism, asked.on)
    pages = _gap_pages(mechanism, matrix) if cell_url == "members:desk_cell" else {}
    context = {
        "on": asked.on,
        "on_error": asked.error,
        "has_errors": bool(asked.error),
        "matrix": matrix,
        "sources": sources_of_matrix(matrix),
        "earliest": _earliest(mechanism) if matrix.is_empty else None,
        "body_url": body_url,
        "cell_url": reverse(cell_url, kwargs={"npm": mechanism.slug}),
        "gaps": [(gap, pages.get(gap.anchor, "")) for gap in matrix.gaps],
        "gap_urls": {gap.anchor: pages.get(gap.anchor, f"#{gap.anchor}") for gap in matrix.gaps},
        "may_edit": mechanism.pk in grants_of(request.user).on(MANAGE_MEMBERS),
    }
    return TemplateResponse(request, "members/coverage.html", context)


def _gap_pages(mechanism: Mechanism, matrix: Matrix) -> dict[str, str]:
    """Return the desk's page of each gap by its anchor; the matrix itself, which reports freeze, knows no addresses."""
    if not matrix.gaps:
        return {}
    rows = CoverageGap.objects.as_at(matrix.on).filter(setting__mechanism=mechanism).order_by()
    return {
        gap_anchor(setting, key): reverse("members:gap_detail", kwargs={"npm": mechanism.slug, "pk": pk})
        for setting, key, pk in rows.values_list("setting__slug", "key", "pk")
    }


def _earliest(mechanism: Mechanism) -> Any:
    remits, gaps = (model.objects.filter(setting__mechanism=mechanism) for model in (Remit, CoverageGap))
    return earliest_day(remits, gaps)


@require_safe
@public_page
def coverage_csv(request: HttpRequest, mechanism: Mechanism) -> HttpResponseBase:
    asked = asked_day(request)
    if asked.error:
        return bad_day(asked.error)
    is_own = mechanism.pk in grants_of(request.user).mechanism_ids
    rows = list(coverage_rows(build_matrix(mechanism, asked.on), with_notes=is_own))
    return csv_response(f"{mechanism.slug}-coverage-{asked.on}.csv", COVERAGE_HEADER, rows)


# -- Two days ---------------------------------------------------------------------------------------------------------


@require_safe
@public_page
def coverage_compare(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    return _compare(request, mechanism)


@require_safe
@desk_page()
def desk_coverage_compare(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    return _compare(request, mechanism)


def _compare(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    first, second = _two_days(request)
    is_asked = bool(first.typed or second.typed) and not (first.error or second.error)
    context = {
        "first": first,
        "second": second,
        "has_errors": bool(first.error or second.error),
        "comparison": is_asked and compare(build_matrix(mechanism, first.on), build_matrix(mechanism, second.on)),
    }
    return TemplateResponse(request, "members/coverage_compare.html", context)


@require_safe
@public_page
def coverage_compare_csv(request: HttpRequest, mechanism: Mechanism) -> HttpResponseBase:
    first, second = _two_days(request)
    if first.error or second.error:
        return bad_day(first.error or second.error)
    rows = list(compare_rows(mechanism, first.on, second.on))
    return csv_response(f"{mechanism.slug}-coverage-{first.on}-to-{second.on}.csv", COMPARE_HEADER, rows)


def _two_days(request: HttpRequest) -> tuple[AskedDay, AskedDay]:
    """Return the days `from` and `to`: without them a year ago and today; the earlier one must come first."""
    today = date.today()
    first, second = asked_day(request, "from"), asked_day(request, "to")
    if not first.typed:
        first = first._replace(on=date(today.year - 1, 1, 1))
    if not (first.error or second.error) and first.on > second.on:
        second = second._replace(error=_("The second day must not be before the first."))
    return first, second
