from django.db import migrations, models

TABLES = (
    "members_bodyname",
    "members_designation",
    "members_detentionsetting",
    "members_memberbody",
    "members_remit",
    "members_remit_jurisdictions",
    "members_remitbody",
)
CREATE = """
CREATE FUNCTION members_register_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO members_registerversion (id, version) VALUES (1, gen_random_uuid())
    ON CONFLICT (id) DO UPDATE SET version = excluded.version;
    RETURN NULL;
END $$;
INSERT INTO members_registerversion (id, version) VALUES (1, gen_random_uuid());
""" + "".join(
    f"CREATE TRIGGER {table}_changes_register AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION members_register_changed();\n"
    for table in TABLES
)
DROP = "".join(f"DROP TRIGGER {table}_changes_register ON {table};\n" for table in TABLES) + (
    "DROP FUNCTION members_register_changed();"
)


class Migration(migrations.Migration):
    dependencies = [("members", "0018_attended_as_what_filled")]

    operations = [
        migrations.CreateModel(
            name="RegisterVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.UUIDField()),
            ],
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
