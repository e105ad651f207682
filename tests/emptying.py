"""Empty the tables after a test that commits: of those that hold rows the rows are deleted.

Django empties all by TRUNCATE, which makes every table and index anew: with more than a hundred tables that took longer
than most of the tests themselves. What comes of the models alone stays: content types and permissions.
"""

from collections.abc import Callable
from typing import Any

from django.db import OperationalError, connection, transaction

# As the migration leaves it: two writers who both found no head would take it for lost.
HEAD_OF_THE_CHAIN = "INSERT INTO npmportal_audithead (id, sequence, hash) VALUES (1, 0, repeat('0', 64))"
STAY = {"django_content_type", "auth_permission", "django_migrations"}
# Those that refuse that a row goes, or do something about it. (The type of a trigger: 1 for each row, 8 on deletion.)
TRIGGERS = """
SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND t.tgenabled = 'O' AND t.tgtype & 8 > 0
"""


def emptying() -> Callable[..., list[str]]:
    """Return what stands in for ``DatabaseOperations.sql_flush``: it empties at once, and leaves nothing to be done."""
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS)
        triggers = cursor.fetchall()

    def empty(ops: Any, style: Any, tables: list[str], **options: Any) -> list[str]:
        emptied = [table for table in tables if table not in STAY]
        for is_last in (False, False, True):
            try:
                _delete(emptied, triggers)
            except OperationalError:  # a page that is still being answered holds one of them: each waits for the other
                if is_last:
                    raise
            else:
                break
        return []

    return empty


def _delete(tables: list[str], triggers: list[tuple[str, str]]) -> None:
    quoted = {table: connection.ops.quote_name(table) for table in tables}
    asked = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {name})" for table, name in quoted.items())
    with connection.cursor() as cursor:
        with transaction.atomic():
            # Whatever is being written is waited for.
            cursor.execute(f"LOCK TABLE {', '.join(quoted.values())} IN ACCESS EXCLUSIVE MODE")
            cursor.execute(asked)
            filled = [table for (table,) in cursor.fetchall()]
            hindering = [(quoted[table], name) for table, name in triggers if table in filled]
            for table, name in hindering:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for table in filled:
                cursor.execute(f"DELETE FROM {quoted[table]}")
            if "npmportal_audithead" in filled:
                cursor.execute(HEAD_OF_THE_CHAIN)
        for table, name in hindering:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")
