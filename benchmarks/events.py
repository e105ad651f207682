"""Audit events in bulk: those of a mechanism's years with a million visits, chained as the portal chains them."""

from typing import Any

from django.db import connection, transaction

from members.models import Mechanism
from npmportal.models import AuditEvent, AuditHead

# How a hundred events are spread over the actions of a busy network.
SHARES = {
    "account.signed_in": 25,
    "visit.logged": 18,
    "visit.changed": 22,
    "visit.submitted": 15,
    "visit.approved": 12,
    "visit.read": 5,
    "visits.exported": 1,
    "report.downloaded": 1,
    "person.role_changed": 1,
}
RARE = "register.changed"  # one in a thousand

FILL = """
    WITH people AS (SELECT array_agg(user_id) AS ids FROM members_affiliation),
         bodies AS (SELECT array_agg(id) AS ids FROM members_memberbody WHERE mechanism_id = %(mechanism)s),
         visits AS (SELECT array_agg(id) AS ids FROM (SELECT id FROM visits_visit LIMIT 20000) sample)
    INSERT INTO npmportal_auditevent
        (at, actor_id, action, result, mechanism_id, body_ids, object_type, object_id, details, request_id)
    SELECT now() - (%(number)s - n) * interval '150 seconds',
           people.ids[1 + n %% cardinality(people.ids)],
           CASE WHEN n %% 1000 = 0 THEN %(rare)s ELSE (%(actions)s::text[]) [1 + slot] END,
           'done', %(mechanism)s,
           CASE WHEN slot < 25 THEN '{}' ELSE ARRAY[bodies.ids[1 + n %% cardinality(bodies.ids)]] END,
           CASE WHEN slot < 25 THEN '' ELSE 'visits.visit' END,
           CASE WHEN slot < 25 THEN '' ELSE visits.ids[1 + n %% cardinality(visits.ids)]::text END,
           '{}', ''
    FROM (SELECT n, (n::bigint * 7919 %% 100)::int AS slot FROM generate_series(%(first)s, %(number)s) n) series,
         people, bodies, visits
"""
CHAIN = """
DO $$
DECLARE
    event npmportal_auditevent;
    head npmportal_audithead;
BEGIN
    SELECT * INTO head FROM npmportal_audithead;
    FOR event IN SELECT e.* FROM npmportal_auditevent e WHERE NOT EXISTS
        (SELECT FROM npmportal_auditlink l WHERE l.event_id = e.id) ORDER BY e.id
    LOOP
        head.hash := npmportal_audit_hash(head.hash, head.sequence + 1, event);
        head.sequence := head.sequence + 1;
        INSERT INTO npmportal_auditlink (sequence, event_id, hash) VALUES (head.sequence, event.id, head.hash);
    END LOOP;
    UPDATE npmportal_audithead SET sequence = head.sequence, hash = head.hash;
END $$
"""


@transaction.atomic
def load(mechanism: Mechanism, number: int) -> None:
    """Make sure that there are about ``number`` events. Needs the owner's rights: the triggers are off meanwhile."""
    present = AuditEvent.objects.count()
    if present >= number:
        return
    actions = [action for action, share in SHARES.items() for _one in range(share)]
    values: dict[str, Any] = {
        "mechanism": mechanism.pk,
        "first": present + 1,
        "number": number,
        "rare": RARE,
        "actions": actions,
    }
    AuditHead.objects.get_or_create(pk=1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("npmportal_auditevent", "npmportal_audithead"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(FILL, values)
        cursor.execute(CHAIN)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("npmportal_auditevent", "npmportal_audithead"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
