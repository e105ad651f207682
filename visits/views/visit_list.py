from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from members.models import Mechanism
from npmportal.access import LOG_VISITS, grants_of
from npmportal.paging import NEWEST_FIRST, cheap_count, paginate
from visits.downloading.formats import FORMATS
from visits.field_table import reader_of
from visits.forms.filters import VisitFilter, filters_in
from visits.models import Visit
from visits.models.body_names import BodyNames
from visits.views.rows import rows_of
from visits.views.saved_views import saved_views_of
from visits.views.scope import knows_of_visits, list_address
from visits.views.search import write_down_search

# The columns of the list: the fields of which one brings it, and its heading.
COLUMNS: tuple[tuple[tuple[str, ...], Promise], ...] = (
    (("starts_on",), gettext_lazy("First day")),
    ((), gettext_lazy("Place")),
    (("setting", "jurisdiction"), gettext_lazy("Setting")),
    (("lead_body", "partners"), gettext_lazy("Bodies")),
    (("kind",), gettext_lazy("Kind")),
    (("notice",), gettext_lazy("Notice")),
    (("validity", "access"), gettext_lazy("Outcome")),
    (("state",), gettext_lazy("State")),
)


@require_safe
@knows_of_visits
def visit_list(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    names, reader = BodyNames(mechanism), reader_of(request.user, mechanism)
    filters = VisitFilter(request.GET, user=request.user, mechanism=mechanism, names=names)
    visits: Any = filters.apply(Visit.objects.visible_to(request.user).filter(mechanism=mechanism))
    page = paginate(request, visits.for_list(), NEWEST_FIRST)
    count = (len(page.rows), False) if page.is_only else cheap_count(visits)
    if filters.cleaned_data.get("words"):
        write_down_search(request.user, mechanism, page, count)
    columns = reader.sees_of_some()
    query = filters_in(request.GET)
    context = {
        "page": page,
        "rows": rows_of(page.rows, names, reader),
        "columns": columns,
        "headings": [heading for fields, heading in COLUMNS if not fields or columns.intersection(fields)],
        "filters": filters,
        "has_errors": bool(filters.errors),
        "active": list(filters.active(request.GET)),
        "caption_note": _how_many(count),
        "download_label": _download(count),
        "downloads": [(ending.upper(), list_address(mechanism, query, f"visits_{ending}")) for ending in FORMATS],
        "query": query,
        "views": saved_views_of(request.user, mechanism, query),
        "may_log": names.of_any(grants_of(request.user).on(LOG_VISITS)),
    }
    return TemplateResponse(request, "visits/visit_list.html", context)


def _how_many(count: tuple[int, bool] | None) -> str:
    """Return the number of visits in words, nothing where counting them would take long."""
    if count is None:
        return ""
    number, has_more = count
    words = ngettext("%(number)s visit", "%(number)s visits", number) % {"number": number_format(number)}
    return _("more than %(visits)s") % {"visits": words} if has_more else words


def _download(count: tuple[int, bool] | None) -> str:
    if count is None or count[1]:
        return _("Download all these records")
    text = ngettext("Download this record", "Download these %(n)s records", count[0])
    return text % {"n": number_format(count[0])}
