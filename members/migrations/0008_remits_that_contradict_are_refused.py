"""Let the database itself refuse remits that cannot both be true.

A constraint of one table cannot say it: the body stands in one table, the jurisdiction in another, the days in a third.
The triggers look when the transaction ends, so that a remit can be written piece by piece; one lock for each setting
lets two people who write at once look one after the other.
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION members_remit_contradicts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint;
    here members_remit%ROWTYPE;
BEGIN
    IF TG_TABLE_NAME = 'members_remit' THEN changed := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN changed := OLD.remit_id;
    ELSE changed := NEW.remit_id;
    END IF;
    SELECT * INTO here FROM members_remit WHERE id = changed;
    IF NOT FOUND OR NOT here.is_used THEN RETURN NULL; END IF;
    PERFORM pg_advisory_xact_lock(hashtext('members_remit'), here.setting_id::integer);
    SELECT * INTO here FROM members_remit WHERE id = changed;
    IF NOT FOUND OR NOT here.is_used THEN RETURN NULL; END IF;

    IF EXISTS (
        SELECT FROM members_remit other
        JOIN members_remit_jurisdictions theirs ON theirs.remit_id = other.id
        JOIN members_remit_jurisdictions ours ON ours.remit_id = here.id AND ours.jurisdiction_id = theirs.jurisdiction_id
        JOIN members_remitbody their_part ON their_part.remit_id = other.id
        JOIN members_remitbody our_part ON our_part.remit_id = here.id AND our_part.body_id = their_part.body_id
            AND our_part.scope = their_part.scope AND our_part.scope_nl = their_part.scope_nl
        WHERE other.setting_id = here.setting_id AND other.id <> here.id AND other.is_used
          AND daterange(other.starts_on, other.ends_on) && daterange(here.starts_on, here.ends_on)
          AND members_layers_meet(other.layer, here.layer)
    ) THEN
        RAISE EXCEPTION 'remit %: a body would hold the same cell twice on one day', changed
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'members_remit_body_once_in_a_cell',
                  TABLE = 'members_remit';
    END IF;

    IF EXISTS (
        SELECT FROM members_remit other
        JOIN members_remit_jurisdictions theirs ON theirs.remit_id = other.id
        JOIN members_remit_jurisdictions ours ON ours.remit_id = here.id AND ours.jurisdiction_id = theirs.jurisdiction_id
        WHERE other.setting_id = here.setting_id AND other.id <> here.id AND other.is_used
          AND daterange(other.starts_on, other.ends_on) && daterange(here.starts_on, here.ends_on)
          AND members_layers_meet(other.layer, here.layer)
          AND EXISTS (SELECT FROM members_remitbody WHERE remit_id = other.id)
              <> EXISTS (SELECT FROM members_remitbody WHERE remit_id = here.id)
    ) THEN
        RAISE EXCEPTION 'remit %: a cell would be held by somebody and by nobody on one day', changed
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'members_remit_nobody_or_somebody',
                  TABLE = 'members_remit';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION members_layers_meet(one text, two text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT one = two
        OR one = 'inspection_and_lay' AND two IN ('inspection', 'lay')
        OR two = 'inspection_and_lay' AND one IN ('inspection', 'lay')
$$;

CREATE CONSTRAINT TRIGGER members_remit_contradicts AFTER INSERT OR UPDATE ON members_remit
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION members_remit_contradicts();
CREATE CONSTRAINT TRIGGER members_remitbody_contradicts AFTER INSERT OR UPDATE OR DELETE ON members_remitbody
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION members_remit_contradicts();
CREATE CONSTRAINT TRIGGER members_remit_jurisdictions_contradict AFTER INSERT OR UPDATE ON members_remit_jurisdictions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION members_remit_contradicts();
"""
ALLOW = """
DROP TRIGGER members_remit_jurisdictions_contradict ON members_remit_jurisdictions;
DROP TRIGGER members_remitbody_contradicts ON members_remitbody;
DROP TRIGGER members_remit_contradicts ON members_remit;
DROP FUNCTION members_remit_contradicts();
DROP FUNCTION members_layers_meet(text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0007_expected_layers")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
