"""The table behind Django's cache (settings.CACHES): the columns of `createcachetable`, made by `migrate`."""

from django.db import migrations

CREATE = """
CREATE TABLE npmportal_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX npmportal_cache_expires ON npmportal_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("npmportal", "0002_audit_is_append_only")]

    operations = [migrations.RunSQL(CREATE, "DROP TABLE npmportal_cache")]
