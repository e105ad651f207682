"""Sheets to take along on a visit: on paper (PDF), and the same as a spreadsheet that comes back through the import."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from members.models import DetentionSetting, Mechanism, MemberBody
from members.views.scope import desk_page
from npmportal.access import VIEW_VISITS, can
from npmportal.csv_files import csv_response
from npmportal.pdf import PdfError
from npmportal.private_files import INERT, inert_answer
from npmportal.xlsx_files import CONTENT_TYPE
from visits.documents import sheet
from visits.importing import templates


@require_safe
@desk_page(on_a_body=VIEW_VISITS)
def question_sheet_pdf(request: HttpRequest, mechanism: Mechanism, body: str, setting: str) -> HttpResponse:
    found, place_kind = _body_and_setting(request, mechanism, body, setting)
    today = date.today()
    try:
        document = sheet.as_pdf(sheet.compose(mechanism, found, place_kind, today), today)
    except PdfError as error:
        return HttpResponse(f"{gettext(str(error))}\n", status=503, content_type="text/plain; charset=utf-8")
    disposition = f'attachment; filename="{_name(found, place_kind)}.pdf"'
    return HttpResponse(
        document, headers=INERT | {"Content-Type": "application/pdf", "Content-Disposition": disposition}
    )


@require_safe
@desk_page(on_a_body=VIEW_VISITS)
def question_sheet_csv(request: HttpRequest, mechanism: Mechanism, body: str, setting: str) -> HttpResponseBase:
    found, place_kind = _body_and_setting(request, mechanism, body, setting)
    columns, _offered = sheet.as_columns(mechanism, found, place_kind, date.today())
    return csv_response(f"{_name(found, place_kind)}.csv", templates.headings(columns), [])


@require_safe
@desk_page(on_a_body=VIEW_VISITS)
def question_sheet_xlsx(request: HttpRequest, mechanism: Mechanism, body: str, setting: str) -> HttpResponseBase:
    found, place_kind = _body_and_setting(request, mechanism, body, setting)
    columns, offered = sheet.as_columns(mechanism, found, place_kind, date.today())
    book = templates.workbook(columns, mechanism, offered)
    return inert_answer(ContentFile(book), f"{_name(found, place_kind)}.xlsx", CONTENT_TYPE)


def _body_and_setting(
    request: HttpRequest, mechanism: Mechanism, body: str, setting: str
) -> tuple[MemberBody, DetentionSetting]:
    """Return the body, for its own people, and the setting."""
    found = get_object_or_404(mechanism.bodies, slug=body)
    place_kind: Any = get_object_or_404(mechanism.settings.filter(has_places=True), slug=setting)
    if not can(request.user, VIEW_VISITS, found):
        raise PermissionDenied
    return found, place_kind


def _name(body: MemberBody, setting: DetentionSetting) -> str:
    return f"visit-sheet-{body.slug}-{setting.slug}"
