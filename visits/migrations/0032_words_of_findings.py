"""The words of findings for full-text search, one row for all findings of a visit, kept by triggers (ADR 0025)."""

from django.db import migrations, models
from django.db.models import Q

PARTS = ("record", "shared", "bodies", "coordinator", "file", "findings")
KEEP = """
CREATE FUNCTION visits_keep_words_of_findings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM visits_visittext t USING changed WHERE t.visit_id = changed.visit_id AND t.part = 'findings';
    INSERT INTO visits_visittext (visit_id, part, words)
    SELECT f.visit_id, 'findings', visits_words(string_agg(
        concat_ws(' ', f.own_kind, f.text, f.norm, f.addressed_to), ' ' ORDER BY f.position))
    FROM visits_finding f WHERE f.visit_id IN (SELECT visit_id FROM changed) GROUP BY f.visit_id;
    RETURN NULL;
END $$;
CREATE TRIGGER visits_finding_words_of_new AFTER INSERT ON visits_finding REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION visits_keep_words_of_findings();
CREATE TRIGGER visits_finding_words_of_changed AFTER UPDATE ON visits_finding REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION visits_keep_words_of_findings();
CREATE TRIGGER visits_finding_words_gone AFTER DELETE ON visits_finding REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION visits_keep_words_of_findings();
"""
DROP = """
DROP TRIGGER visits_finding_words_gone ON visits_finding;
DROP TRIGGER visits_finding_words_of_changed ON visits_finding;
DROP TRIGGER visits_finding_words_of_new ON visits_finding;
DROP FUNCTION visits_keep_words_of_findings();
DELETE FROM visits_visittext WHERE part = 'findings';
"""


class Migration(migrations.Migration):
    dependencies = [("visits", "0031_findings")]

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
                condition=Q(part__in=["record", "findings"], note=None, attachment=None)
                | Q(part="file", note=None, attachment__isnull=False)
                | Q(part__in=["shared", "bodies", "coordinator"], note__isnull=False, attachment=None),
            ),
        ),
        migrations.AddConstraint(
            model_name="visittext",
            constraint=models.UniqueConstraint(
                condition=Q(part="findings"), fields=("visit",), name="visits_visittext_findings_of_a_visit"
            ),
        ),
        migrations.RunSQL(KEEP, DROP),
    ]
