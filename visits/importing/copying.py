"""Rows into PostgreSQL by COPY, its way for many: eight times as quick as INSERT, and every trigger still fires."""

import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import date, time
from itertools import islice
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.utils import timezone

_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"
LINES_AT_ONCE = 100


def text_of(value: Any) -> str:
    """Return ``value`` as COPY reads it."""
    if value is None:
        return NULL
    if isinstance(value, str):
        return value.translate(_ESCAPED)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int | date | time | uuid.UUID):
        return str(value)
    if isinstance(value, dict):
        return json.dumps(value, cls=DjangoJSONEncoder).translate(_ESCAPED)
    if isinstance(value, list | tuple):
        return "{" + ",".join(str(int(item)) for item in value) + "}"
    return str(value).translate(_ESCAPED)


class _Source:
    """Lines as a file that is written while PostgreSQL reads it, so that the two work at the same time."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.failure: Exception | None = None

    def read(self, _size: int = -1) -> str:
        try:
            return "".join(f"{line}\n" for line in islice(self._lines, LINES_AT_ONCE))
        except Exception as failure:  # the driver would tell of it as of a database that went away
            self.failure = failure
            return ""


def copy(table: str, columns: Sequence[str], lines: Iterable[str]) -> None:
    """Store ``lines``, each the texts of ``columns`` between tabs, in ``table``. Names are ours, never a person's.

    Call it inside a transaction: what writing a line raises comes out after the lines before it are stored.
    """
    named = ", ".join(connection.ops.quote_name(column) for column in columns)
    source = _Source(lines)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {connection.ops.quote_name(table)} ({named}) FROM STDIN", source)
    if source.failure:
        raise source.failure


def gather_words() -> None:
    """Let the words of the visits that this transaction stores wait for `file_words`.

    Their index is what costs most of an import: it takes many at once for a third of what they cost little by little.
    No more than 32 MB wait, since a search meanwhile reads them one by one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL gin_pending_list_limit = '32MB'; SET LOCAL work_mem = '64MB'")


def file_words() -> None:
    """Put the words that wait, and the bodies, into their indexes, so that nobody's list reads them one by one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT visits_file_words()")


class NewRows:
    """The rows of one model, each given by the few columns that differ from what a new record has by itself."""

    def __init__(self, model: type[models.Model], **same: Any) -> None:
        """``same`` are values for all rows, by the column's attribute (``lead_body_id``)."""
        fields = [field for field in model._meta.concrete_fields if not _is_filled_by_the_database(field)]
        self.table = model._meta.db_table
        self.columns = [str(field.column) for field in fields]
        self._place = {field.attname: number for number, field in enumerate(fields)}
        self._usual = [text_of(same[f.attname] if f.attname in same else _default(f)) for f in fields]
        self._rows: list[dict[str, Any]] = []

    def add(self, **values: Any) -> None:
        """Add one row; ``values`` by the columns' attributes."""
        self._rows.append(values)

    def store(self) -> int:
        """Store what was added, and return how much that was."""
        rows, self._rows = self._rows, []
        if rows:
            copy(self.table, self.columns, (self._line(row) for row in rows))
        return len(rows)

    def _line(self, values: dict[str, Any]) -> str:
        texts = self._usual.copy()
        for name, value in values.items():
            texts[self._place[name]] = text_of(value)
        return "\t".join(texts)


def _is_filled_by_the_database(field: Any) -> bool:
    return getattr(field, "generated", False) or isinstance(field, models.AutoField)


def _default(field: Any) -> Any:
    if field.primary_key:
        return None  # given row by row
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return timezone.now()
    return field.get_default() if field.has_default() or not field.null else None


def update(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Give rows of ``model`` new values in one UPDATE: each of ``rows`` is the key and the values of ``columns``."""
    quoted = [connection.ops.quote_name(column) for column in columns]
    table, key = connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name(str(model._meta.pk.column))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS import_changes")
        cursor.execute(
            f"CREATE TEMPORARY TABLE import_changes ON COMMIT DROP AS "
            f"SELECT {', '.join([key, *quoted])} FROM {table} WITH NO DATA"
        )
    lines = ("\t".join(text_of(value) for value in row) for row in rows)
    copy("import_changes", [str(model._meta.pk.column), *columns], lines)
    pairs = ", ".join(f"{column} = c.{column}" for column in quoted)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} AS t SET {pairs} FROM import_changes AS c WHERE t.{key} = c.{key}")
