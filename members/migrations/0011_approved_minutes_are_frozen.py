"""Let the database itself keep approved minutes, and the meeting they tell of, as they were approved."""

from django.db import migrations

FREEZE = """
-- What approved minutes print: the meeting, its agenda, who came, what was decided.
CREATE FUNCTION members_meeting_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched uuid[] := ARRAY[]::uuid[];
BEGIN
    IF TG_OP <> 'INSERT' THEN touched := touched || (to_jsonb(OLD) ->> TG_ARGV[0])::uuid; END IF;
    IF TG_OP <> 'DELETE' THEN touched := touched || (to_jsonb(NEW) ->> TG_ARGV[0])::uuid; END IF;
    IF EXISTS (SELECT FROM members_minutes WHERE state = 'approved' AND meeting_id = ANY (touched)) THEN
        RAISE EXCEPTION 'the minutes are approved: % of % refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER members_meeting_frozen BEFORE UPDATE OR DELETE ON members_meeting
    FOR EACH ROW EXECUTE FUNCTION members_meeting_is_frozen('id');
CREATE TRIGGER members_agendaitem_frozen BEFORE INSERT OR UPDATE OR DELETE ON members_agendaitem
    FOR EACH ROW EXECUTE FUNCTION members_meeting_is_frozen('meeting_id');
CREATE TRIGGER members_attendance_frozen BEFORE INSERT OR UPDATE OR DELETE ON members_attendance
    FOR EACH ROW EXECUTE FUNCTION members_meeting_is_frozen('meeting_id');
CREATE TRIGGER members_decision_frozen BEFORE INSERT OR UPDATE OR DELETE ON members_decision
    FOR EACH ROW EXECUTE FUNCTION members_meeting_is_frozen('meeting_id');

-- The text itself. The file made of it may come later, and again when something is added.
CREATE FUNCTION members_minutes_are_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (OLD.meeting_id, OLD.text, OLD.state, OLD.language, OLD.approved_by_id, OLD.approved_at)
        IS DISTINCT FROM (NEW.meeting_id, NEW.text, NEW.state, NEW.language, NEW.approved_by_id, NEW.approved_at)
    THEN
        RAISE EXCEPTION 'the minutes are approved: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER members_minutes_frozen BEFORE UPDATE OR DELETE ON members_minutes
    FOR EACH ROW WHEN (OLD.state = 'approved') EXECUTE FUNCTION members_minutes_are_frozen();

CREATE FUNCTION members_minutesaddition_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'additions to minutes are append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER members_minutesaddition_append_only BEFORE UPDATE OR DELETE ON members_minutesaddition
    FOR EACH ROW EXECUTE FUNCTION members_minutesaddition_refuse();

-- A seat opens a group to every person of a body: it must be a body of the same mechanism.
CREATE FUNCTION members_groupseat_same_mechanism() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.body_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM members_memberbody b JOIN members_workinggroup g ON g.mechanism_id = b.mechanism_id
        WHERE b.id = NEW.body_id AND g.id = NEW.group_id)
    THEN
        RAISE EXCEPTION 'a seat for a body of another mechanism was refused' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER members_groupseat_same_mechanism BEFORE INSERT OR UPDATE ON members_groupseat
    FOR EACH ROW EXECUTE FUNCTION members_groupseat_same_mechanism();
"""
THAW = """
DROP TRIGGER members_groupseat_same_mechanism ON members_groupseat;
DROP FUNCTION members_groupseat_same_mechanism();
DROP TRIGGER members_minutesaddition_append_only ON members_minutesaddition;
DROP FUNCTION members_minutesaddition_refuse();
DROP TRIGGER members_minutes_frozen ON members_minutes;
DROP FUNCTION members_minutes_are_frozen();
DROP TRIGGER members_decision_frozen ON members_decision;
DROP TRIGGER members_attendance_frozen ON members_attendance;
DROP TRIGGER members_agendaitem_frozen ON members_agendaitem;
DROP TRIGGER members_meeting_frozen ON members_meeting;
DROP FUNCTION members_meeting_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0010_meetings_kept")]

    operations = [migrations.RunSQL(FREEZE, THAW)]
