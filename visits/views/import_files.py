"""What an import gives back: an empty file to fill in, what is wrong, the rows that were left, the records."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal import audit
from npmportal.csv_files import csv_response
from npmportal.paging import BY_NAME, NEWEST_FIRST, paginate
from npmportal.private_files import inert_answer, inert_response
from npmportal.xlsx_files import CONTENT_TYPE
from visits.field_table import reader_of
from visits.importing import templates
from visits.importing.columns import columns_of
from visits.importing.kinds import allowed_to
from visits.models import Import, Place, Visit
from visits.models.body_names import BodyNames
from visits.views.import_scope import import_page
from visits.views.rows import rows_of


@require_safe
@desk_page()
def import_template_csv(request: HttpRequest, mechanism: Mechanism, kind: str) -> HttpResponseBase:
    _allowed(request, mechanism, kind)
    return csv_response(f"{kind}.csv", templates.headings(columns_of(kind).values()), [])


@require_safe
@desk_page()
def import_template_xlsx(request: HttpRequest, mechanism: Mechanism, kind: str) -> HttpResponseBase:
    _allowed(request, mechanism, kind)
    return inert_answer(
        ContentFile(templates.workbook(list(columns_of(kind).values()), mechanism)), f"{kind}.xlsx", CONTENT_TYPE
    )


def _allowed(request: HttpRequest, mechanism: Mechanism, kind: str) -> None:
    if kind not in Import.Kind.values:
        raise Http404
    if kind not in allowed_to(request.user, mechanism).kinds:
        raise PermissionDenied


@require_safe
@import_page()
def import_problems(request: HttpRequest, batch: Import) -> HttpResponseBase:
    return inert_response(batch.problems, "problems.csv", "text/csv; charset=utf-8")


@require_safe
@import_page()
def import_rest(request: HttpRequest, batch: Import) -> HttpResponseBase:
    response = inert_response(batch.rest, "rest.csv", "text/csv; charset=utf-8")
    audit.record("import.rows_downloaded", by=request.user, obj=batch, mechanism=batch.mechanism, bodies=batch.bodies)
    return response


@require_safe
@import_page(to_work=False)
def import_records(request: HttpRequest, batch: Import) -> HttpResponse:
    mechanism = batch.mechanism
    context: dict[str, Any] = {"batch": batch}
    if batch.kind == Import.Kind.PLACES:
        places = Place.objects.visible_to(request.user).filter(imported__batch=batch)
        context["page"] = paginate(request, places.for_list(), BY_NAME)
    else:
        visits = Visit.objects.visible_to(request.user).filter(imported__batch=batch)
        page = paginate(request, visits.for_list(), NEWEST_FIRST)
        reader = reader_of(request.user, mechanism)
        context |= {"page": page, "rows": rows_of(page.rows, BodyNames(mechanism), reader, {v.pk for v in page.rows})}
    return TemplateResponse(request, "visits/import_records.html", context)
