"""Say of what was recorded before as what each sat there and what was agreed; then freeze that too.

As what: the first seat of chair, secretary, member, invitee that the holder had on the meeting's day. Agreed: the
actions of the meeting given by the day of approval, which is what the minutes printed.
"""

from django.db import migrations

FILL = """
ALTER TABLE members_attendance DISABLE TRIGGER members_attendance_frozen;
UPDATE members_attendance a SET standing = sat.standing, in_person = sat.in_person
FROM (
    SELECT DISTINCT ON (row.id) row.id, seat.standing, seat.body_id IS NULL AND seat.person_id IS NOT NULL AS in_person
    FROM members_attendance row
    JOIN members_meeting m ON m.id = row.meeting_id
    JOIN members_workinggroup g ON g.id = m.group_id
    JOIN members_groupseat seat ON seat.group_id = g.id
        AND daterange(seat.starts_on, seat.ends_on) @> (m.starts_at AT TIME ZONE g.time_zone)::date
    LEFT JOIN members_user u ON u.id = seat.person_id
    WHERE row.body_id = seat.body_id
       OR row.body_id IS NULL AND seat.body_id IS NULL
          AND row.guest = COALESCE(NULLIF(u.name, ''), u.email, seat.guest)
    ORDER BY row.id, array_position(ARRAY['chair', 'secretary', 'member', 'invitee'], seat.standing::text)
) sat WHERE sat.id = a.id;
ALTER TABLE members_attendance ENABLE TRIGGER members_attendance_frozen;

UPDATE members_minutes n SET agreed = COALESCE((
    SELECT jsonb_agg(jsonb_build_object('title', t.title, 'who', COALESCE((
        SELECT CASE WHEN n.language LIKE 'nl%' THEN COALESCE(NULLIF(b.name_nl, ''), b.name_en)
                    ELSE COALESCE(NULLIF(b.name_en, ''), b.name_nl) END
        FROM members_bodyname b WHERE b.body_id = t.body_id AND b.is_used
        ORDER BY CASE WHEN b.starts_on <= (m.starts_at AT TIME ZONE g.time_zone)::date THEN b.starts_on END
            DESC NULLS LAST, b.starts_on LIMIT 1), ''), 'due_on', t.due_on) ORDER BY t.due_on, t.created_at, t.id)
    FROM members_task t WHERE t.meeting_id = n.meeting_id AND t.created_at <= n.approved_at), '[]'::jsonb)
FROM members_meeting m JOIN members_workinggroup g ON g.id = m.group_id
WHERE m.id = n.meeting_id AND n.state = 'approved';
"""
FREEZE = """
CREATE OR REPLACE FUNCTION members_minutes_are_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR (OLD.meeting_id, OLD.text, OLD.state, OLD.language, OLD.approved_by_id, OLD.approved_at, OLD.agreed)
        IS DISTINCT FROM (NEW.meeting_id, NEW.text, NEW.state, NEW.language, NEW.approved_by_id, NEW.approved_at, NEW.agreed)
    THEN
        RAISE EXCEPTION 'the minutes are approved: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
THAW = """
CREATE OR REPLACE FUNCTION members_minutes_are_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (OLD.meeting_id, OLD.text, OLD.state, OLD.language, OLD.approved_by_id, OLD.approved_at)
        IS DISTINCT FROM (NEW.meeting_id, NEW.text, NEW.state, NEW.language, NEW.approved_by_id, NEW.approved_at)
    THEN
        RAISE EXCEPTION 'the minutes are approved: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0017_attended_as_what")]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(FREEZE, THAW),
    ]
