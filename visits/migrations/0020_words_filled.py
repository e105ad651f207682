"""Write down the words of the visits that are there already, five thousand at a time, then index them all.

Each batch stands by itself, and nothing waits for the whole: broken off, it is begun again where it was.
"""

import uuid
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

BATCH = 5000
RECORDS = """
WITH batch AS (SELECT v.id FROM visits_visit v WHERE v.id > %s ORDER BY v.id LIMIT %s),
kept AS (
    INSERT INTO visits_visittext (visit_id, part, words)
    SELECT v.id, 'record', visits_words_of(v)
    FROM visits_visit v WHERE v.id IN (SELECT id FROM batch)
    ON CONFLICT DO NOTHING)
SELECT id FROM batch ORDER BY id DESC LIMIT 1
"""
# Few beside the visits: written at once, by the triggers themselves.
BESIDE = """
UPDATE visits_visitnote SET text = text WHERE id NOT IN (SELECT note_id FROM visits_visittext WHERE note_id IS NOT NULL);
UPDATE visits_attachment SET name = name
    WHERE id NOT IN (SELECT attachment_id FROM visits_visittext WHERE attachment_id IS NOT NULL);
"""


def fill(apps: Any, schema_editor: Any) -> None:
    """Write the words of every visit that has none yet."""
    with schema_editor.connection.cursor() as cursor:
        last: uuid.UUID | None = uuid.UUID(int=0)
        while last is not None:
            cursor.execute(RECORDS, [last, BATCH])
            found = cursor.fetchone()
            last = found[0] if found else None
        cursor.execute(BESIDE)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("visits", "0019_words_of_visits")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexConcurrently("visittext", GinIndex(fields=["words"], name="visits_visittext_words")),
    ]
