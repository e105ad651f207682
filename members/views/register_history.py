"""What changed when: the network's timeline for everybody, and for its keepers the log of what was entered and why."""

from datetime import date
from typing import Any

from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from members.models import Mechanism, MemberBody, RegisterChange
from members.register_log import log_rows
from members.timeline import COVERAGE, MEMBERS, by_year, timeline
from members.views.register_facts import keeps_register
from members.views.scope import public_page
from npmportal.paging import Keyset, paginate


class ByNumber(Keyset):
    """The order in which the changes were written down; their numbers alone name a place in it."""

    def order(self, *, backwards: bool) -> list[str]:
        return ["id" if backwards else "-id"]

    def beyond(self, key: Any, *, backwards: bool) -> Any:
        return Q(id__gt=key[1]) if backwards else Q(id__lt=key[1])

    def key_of(self, row: Any) -> str:
        return str(row.pk)

    def parse(self, text: str) -> tuple[Any, Any]:
        if not (text.isascii() and text.isdecimal() and len(text) <= 18):
            raise ValueError("A place in this list is a number.")
        return None, int(text)


EVERYTHING = "all"
NEWEST_ENTRY_FIRST = ByNumber("id", int, is_descending=True)


@require_safe
@public_page
def history(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    what = request.GET.get("what", "")
    what = what if what in (COVERAGE, EVERYTHING) else MEMBERS
    body = None
    if slug := request.GET.get("body", "").replace("\x00", "")[:40]:
        bodies = MemberBody.objects.filter(mechanism=mechanism).with_names_as_at(date.today())
        body, what = get_object_or_404(bodies, slug=slug), EVERYTHING
    events = timeline(mechanism, body=body, what=what if what != EVERYTHING else "")
    context = {"years": by_year(events), "what": what, "has_events": bool(events), "body": body}
    return TemplateResponse(request, "members/history.html", context)


@require_safe
@keeps_register
def register_log(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    changes = RegisterChange.objects.filter(mechanism=mechanism).select_related("by")
    bodies = MemberBody.objects.filter(mechanism=mechanism).with_names_as_at(date.today())
    slug = request.GET.get("body", "").replace("\x00", "")[:40]
    if slug:
        changes = changes.filter(body__slug=slug, body__mechanism=mechanism)
    changes = changes.prefetch_related(Prefetch("body", bodies))
    page = paginate(request, changes, NEWEST_ENTRY_FIRST)
    context = {"page": page, "rows": log_rows(page.rows), "bodies": bodies.order_by("position"), "slug": slug}
    return TemplateResponse(request, "members/register_log.html", context)
