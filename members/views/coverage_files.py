"""The coverage matrix as files: a picture for a slide, and a page of PDF."""

import hashlib
import tempfile
from datetime import UTC, datetime, time
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from members.coverage import build_matrix
from members.coverage.picture import draw
from members.models import Mechanism
from members.views.asked_day import asked_day
from members.views.evidence import bad_day, sources_of_matrix
from members.views.scope import desk_page, public_page
from npmportal import audit
from npmportal.pdf import Limits, PdfError, write_pdf
from npmportal.private_files import INERT

# One table of two pages at most: what takes longer than this is not made while somebody waits (ADR 0014).
LIMITS = Limits(memory=500_000_000, cpu_seconds=15, wall_seconds=20)
STYLESHEET = "report.css"


@require_safe
@public_page
def coverage_svg(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    asked = asked_day(request)
    if asked.error:
        return bad_day(asked.error)
    picture = draw(build_matrix(mechanism, asked.on), mechanism.name)
    return _download(picture.encode(), f"{mechanism.slug}-coverage-{asked.on}.svg", "image/svg+xml; charset=utf-8")


@require_safe
@desk_page()
def coverage_pdf(request: HttpRequest, mechanism: Mechanism) -> HttpResponseBase:
    asked = asked_day(request)
    if asked.error:
        return bad_day(asked.error)
    matrix = build_matrix(mechanism, asked.on)
    context = {
        "matrix": matrix,
        "sources": sources_of_matrix(matrix),
        "on": asked.on,
        "npm": mechanism,
        "language": get_language(),
    }
    html = render_to_string("members/coverage.pdf.html", context)
    try:
        document = _written(html, datetime.combine(asked.on, time(), UTC))
    except PdfError as error:
        return HttpResponse(f"{gettext(str(error))}\n", status=503, content_type="text/plain; charset=utf-8")
    audit.record("coverage.downloaded", by=request.user, obj=mechanism, mechanism=mechanism, on=asked.on.isoformat())
    return _download(document, f"{mechanism.slug}-coverage-{asked.on}.pdf", "application/pdf")


def _written(html: str, created: datetime) -> bytes:
    """Return ``html`` as a PDF/UA-1 file; the same register gives the same bytes. Raises PdfError."""
    identifier = hashlib.sha256(html.encode()).hexdigest()
    with tempfile.TemporaryDirectory(prefix="coverage-") as folder:
        path = Path(folder) / "coverage.pdf"
        write_pdf(html, path, stylesheet=STYLESHEET, identifier=identifier, created=created, limits=LIMITS)
        return path.read_bytes()


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(content, headers=INERT | {"Content-Type": content_type, "Content-Disposition": disposition})
