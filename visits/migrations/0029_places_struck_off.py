"""Let places leave the register whose import was undone while a visit that is nobody else’s business stands at them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0021_holiday_calendars"),
        ("visits", "0028_needed_for_the_return"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="place",
            name="visits_place_one_per_name_in_its_parent",
        ),
        migrations.AddField(
            model_name="place",
            name="is_struck_off",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_struck_off", False), ("merged_into", None)),
                fields=("mechanism", "jurisdiction", "setting", "parent", "name"),
                name="visits_place_one_per_name_in_its_parent",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_struck_off", False), ("merged_into", None), _connector="OR"),
                name="visits_place_struck_off_is_not_merged",
            ),
        ),
    ]
