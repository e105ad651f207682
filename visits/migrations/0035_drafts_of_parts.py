"""Keep what is typed into the pages of the parts of a record as well."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0034_discarded_was_never_approved"),
    ]

    operations = [
        migrations.AddField(
            model_name="formdraft",
            name="part",
            field=models.CharField(blank=True, db_default="", default="", max_length=12),
        ),
    ]
