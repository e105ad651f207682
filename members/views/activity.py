"""What happened in a mechanism, as far as the reader may know of it."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from members.activity_entries import Entry, entries, events_of, folded
from members.forms.activity import ActivityFilter
from members.models import Mechanism
from members.views.scope import desk_page
from npmportal import audit
from npmportal.access import MANAGE_BODY_PEOPLE, grants_of
from npmportal.csv_files import csv_response
from npmportal.models import AuditEvent
from npmportal.paging import Keyset, cheap_count, paginate, read_moment

AT_ONCE = 500


class ByMomentThenNumber(Keyset):
    """Events have numbers where other records have UUIDs."""

    def parse(self, text: str) -> tuple[Any, Any]:
        found = re.fullmatch(r"(?P<moment>[0-9T:.+-]{10,40})_(?P<number>[0-9]{1,18})", text, re.ASCII)
        if not found:
            raise ValueError("A place in this list is written <moment>_<number>.")
        return read_moment(found["moment"]), int(found["number"])


NEWEST_FIRST = ByMomentThenNumber("at", read_moment, is_descending=True)


@require_safe
@desk_page()
def activity(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    filters, events = _filtered(request, mechanism)
    page = paginate(request, events, NEWEST_FIRST)
    count = (len(page.rows), False) if page.is_only else cheap_count(events)
    query, csv_url = request.GET.urlencode(), reverse("members:activity_csv", kwargs={"npm": mechanism.slug})
    context = {
        "page": page,
        "happened": folded(
            entries(page.rows, request.user),
            goes_on_before=bool(page.previous_url),
            goes_on_after=bool(page.next_url),
        ),
        "filters": filters,
        "has_errors": bool(filters.errors),
        "of_one_record": "record" in filters.active,
        "download_label": _download(count),
        "csv_url": f"{csv_url}?{query}" if query else csv_url,
    }
    return TemplateResponse(request, "members/activity.html", context)


@require_safe
@desk_page()
def activity_csv(request: HttpRequest, mechanism: Mechanism) -> HttpResponseBase:
    filters, events = _filtered(request, mechanism)
    audit.record(
        "activity.exported",
        by=request.user,
        mechanism=mechanism,
        bodies=grants_of(request.user).on(MANAGE_BODY_PEOPLE) & _ids_of_bodies(mechanism),
        records=events.order_by().count(),
        filters=sorted(filters.active),
    )
    header = [_("When"), _("What happened"), _("Bodies"), _("Before and after"), _("In force from"), _("Reason")]
    header += [_("Person"), _("Action"), _("Result"), _("Record"), _("Request")]
    return csv_response("activity.csv", header, _rows(events, request.user, translation.get_language()))


def _filtered(request: HttpRequest, mechanism: Mechanism) -> tuple[ActivityFilter, QuerySet[AuditEvent]]:
    filters = ActivityFilter(request.GET, user=request.user, mechanism=mechanism)
    return filters, filters.apply(events_of(mechanism, request.user, filters.actions()))


def _ids_of_bodies(mechanism: Mechanism) -> frozenset[int]:
    bodies: Any = mechanism.bodies
    return frozenset(bodies.values_list("pk", flat=True))


def _download(count: tuple[int, bool] | None) -> str:
    if count is None or count[1]:
        return _("Download all these entries")
    text = ngettext("Download this entry", "Download these %(number)s entries", count[0])
    return text % {"number": number_format(count[0])}


def _rows(events: QuerySet[AuditEvent], reader: Any, language: str | None) -> Iterator[list[Any]]:
    """Yield a line per event. The rows are written after the request has ended, and in its language all the same."""
    walked = events.order_by("-at", "-id").iterator(chunk_size=AT_ONCE)
    while batch := list(islice(walked, AT_ONCE)):
        with translation.override(language):
            lines = [_line(entry) for entry in entries(batch, reader)]
        yield from lines


def _line(entry: Entry) -> list[Any]:
    event, row = entry.event, entry.change
    changes = [f"{line.field}: {line.before or '–'} → {line.after or '–'}" for line in row.lines] if row else []
    return [
        timezone.localtime(event.at).isoformat(sep=" ", timespec="seconds"),
        entry.text,
        "; ".join(entry.bodies),
        "; ".join(changes),
        row.change.effective_on if row else None,
        row.change.reason if row else "",
        entry.who if event.actor else "",
        event.action,
        event.get_result_display(),
        f"{event.object_type} {event.object_id}".strip(),
        event.request_id,
    ]
