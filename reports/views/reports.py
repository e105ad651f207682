"""The annual report on the desk: ask for it, watch it being made, take the file."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from members.models import Mechanism
from members.views.scope import desk_page, public_page
from npmportal import audit
from npmportal.access import MAKE_REPORTS
from npmportal.private_files import file_or_404, inert_response
from reports import actions
from reports.forms.request import ReportRequestForm
from reports.models import Report, ReportingYear


@require_safe
@public_page
def public_report_list(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    return TemplateResponse(request, "reports/public_report_list.html", {})


@require_safe
@desk_page(needs=MAKE_REPORTS)
def report_list(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    actions.ensure_years(mechanism)
    form = ReportRequestForm(user=request.user, mechanism=mechanism, initial=_suggested(request, mechanism))
    return TemplateResponse(request, "reports/report_list.html", _list_context(request, mechanism, form))


@require_POST
@desk_page(needs=MAKE_REPORTS)
def report_request(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    form = ReportRequestForm(request.POST, user=request.user, mechanism=mechanism)
    if not form.is_valid():
        return TemplateResponse(request, "reports/report_list.html", _list_context(request, mechanism, form))
    report = actions.request_report(
        year=form.cleaned_data["year"],
        language=form.cleaned_data["language"],
        by=request.user,  # type: ignore[arg-type]
    )
    return redirect("reports:report_detail", npm=mechanism.slug, pk=report.pk)


@require_safe
@desk_page(needs=MAKE_REPORTS)
def report_detail(request: HttpRequest, mechanism: Mechanism, pk: str) -> HttpResponse:
    report = _report(request, mechanism, pk)
    context = {"report": report, "job": report.job and report.job.in_words(), "size": report.size}
    return TemplateResponse(request, "reports/report_detail.html", context)


@require_safe
@desk_page(needs=MAKE_REPORTS)
def report_progress(request: HttpRequest, mechanism: Mechanism, pk: str) -> HttpResponse:
    report = _report(request, mechanism, pk)
    if not getattr(request, "htmx", False):
        return redirect("reports:report_detail", npm=mechanism.slug, pk=report.pk)
    job = report.job and report.job.in_words()
    if job is None or not job.is_live:
        return HttpResponseClientRefresh()
    return TemplateResponse(request, "reports/_progress.html", {"report": report, "job": job})


@require_POST
@desk_page(needs=MAKE_REPORTS)
def report_retry(request: HttpRequest, mechanism: Mechanism, pk: str) -> HttpResponse:
    report = _report(request, mechanism, pk)
    if actions.retry_report(report=report, by=request.user):  # type: ignore[arg-type]
        messages.success(request, _("The report is being made again, with today’s figures."))
    return redirect("reports:report_detail", npm=mechanism.slug, pk=report.pk)


@require_safe
@desk_page(needs=MAKE_REPORTS)
def report_download(request: HttpRequest, mechanism: Mechanism, pk: str) -> HttpResponseBase:
    report = _report(request, mechanism, pk)
    file_or_404(report.file)
    audit.record("report.downloaded", by=request.user, obj=report, mechanism=mechanism, edition=report.edition)
    return inert_response(report.file, report.file_name, "application/pdf")


def _report(request: HttpRequest, mechanism: Mechanism, pk: str) -> Report:
    reports = Report.objects.visible_to(request.user).filter(year__mechanism=mechanism)
    return get_object_or_404(reports.for_detail(), pk=pk)


def _list_context(request: HttpRequest, mechanism: Mechanism, form: ReportRequestForm) -> dict[str, Any]:
    years = list(ReportingYear.objects.visible_to(request.user).filter(mechanism=mechanism).with_reports())
    has_reports = any(year.reports.all() for year in years)
    return {"years": years, "has_reports": has_reports, "form": form, "has_errors": bool(form.errors)}


def _suggested(request: HttpRequest, mechanism: Mechanism) -> dict[str, str]:
    """Return the last year that is over: the report that is most likely wanted."""
    year = ReportingYear.objects.visible_to(request.user).filter(mechanism=mechanism).complete().first()
    return {"year": year.label} if year else {}
