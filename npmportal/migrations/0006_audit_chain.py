"""Chain the audit events: each commit adds links whose hash covers the event and the link before (ADR 0013)."""

import django.db.models.deletion
from django.db import migrations, models

# The hash of one link. Each part is written with its length before it, so that no two events read the same; the time
# is in UTC whatever the session's zone. npmportal/audit_chain.py computes the same in Python, from the same columns.
HASH = """
CREATE FUNCTION npmportal_audit_part(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN value IS NULL THEN '~' ELSE octet_length(value) || ':' || value END
$$;
CREATE FUNCTION npmportal_audit_hash(previous text, number bigint, event npmportal_auditevent)
RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(
        'npmportal audit 1'
        || npmportal_audit_part(previous)
        || npmportal_audit_part(number::text)
        || npmportal_audit_part(event.id::text)
        || npmportal_audit_part(to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'))
        || npmportal_audit_part(event.actor_id::text)
        || npmportal_audit_part(event.action)
        || npmportal_audit_part(event.result)
        || npmportal_audit_part(event.mechanism_id::text)
        || npmportal_audit_part(array_to_string(event.body_ids, ','))
        || npmportal_audit_part(event.object_type)
        || npmportal_audit_part(event.object_id)
        || npmportal_audit_part(event.details::text)
        || npmportal_audit_part(event.request_id),
        'UTF8')), 'hex')
$$;
"""
DROP_HASH = """
DROP FUNCTION npmportal_audit_hash(text, bigint, npmportal_auditevent);
DROP FUNCTION npmportal_audit_part(text);
"""

# Two steps, both at commit. The first puts the event in the queue; the second, which PostgreSQL runs after every check
# deferred by then, takes the lock and adds the link. Were the lock taken in the first step, a foreign key checked after
# it could wait for a row that somebody holds who waits for the lock. The queue is empty whenever nobody is committing.
# The functions run with the rights of the owner of the tables: the portal's own role needs none on the chain.
CHAIN = """
CREATE UNLOGGED TABLE npmportal_auditqueue (event_id bigint PRIMARY KEY);

CREATE FUNCTION npmportal_audit_enqueue() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO npmportal_auditqueue (event_id) VALUES (NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION npmportal_audit_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    head npmportal_audithead;
    event npmportal_auditevent;
BEGIN
    SELECT * INTO head FROM npmportal_audithead FOR UPDATE;
    IF NOT FOUND THEN
        IF EXISTS (SELECT FROM npmportal_auditlink) THEN
            RAISE EXCEPTION 'the head of the audit chain is missing: nothing can be written down until it is restored'
                USING ERRCODE = 'data_corrupted';
        END IF;
        INSERT INTO npmportal_audithead (id, sequence, hash) VALUES (1, 0, repeat('0', 64)) ON CONFLICT DO NOTHING;
        SELECT * INTO head FROM npmportal_audithead FOR UPDATE;
    END IF;
    SELECT * INTO STRICT event FROM npmportal_auditevent WHERE id = NEW.event_id;
    head.hash := npmportal_audit_hash(head.hash, head.sequence + 1, event);
    head.sequence := head.sequence + 1;
    INSERT INTO npmportal_auditlink (sequence, event_id, hash) VALUES (head.sequence, event.id, head.hash);
    UPDATE npmportal_audithead SET sequence = head.sequence, hash = head.hash;
    DELETE FROM npmportal_auditqueue WHERE event_id = NEW.event_id;
    RETURN NULL;
END $$;

DO $$
DECLARE
    name text;
BEGIN
    -- A function with its owner's rights must not look for tables where others could put some of theirs.
    FOREACH name IN ARRAY ARRAY['npmportal_audit_enqueue', 'npmportal_audit_link'] LOOP
        EXECUTE format('ALTER FUNCTION %s() SET search_path = %I, pg_temp', name, current_schema());
    END LOOP;
END $$;
"""
DROP_CHAIN = """
DROP FUNCTION npmportal_audit_link();
DROP FUNCTION npmportal_audit_enqueue();
DROP TABLE npmportal_auditqueue;
"""

# What was written down before there was a chain is chained in the order in which it was written.
PAST = """
DO $$
DECLARE
    event npmportal_auditevent;
    head npmportal_audithead := ROW(1, 0, repeat('0', 64));
BEGIN
    FOR event IN SELECT * FROM npmportal_auditevent ORDER BY id LOOP
        head.hash := npmportal_audit_hash(head.hash, head.sequence + 1, event);
        head.sequence := head.sequence + 1;
        INSERT INTO npmportal_auditlink (sequence, event_id, hash) VALUES (head.sequence, event.id, head.hash);
    END LOOP;
    INSERT INTO npmportal_audithead (id, sequence, hash) VALUES (head.id, head.sequence, head.hash);
END $$;
"""

TRIGGERS = """
CREATE CONSTRAINT TRIGGER npmportal_auditevent_chain AFTER INSERT ON npmportal_auditevent
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION npmportal_audit_enqueue();
CREATE CONSTRAINT TRIGGER npmportal_auditqueue_link AFTER INSERT ON npmportal_auditqueue
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION npmportal_audit_link();

CREATE FUNCTION npmportal_audithead_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.sequence = OLD.sequence + 1 THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the head of the audit chain only moves on, one link at a time' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER npmportal_audithead_moves_on BEFORE UPDATE OR DELETE ON npmportal_audithead
    FOR EACH ROW EXECUTE FUNCTION npmportal_audithead_refuse();
CREATE TRIGGER npmportal_auditlink_append_only BEFORE UPDATE OR DELETE ON npmportal_auditlink
    FOR EACH ROW EXECUTE FUNCTION npmportal_auditevent_refuse();

CREATE TRIGGER npmportal_auditevent_stays BEFORE TRUNCATE ON npmportal_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION npmportal_auditevent_refuse();
CREATE TRIGGER npmportal_auditlink_stays BEFORE TRUNCATE ON npmportal_auditlink
    FOR EACH STATEMENT EXECUTE FUNCTION npmportal_auditevent_refuse();
CREATE TRIGGER npmportal_audithead_stays BEFORE TRUNCATE ON npmportal_audithead
    FOR EACH STATEMENT EXECUTE FUNCTION npmportal_auditevent_refuse();
"""
DROP_TRIGGERS = """
DROP TRIGGER npmportal_audithead_stays ON npmportal_audithead;
DROP TRIGGER npmportal_auditlink_stays ON npmportal_auditlink;
DROP TRIGGER npmportal_auditevent_stays ON npmportal_auditevent;
DROP TRIGGER npmportal_auditlink_append_only ON npmportal_auditlink;
DROP TRIGGER npmportal_audithead_moves_on ON npmportal_audithead;
DROP FUNCTION npmportal_audithead_refuse();
DROP TRIGGER npmportal_auditqueue_link ON npmportal_auditqueue;
DROP TRIGGER npmportal_auditevent_chain ON npmportal_auditevent;
"""


class Migration(migrations.Migration):
    dependencies = [("npmportal", "0005_letters_once_a_day")]

    operations = [
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("sequence", models.BigIntegerField(default=0)),
                ("hash", models.CharField(default="0" * 64, max_length=64)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="npmportal_audithead_is_the_only_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                ("sequence", models.BigIntegerField(primary_key=True, serialize=False)),
                ("hash", models.CharField(max_length=64)),
                (
                    "event",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="link",
                        to="npmportal.auditevent",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(HASH, DROP_HASH),
        migrations.RunSQL(CHAIN, DROP_CHAIN),
        migrations.RunSQL(PAST, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
    ]
