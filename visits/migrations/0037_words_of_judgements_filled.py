"""Write down the words of the grounds, answers and notes that are there already, five thousand visits at a time.

Each batch stands by itself, and nothing waits for the whole: broken off, it is begun again. The visits of a batch are
held while it is written, as whoever changes one holds it: no words come back that are taken away meanwhile.
"""

import uuid
from typing import Any

from django.db import migrations, transaction

BATCH = 5000
TABLES = (
    ("ratings", "visits_visitrating", "note"),
    ("answers", "visits_answer", "text"),
    ("needs", "visits_needexamined", "note"),
)
HOLD = """
SELECT id FROM visits_visit
WHERE id IN (SELECT DISTINCT visit_id FROM {table} WHERE {text} <> '' AND visit_id > %s ORDER BY visit_id LIMIT %s)
ORDER BY id FOR NO KEY UPDATE
"""
FILL = """
INSERT INTO visits_visittext (visit_id, part, words)
SELECT visit_id, '{part}', visits_words(string_agg({text}, ' ' ORDER BY id))
FROM {table} WHERE visit_id = ANY (%s) AND {text} <> '' GROUP BY visit_id
ON CONFLICT DO NOTHING
"""


def fill(apps: Any, schema_editor: Any) -> None:
    """Write the words of every visit that has none yet of these parts."""
    connection = schema_editor.connection
    for part, table, text in TABLES:
        names = {"part": part, "table": table, "text": text}
        keys = [uuid.UUID(int=0)]
        while keys:
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                cursor.execute(HOLD.format(**names), [keys[-1], BATCH])
                keys = [key for (key,) in cursor.fetchall()]
                cursor.execute(FILL.format(**names), [keys])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("visits", "0036_words_of_judgements")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
