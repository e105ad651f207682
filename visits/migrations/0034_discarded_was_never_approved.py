"""Let the database hold that a visit which was approved once is withdrawn, never discarded (ADR 0020).

Those that were discarded before the portal refused it become withdrawn, in the name of who discarded them. That stands
here with the constraint because it must be so in the moment in which the constraint comes.
"""

from django.db import migrations, models

WITHDRAW = """
INSERT INTO visits_visitevent (visit_id, transition, from_state, to_state, reason, by_id, at)
SELECT DISTINCT ON (v.id) v.id, 'withdraw', 'discarded', 'withdrawn', e.reason, e.by_id, now()
FROM visits_visit v JOIN visits_visitevent e ON e.visit_id = v.id AND e.to_state = 'discarded'
WHERE v.state = 'discarded' AND v.approved_at IS NOT NULL
ORDER BY v.id, e.at DESC, e.id DESC;
UPDATE visits_visit SET state = 'withdrawn', version = version + 1
WHERE state = 'discarded' AND approved_at IS NOT NULL;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0033_guests_of_plans"),
    ]

    operations = [
        migrations.RunSQL(WITHDRAW, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "discarded"), _negated=True) | models.Q(("approved_at", None)),
                name="visits_visit_discarded_was_never_approved",
            ),
        ),
    ]
