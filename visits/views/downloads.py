"""Downloads of exactly what is filtered: at once, or made in the background where the list is long."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from members.models import Mechanism
from npmportal import audit, jobs
from npmportal.access import VIEW_VISITS, grants_of
from npmportal.paging import capped_count
from npmportal.private_files import INERT, inert_response
from visits.actions.downloads import request_download
from visits.downloading import lists
from visits.downloading.formats import FORMATS
from visits.forms.filters import filters_in
from visits.models import Download
from visits.views.scope import asks_and_acts, knows_of_visits, list_address


@require_safe
@knows_of_visits
def visits_file(request: HttpRequest, mechanism: Mechanism, ending: str) -> HttpResponseBase:
    found = lists.filtered_list(request.user, mechanism, request.GET)
    if found.filters.errors:
        return redirect(list_address(mechanism, filters_in(request.GET)))  # which says what cannot be read
    if capped_count(found.visits, lists.MOST_AT_ONCE)[1]:
        address = reverse("visits:download_new", kwargs={"npm": mechanism.slug})
        query = filters_in(request.GET)
        return redirect(f"{address}?format={ending}{f'&{query}' if query else ''}")
    kind = FORMATS[ending]
    found.write_down(ending)
    disposition = f'attachment; filename="visits.{ending}"'
    headers = INERT | {"Content-Type": kind.content_type, "Content-Disposition": disposition}
    return StreamingHttpResponse(kind.write(found.lines(kind)), headers=headers)


@asks_and_acts
@knows_of_visits
def download_new(request: HttpRequest, mechanism: Mechanism) -> HttpResponseBase:
    ending = request.GET.get("format", "")
    if ending not in FORMATS:
        raise Http404
    query = filters_in(request.GET)
    found = lists.filtered_list(request.user, mechanism, QueryDict(query))
    if found.filters.errors:
        return redirect(list_address(mechanism, query))
    if request.method == "POST":
        language = get_language() or "en-gb"
        download = request_download(
            mechanism=mechanism,
            format=ending,
            query=query,
            language=language,
            by=request.user,  # type: ignore[arg-type]
        )
        return _to_page(download)
    context = {
        "active": list(found.filters.active(QueryDict(query))),
        "kind": ending.upper(),
        "most": lists.MOST_AT_ONCE,
        "list_url": list_address(mechanism, query),
    }
    return TemplateResponse(request, "visits/download_new.html", context)


@require_safe
@knows_of_visits
def download_detail(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponse:
    download = _own(request, mechanism, pk)
    context = {"download": download, "job": download.job and download.job.in_words()}
    return TemplateResponse(
        request, "visits/download_detail.html", context | {"list_url": list_address(mechanism, download.query)}
    )


@require_safe
@knows_of_visits
def download_progress(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponseBase:
    download = _own(request, mechanism, pk)
    if not getattr(request, "htmx", False):
        return _to_page(download)
    job = download.job and download.job.in_words()
    if job is None or not job.is_live:
        return HttpResponseClientRefresh()
    return TemplateResponse(request, "visits/_download_progress.html", {"download": download, "job": job})


@require_POST
@knows_of_visits
def download_retry(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponseBase:
    download = _own(request, mechanism, pk)
    if download.job is not None and not jobs.retry(download.job):
        messages.info(request, _("The file is being made already, or has been made."))
    return _to_page(download)


@require_safe
@knows_of_visits
def download_file(request: HttpRequest, mechanism: Mechanism, pk: Any) -> HttpResponseBase:
    download = _own(request, mechanism, pk)
    response = inert_response(download.file, download.file_name, FORMATS[download.format].content_type)
    own = grants_of(request.user).on(VIEW_VISITS)
    number = download.records
    audit.record("visits.file_fetched", by=request.user, mechanism=mechanism, bodies=own, records=number)
    return response


def _own(request: HttpRequest, mechanism: Mechanism, pk: Any) -> Download:
    """Return the file the person asked for, as long as it may be had (404 else): the rights are looked at each time."""
    own = Download.objects.visible_to(request.user).filter(mechanism=mechanism)
    return get_object_or_404(own.select_related("job", "mechanism"), pk=pk)


def _to_page(download: Download) -> HttpResponse:
    return redirect("visits:download_detail", npm=download.mechanism.slug, pk=download.pk)
