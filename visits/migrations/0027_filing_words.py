"""Let an import file its words: PostgreSQL lets the owner of an index alone do that, and the portal's role owns none."""

from django.db import migrations

CREATE = """
CREATE FUNCTION visits_file_words() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM gin_clean_pending_list('visits_visittext_words');
    PERFORM gin_clean_pending_list('visits_visit_of_bodies');
END $$;
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION visits_file_words() SET search_path = %I, pg_temp', current_schema());
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("visits", "0026_quicker_to_store")]

    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION visits_file_words();")]
