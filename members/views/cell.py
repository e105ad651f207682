"""One cell of the coverage matrix: who holds it since when, what explains it; at the desk also what is seen there."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.coverage.cells import AskedCell, asked_cell, beside
from members.coverage.loading import columns_of, entries_of
from members.coverage.matrix import Column
from members.models import CoverageGap, CoverageNote, Mechanism, Remit
from members.views.asked_day import asked_day
from members.views.evidence import sources_of
from members.views.scope import desk_page, public_page
from npmportal.access import MANAGE_MEMBERS, grants_of


@require_safe
@public_page
def cell(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    return TemplateResponse(request, "members/cell.html", _context(request, mechanism, "members:body_detail"))


@require_safe
@desk_page()
def desk_cell(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    context = _context(request, mechanism, "members:desk_body_detail")
    context |= {
        "may_edit": mechanism.pk in grants_of(request.user).on(MANAGE_MEMBERS),
        "beside": beside(request.user, context["cell"]),
        "query": cell_query(context["cell"]),
    }
    return TemplateResponse(request, "members/cell.html", context)


def cell_query(found: AskedCell) -> str:
    """Return the parameters that name the cell in an address."""
    return urlencode(
        {
            "setting": found.setting.slug,
            "jurisdiction": found.jurisdiction.slug,
            "layer": found.layer,
            "on": found.on.isoformat(),
        }
    )


def desk_cell_url(mechanism: Mechanism, setting: str, jurisdiction: str, layer: str, on: Any) -> str:
    """Return the address of the desk's page of a cell, to go back to after an act."""
    asked = urlencode({"setting": setting, "jurisdiction": jurisdiction, "layer": layer, "on": on.isoformat()})
    return f"{reverse('members:desk_cell', kwargs={'npm': mechanism.slug})}?{asked}"


def _context(request: HttpRequest, mechanism: Mechanism, body_url: str) -> dict[str, Any]:
    asked = asked_day(request)
    found = asked_cell(mechanism, request.GET, asked.on)
    if found is None:
        raise Http404(_("There is no such cell."))
    columns = columns_of(mechanism)
    remits = _remits(found, columns)
    gaps = _gaps(found)
    notes = _notes(found)
    return {
        "on": asked.on,
        "on_error": asked.error,
        "has_errors": bool(asked.error),
        "cell": found,
        "remits": remits,
        "gaps": gaps,
        "notes": notes,
        "standing": [remit for remit in remits if remit["holds"]],
        "standing_gaps": [gap for gap in gaps if gap.holds_on(asked.on)],
        "standing_notes": [note for note in notes if note.holds_on(asked.on)],
        "neighbours": _neighbours(found, columns),
        "sources": sources_of([row["entry"].source for row in remits] + [gap.source for gap in gaps]),
        "body_url": body_url,
    }


def _neighbours(found: AskedCell, columns: dict[int, Column]) -> list[dict[str, Any]]:
    """Return the cells of the same row, for a way along it."""
    asked = {"setting": found.setting.slug, "layer": found.layer, "on": found.on.isoformat()}
    return [
        {
            "name": column.name,
            "query": urlencode(asked | {"jurisdiction": column.slug}),
            "is_here": column.slug == found.jurisdiction.slug,
        }
        for column in columns.values()
    ]


def _remits(found: AskedCell, columns: dict[int, Column]) -> list[dict[str, Any]]:
    """Return the cell's remits, the newest first, each with its id, its words and whether it holds on the day."""
    names = {column.slug: str(column.name) for column in columns.values()}
    remits = found.remits.order_by("-starts_on", "position", "pk")
    ids = dict(remits.values_list("key", "pk"))
    return [
        {
            "pk": ids[entry.key],
            "entry": entry,
            "where": ", ".join(names[slug] for slug in entry.jurisdictions),
            "holds": entry.period.starts_on <= found.on
            and (entry.period.ends_on is None or found.on < entry.period.ends_on),
        }
        for _setting, entry in entries_of(remits, found.mechanism, columns, found.on)
    ]


def _gaps(found: AskedCell) -> list[CoverageGap]:
    gaps = CoverageGap.objects.in_use().filter(
        setting=found.setting, layer__in=Remit.layers_meeting(found.layer), jurisdictions=found.jurisdiction
    )
    return list(gaps.select_related("source").order_by("-starts_on", "pk"))


def _notes(found: AskedCell) -> list[CoverageNote]:
    notes = CoverageNote.objects.in_use().filter(
        setting=found.setting, layer__in=Remit.layers_meeting(found.layer), jurisdiction=found.jurisdiction
    )
    return list(notes.select_related("source").order_by("-starts_on", "pk"))
