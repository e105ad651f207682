"""Visits as CSV: the same records as the list shows, one a line, streamed however many there are."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from members.models import Mechanism
from npmportal.csv_files import csv_response
from visits import field_table
from visits.field_table import Reader
from visits.models import Visit
from visits.models.body_names import BodyNames
from visits.views.rows import BODIES, CHOSEN, words_of

# What tells which fields of a line may be shown; read from the database, printed only where the table says so.
KEYS = ("body_ids", "state", "confidentiality", "starts_on")
# Printed in words of their own; all other fields are columns of the visit itself.
RELATED = {"place": "place__name", "setting": "setting_id", "jurisdiction": "jurisdiction_id"}
# What stands in tables of its own has no one column.
NOT_IN_A_FILE = ("history", "created_by", "figures", "needs", "team", "team_names", "attachments")


def response(visits: QuerySet[Visit], names: BodyNames, mechanism: Mechanism, reader: Reader) -> StreamingHttpResponse:
    """Return ``visits`` as a file, newest first. An empty field was not recorded; it is not nought.

    The columns are the fields of the field table that ``reader`` sees of some visit; where one is hidden it says so.
    """
    sees = reader.sees_of_some()
    fields = [rule.field for rule in field_table.TABLE.rules if rule.field in sees and rule.field not in NOT_IN_A_FILE]
    # The words are put into the reader's language now: the rows are written after the request has ended.
    words: dict[str, dict[Any, str]] = {name: found for name, found in words_of(CHOSEN).items() if name in fields}
    words |= {"setting": {setting.pk: setting.name for setting in mechanism.settings.all()}}
    words |= {"jurisdiction": {jurisdiction.pk: jurisdiction.name for jurisdiction in mechanism.jurisdictions.all()}}
    printers = {name: _printer(words[name]) for name in fields if name in words}
    rows = _rows(visits, fields, printers, names, reader, _("not open to you"))
    return csv_response("visits.csv", [field_table.label_of(name) for name in fields], rows)


def _printer(words: dict[Any, str]) -> Callable[[Any], str]:
    return lambda value: words.get(value, "")


def _rows(
    visits: QuerySet[Visit],
    fields: list[str],
    printers: dict[str, Callable[[Any], str]],
    names: BodyNames,
    reader: Reader,
    hidden: str,
) -> Iterator[list[Any]]:
    """Yield a line per visit, from columns alone: making objects of a hundred thousand visits takes far longer."""
    own = [name for name in fields if name not in BODIES]
    columns = [RELATED.get(name, name) for name in own]
    ordered = visits.order_by("-starts_on", "-id").values_list(*KEYS, *columns)
    wanted = frozenset(fields)
    for body_ids, state, confidentiality, day, *values in ordered.iterator(chunk_size=2000):
        sees = reader.sees_in(body_ids, state, confidentiality)
        row = dict(zip(own, values, strict=True))
        for name, printer in printers.items():
            row[name] = printer(row[name])
        found = [name.abbreviation for name in (names.on(body_id, day) for body_id in body_ids) if name]
        row["lead_body"], row["partners"] = found[0] if found else "", "; ".join(found[1:])
        if wanted <= sees:
            yield [row[name] for name in fields]
        else:
            yield [row[name] if name in sees else hidden for name in fields]
