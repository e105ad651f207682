"""“Who can see this?” of a report."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.models import Mechanism
from members.views.scope import desk_page
from members.views.who import who_page
from npmportal.access import MAKE_REPORTS
from reports.models import Report
from reports.seeing import grounds_of_report


@require_safe
@desk_page(needs=MAKE_REPORTS)
def report_who(request: HttpRequest, mechanism: Mechanism, pk: str) -> HttpResponse:
    reports = Report.objects.visible_to(request.user).filter(year__mechanism=mechanism)
    report = get_object_or_404(reports.for_detail(), pk=pk)
    return who_page(
        request,
        mechanism,
        record=str(report),
        back_url=reverse("reports:report_detail", kwargs={"npm": mechanism.slug, "pk": report.pk}),
        grounds=grounds_of_report(mechanism),
        others=_("Nobody else, until the report is published."),
    )
