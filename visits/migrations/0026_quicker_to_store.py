"""Store a visit with five indexes less, and look for its combination once for all that are alike."""

import django.db.models.deletion
from django.db import migrations, models

REPLACE = """
CREATE OR REPLACE FUNCTION visits_note_combinations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO visits_visitcombination (mechanism_id, body_ids, setting_id, jurisdiction_id, kind, mode)
    SELECT * FROM (
        SELECT DISTINCT mechanism_id, body_ids, setting_id, jurisdiction_id, kind, mode FROM stored) made
    WHERE NOT EXISTS (
        SELECT FROM visits_visitcombination c
        WHERE (c.mechanism_id, c.body_ids, c.setting_id, c.jurisdiction_id, c.kind, c.mode)
            = (made.mechanism_id, made.body_ids, made.setting_id, made.jurisdiction_id, made.kind, made.mode))
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0015_approving_visits"),
        ("visits", "0025_words_of_many_at_once"),
    ]

    operations = [
        migrations.AlterField(
            model_name="visit",
            name="lead_body",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="led_visits",
                to="members.memberbody",
                verbose_name="lead body",
            ),
        ),
        migrations.AlterField(
            model_name="visit",
            name="mechanism",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="visits",
                to="members.mechanism",
            ),
        ),
        migrations.AlterField(
            model_name="visit",
            name="place",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="visits",
                to="visits.place",
                verbose_name="place",
            ),
        ),
        migrations.AlterField(
            model_name="visit",
            name="setting",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="visits",
                to="members.detentionsetting",
            ),
        ),
        migrations.RemoveIndex(model_name="visit", name="visits_visit_by_state"),
        migrations.RemoveIndex(model_name="visit", name="visits_visit_unfinished"),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                condition=models.Q(("state", "approved"), _negated=True),
                fields=["mechanism", "state", "-starts_on", "-id"],
                include=("body_ids", "lead_body", "submitted_by"),
                name="visits_visit_unfinished",
            ),
        ),
        migrations.RunSQL(REPLACE, migrations.RunSQL.noop),
    ]
