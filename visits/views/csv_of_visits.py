"""Visits as CSV: the same records as the list shows, one a line, streamed however many there are."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from npmportal.csv_files import csv_response
from visits.models import Visit
from visits.models.body_names import BodyNames
from visits.views.rows import bodies_of, words_of

PLAIN = (
    "reference",
    "own_kind",
    "starts_on",
    "ends_on",
    "time_in",
    "time_out",
    "outside_remit_reason",
    "access_delay_minutes",
    "access_note",
    *Visit.FUNNEL,
    "summary",
)
CHOSEN = (
    "state",
    "kind",
    "notice",
    "mode",
    "trigger",
    "validity",
    "satisfaction",
    "confidentiality",
    "access",
    "access_reason",
)


def response(visits: QuerySet[Visit], names: BodyNames) -> StreamingHttpResponse:
    """Return ``visits`` as a file, newest first. An empty field was not recorded; it is not nought."""
    meta = Visit._meta
    related = [_("place"), _("setting"), _("jurisdiction"), _("lead body"), _("partner bodies")]
    header = [*related, *(str(meta.get_field(name).verbose_name) for name in (*PLAIN, *CHOSEN))]  # type: ignore[union-attr]
    # The words are put into the reader's language now: the rows are written after the request has ended.
    return csv_response("visits.csv", header, _rows(visits, names, words_of(CHOSEN)))


def _rows(visits: QuerySet[Visit], names: BodyNames, words: dict[str, dict[str, str]]) -> Iterator[list[Any]]:
    ordered = visits.select_related("place", "setting", "jurisdiction").order_by("-starts_on", "-id")
    for visit in ordered.iterator(chunk_size=2000):
        bodies = [name.abbreviation for name in bodies_of(visit, names)]
        yield [
            visit.place.name,
            visit.setting.name,
            visit.jurisdiction.name,
            bodies[0] if bodies else "",
            "; ".join(bodies[1:]),
            *(getattr(visit, name) for name in PLAIN),
            *(words[name].get(getattr(visit, name), "") for name in CHOSEN),
        ]
