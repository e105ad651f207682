"""Let the numbers of a visit say why people were not available, and who was seen and how (domain.md 3.3)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0029_places_struck_off"),
    ]

    operations = [
        migrations.AlterField(
            model_name="visitfigure",
            name="measure",
            field=models.CharField(
                choices=[
                    ("capacity_official", "official capacity"),
                    ("capacity_operational", "operational capacity"),
                    ("held", "people held in all"),
                    ("held_men", "men and boys"),
                    ("held_women", "women and girls"),
                    ("held_sex_unknown", "other, or sex not known"),
                    ("held_adults", "adults, 21 and older"),
                    ("held_young_adults", "young adults, 18 to 20"),
                    ("held_older_children", "older children, 16 and 17"),
                    ("held_younger_children", "younger children, under 16"),
                    ("held_age_unknown", "age not known"),
                    ("held_remand", "on remand"),
                    ("held_sentenced", "sentenced"),
                    ("held_immigration", "under immigration law"),
                    ("held_civil", "under civil or mental health law"),
                    ("held_fines", "for unpaid fines"),
                    ("held_arrested", "arrested, not yet before a judge"),
                    ("held_status_other", "other, or status not known"),
                    ("held_foreign", "foreign nationals"),
                    ("restraints", "uses of force or restraint"),
                    ("isolations", "people isolated"),
                    ("isolations_prolonged", "people isolated for more than 15 days"),
                    ("deaths", "deaths"),
                    ("self_harm", "incidents of self-harm"),
                    ("absent_asleep", "not available: asleep"),
                    ("absent_questioned", "not available: being interviewed"),
                    ("absent_away", "not available: at court, in hospital or elsewhere"),
                    ("absent_unfit", "not available: ill or intoxicated"),
                    ("absent_barred", "not available: refused by the authority"),
                    ("absent_other", "not available: another reason"),
                    ("seen_men", "seen: men and boys"),
                    ("seen_women", "seen: women and girls"),
                    ("seen_sex_unknown", "seen: other, or sex not known"),
                    ("seen_adults", "seen: adults, 18 and older"),
                    ("seen_older_children", "seen: older children, 16 and 17"),
                    ("seen_younger_children", "seen: younger children, under 16"),
                    ("seen_age_unknown", "seen: age not known"),
                    ("talks_private", "seen in private"),
                    ("talks_in_sight", "seen in sight of staff"),
                    ("talks_in_hearing", "seen in hearing of staff"),
                    ("talks_in_group", "seen in a group"),
                    ("talks_interpreted", "seen with an interpreter"),
                    ("talks_not_interpreted", "seen without the interpreter that was needed"),
                ],
                max_length=24,
                verbose_name="measure",
            ),
        ),
    ]
