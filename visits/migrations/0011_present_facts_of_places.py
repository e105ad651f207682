"""Keep what lists print of a place equal to its dated facts, whoever writes them (ADR 0023).

A place that is stored gets its first name, operator and capacity as dated facts. From then on those are the truth:
each change of them brings the place's own columns up to date, and nobody else may write these columns.
"""

from django.db import migrations

FIRST_FACTS = """
    INSERT INTO visits_placename (place_id, name, starts_on, starts_precision, ends_precision, is_used, note)
    SELECT id, name, {since}, 'day', 'day', true, '' FROM {places};
    INSERT INTO visits_operatorperiod
        (place_id, role, authority_id, starts_on, starts_precision, ends_precision, is_used, note)
    SELECT id, 'operator', authority_id, {since}, 'day', 'day', true, '' FROM {places} WHERE authority_id IS NOT NULL;
    INSERT INTO visits_capacityperiod (place_id, official, starts_on, starts_precision, ends_precision, is_used, note)
    SELECT id, capacity, {since}, 'day', 'day', true, '' FROM {places} WHERE capacity IS NOT NULL;
"""
# A place that opens later has its facts already: it is on the list.
SINCE = "CASE WHEN opened_on <= current_date THEN opened_on END"

CREATE = f"""
CREATE FUNCTION visits_place_first_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
{FIRST_FACTS.format(since=SINCE, places="stored")}
    RETURN NULL;
END $$;
CREATE TRIGGER visits_place_has_facts
    AFTER INSERT ON visits_place REFERENCING NEW TABLE AS stored
    FOR EACH STATEMENT EXECUTE FUNCTION visits_place_first_facts();

CREATE FUNCTION visits_place_bring_up_to_date(places uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE visits_place p SET name = now.name, authority_id = now.authority_id, capacity = now.capacity
    FROM (
        SELECT q.id,
            COALESCE((
                SELECT n.name FROM visits_placename n WHERE n.place_id = q.id AND n.is_used
                ORDER BY COALESCE(n.starts_on <= current_date, true) DESC,
                    CASE WHEN n.starts_on <= current_date THEN n.starts_on END DESC NULLS LAST, n.starts_on
                LIMIT 1), q.name) AS name,
            (SELECT o.authority_id FROM visits_operatorperiod o
             WHERE o.place_id = q.id AND o.is_used AND o.role = 'operator'
                AND daterange(o.starts_on, o.ends_on) @> current_date LIMIT 1) AS authority_id,
            (SELECT COALESCE(c.official, c.operational) FROM visits_capacityperiod c
             WHERE c.place_id = q.id AND c.is_used
                AND daterange(c.starts_on, c.ends_on) @> current_date LIMIT 1) AS capacity
        FROM visits_place q WHERE q.id = ANY (places)
    ) now
    WHERE p.id = now.id
        AND (p.name, p.authority_id, p.capacity) IS DISTINCT FROM (now.name, now.authority_id, now.capacity);
END $$;

CREATE FUNCTION visits_place_facts_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM visits_place_bring_up_to_date(ARRAY(SELECT DISTINCT place_id FROM fresh));
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM visits_place_bring_up_to_date(ARRAY(SELECT DISTINCT place_id FROM stale));
    ELSE
        PERFORM visits_place_bring_up_to_date(
            ARRAY(SELECT place_id FROM stale UNION SELECT place_id FROM fresh));
    END IF;
    RETURN NULL;
END $$;
"""
TRIGGERS = """
CREATE TRIGGER visits_{table}_entered
    AFTER INSERT ON visits_{table} REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION visits_place_facts_changed();
CREATE TRIGGER visits_{table}_changed
    AFTER UPDATE ON visits_{table} REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION visits_place_facts_changed();
CREATE TRIGGER visits_{table}_removed
    AFTER DELETE ON visits_{table} REFERENCING OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION visits_place_facts_changed();
"""
GUARD = """
CREATE FUNCTION visits_place_present_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() = 1 THEN
        RAISE EXCEPTION 'The name, operator and capacity of a stored place follow from its dated facts: enter one.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'visits_place_present_is_kept', TABLE = 'visits_place';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER visits_place_present
    BEFORE UPDATE OF name, authority_id, capacity ON visits_place FOR EACH ROW
    WHEN ((OLD.name, OLD.authority_id, OLD.capacity) IS DISTINCT FROM (NEW.name, NEW.authority_id, NEW.capacity))
    EXECUTE FUNCTION visits_place_present_is_kept();
"""
TABLES = ("placename", "operatorperiod", "capacityperiod")

DROP = f"""
DROP TRIGGER visits_place_present ON visits_place;
DROP FUNCTION visits_place_present_is_kept();
DROP TRIGGER visits_place_has_facts ON visits_place;
DROP FUNCTION visits_place_first_facts();
{
    "".join(
        f"DROP TRIGGER visits_{table}_{act} ON visits_{table};"
        for table in TABLES
        for act in ("entered", "changed", "removed")
    )
}
DROP FUNCTION visits_place_facts_changed();
DROP FUNCTION visits_place_bring_up_to_date(uuid[]);
DELETE FROM visits_placename;
DELETE FROM visits_operatorperiod;
DELETE FROM visits_capacityperiod;
"""


class Migration(migrations.Migration):
    dependencies = [("visits", "0010_places_over_the_years")]

    operations = [
        migrations.RunSQL(
            CREATE
            + FIRST_FACTS.format(since=SINCE, places="visits_place")
            + "".join(TRIGGERS.format(table=table) for table in TABLES)
            + GUARD,
            DROP,
        )
    ]
