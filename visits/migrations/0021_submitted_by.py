"""Keep with a visit who submitted it last: what waits for whom is then found without reading its history."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FILL = """
UPDATE visits_visit SET submitted_by_id = (
    SELECT by_id FROM visits_visitevent
    WHERE visit_id = visits_visit.id AND to_state = 'submitted' ORDER BY at DESC, id DESC LIMIT 1)
WHERE state = 'submitted';
"""


class Migration(migrations.Migration):
    dependencies = [("visits", "0020_words_filled"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField(
            model_name="visit",
            name="submitted_by",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        # The rows just written have checks waiting for the end; no index is made beside those.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                condition=models.Q(("state", "submitted")),
                fields=["mechanism", "lead_body", "submitted_by", "-starts_on", "-id"],
                name="visits_visit_to_approve",
            ),
        ),
    ]
