"""Visits as CSV: the same records as the list shows, one a line, streamed however many there are."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from members.models import Mechanism
from npmportal.csv_files import csv_response
from visits.models import Visit
from visits.models.body_names import BodyNames
from visits.views.rows import words_of

RELATED = ("place__name", "setting_id", "jurisdiction_id", "body_ids")
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


def response(visits: QuerySet[Visit], names: BodyNames, mechanism: Mechanism) -> StreamingHttpResponse:
    """Return ``visits`` as a file, newest first. An empty field was not recorded; it is not nought."""
    meta = Visit._meta
    related = [_("place"), _("setting"), _("jurisdiction"), _("lead body"), _("partner bodies")]
    header = [*related, *(str(meta.get_field(name).verbose_name) for name in (*PLAIN, *CHOSEN))]  # type: ignore[union-attr]
    # The words are put into the reader's language now: the rows are written after the request has ended.
    return csv_response("visits.csv", header, _rows(visits, names, words_of(CHOSEN), mechanism))


def _rows(
    visits: QuerySet[Visit], names: BodyNames, words: dict[str, dict[str, str]], mechanism: Mechanism
) -> Iterator[list[Any]]:
    """Yield a line per visit, from columns alone: making objects of a hundred thousand visits takes far longer."""
    settings = {setting.pk: setting.name for setting in mechanism.settings.all()}
    jurisdictions = {jurisdiction.pk: jurisdiction.name for jurisdiction in mechanism.jurisdictions.all()}
    ordered = visits.order_by("-starts_on", "-id").values_list(*RELATED, *PLAIN, *CHOSEN)
    day = PLAIN.index("starts_on")
    for place, setting, jurisdiction, body_ids, *columns in ordered.iterator(chunk_size=2000):
        on = columns[day]
        bodies = [name.abbreviation for name in (names.on(body_id, on) for body_id in body_ids) if name]
        yield [
            place,
            settings.get(setting, ""),
            jurisdictions.get(jurisdiction, ""),
            bodies[0] if bodies else "",
            "; ".join(bodies[1:]),
            *columns[: len(PLAIN)],
            *(words[name].get(value, "") for name, value in zip(CHOSEN, columns[len(PLAIN) :], strict=True)),
        ]
