"""The words of the grounds of ratings, of answers in words and of notes on needs for full-text search (ADR 0025).

One row for all grounds of a visit, one for all its answers, one for all notes, kept by triggers of whole statements:
who stores no such rows pays nothing, and rows without words cost one look at what was stored. The words of what is
there already follow in 0037.
"""

from django.db import migrations, models
from django.db.models import Q

PARTS = ("record", "shared", "bodies", "coordinator", "file", "findings", "ratings", "answers", "needs")
OF_VISIT = ("ratings", "answers", "needs")
# Part, table, and the column that holds the words.
TABLES = (
    ("ratings", "visits_visitrating", "note"),
    ("answers", "visits_answer", "text"),
    ("needs", "visits_needexamined", "note"),
)
KEEP = """
CREATE FUNCTION visits_keep_words_of_{part}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched uuid[];
BEGIN
    -- What comes or goes without words changes none; what is changed may have had some.
    SELECT array_agg(DISTINCT visit_id) INTO touched FROM changed WHERE TG_OP = 'UPDATE' OR {text} <> '';
    IF touched IS NULL THEN
        RETURN NULL;
    END IF;
    DELETE FROM visits_visittext WHERE visit_id = ANY (touched) AND part = '{part}';
    INSERT INTO visits_visittext (visit_id, part, words)
    SELECT r.visit_id, '{part}', visits_words(string_agg(r.{text}, ' ' ORDER BY r.id))
    FROM {table} r WHERE r.visit_id = ANY (touched) AND r.{text} <> '' GROUP BY r.visit_id
    -- The filling of 0037 may have been here meanwhile, with what stood before.
    ON CONFLICT (visit_id, part) WHERE part IN ('ratings', 'answers', 'needs') DO UPDATE SET words = EXCLUDED.words;
    RETURN NULL;
END $$;
CREATE TRIGGER {table}_words_of_new AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION visits_keep_words_of_{part}();
CREATE TRIGGER {table}_words_of_changed AFTER UPDATE ON {table} REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION visits_keep_words_of_{part}();
CREATE TRIGGER {table}_words_gone AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION visits_keep_words_of_{part}();
"""
DROP = """
DROP TRIGGER {table}_words_gone ON {table};
DROP TRIGGER {table}_words_of_changed ON {table};
DROP TRIGGER {table}_words_of_new ON {table};
DROP FUNCTION visits_keep_words_of_{part}();
DELETE FROM visits_visittext WHERE part = '{part}';
"""


def _for_each(statements: str) -> str:
    return "".join(statements.format(part=part, table=table, text=text) for part, table, text in TABLES)


class Migration(migrations.Migration):
    dependencies = [("visits", "0035_drafts_of_parts")]

    operations = [
        migrations.AlterField(
            model_name="visittext",
            name="part",
            field=models.CharField(choices=[(part, part.capitalize()) for part in PARTS], max_length=12),
        ),
        migrations.RemoveConstraint(model_name="visittext", name="visits_visittext_of_its_part"),
        migrations.AddConstraint(
            model_name="visittext",
            constraint=models.CheckConstraint(
                name="visits_visittext_of_its_part",
                condition=Q(part__in=["record", "findings", *OF_VISIT], note=None, attachment=None)
                | Q(part="file", note=None, attachment__isnull=False)
                | Q(part__in=["shared", "bodies", "coordinator"], note__isnull=False, attachment=None),
            ),
        ),
        migrations.AddConstraint(
            model_name="visittext",
            constraint=models.UniqueConstraint(
                condition=Q(part__in=[*OF_VISIT]),
                fields=("visit", "part"),
                name="visits_visittext_one_of_each_part",
            ),
        ),
        migrations.RunSQL(_for_each(KEEP), _for_each(DROP)),
    ]
