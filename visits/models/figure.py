"""Numbers of the situation at the place on the day of a visit (domain.md 3.4): each a value or why there is none."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from visits.models.visit import Visit


class VisitFigure(models.Model):
    """One number of one visit. No row is “not recorded”; a row without a value says why there is none, never nought."""

    class Measure(models.TextChoices):
        CAPACITY_OFFICIAL = "capacity_official", _("official capacity")
        CAPACITY_OPERATIONAL = "capacity_operational", _("operational capacity")
        HELD = "held", _("people held in all")
        HELD_MEN = "held_men", _("men and boys")
        HELD_WOMEN = "held_women", _("women and girls")
        HELD_SEX_UNKNOWN = "held_sex_unknown", _("other, or sex not known")
        HELD_ADULTS = "held_adults", _("adults, 21 and older")
        HELD_YOUNG_ADULTS = "held_young_adults", _("young adults, 18 to 20")
        HELD_OLDER_CHILDREN = "held_older_children", _("older children, 16 and 17")
        HELD_YOUNGER_CHILDREN = "held_younger_children", _("younger children, under 16")
        HELD_AGE_UNKNOWN = "held_age_unknown", _("age not known")
        HELD_REMAND = "held_remand", _("on remand")
        HELD_SENTENCED = "held_sentenced", _("sentenced")
        HELD_IMMIGRATION = "held_immigration", _("under immigration law")
        HELD_CIVIL = "held_civil", _("under civil or mental health law")
        HELD_FINES = "held_fines", _("for unpaid fines")
        HELD_ARRESTED = "held_arrested", _("arrested, not yet before a judge")
        HELD_STATUS_OTHER = "held_status_other", _("other, or status not known")
        HELD_FOREIGN = "held_foreign", _("foreign nationals")
        RESTRAINTS = "restraints", _("uses of force or restraint")
        ISOLATIONS = "isolations", _("people isolated")
        ISOLATIONS_PROLONGED = "isolations_prolonged", _("people isolated for more than 15 days")
        DEATHS = "deaths", _("deaths")
        SELF_HARM = "self_harm", _("incidents of self-harm")
        # The parts of the interview funnel (domain.md 3.3): why somebody was not available, who was seen, and how.
        ABSENT_ASLEEP = "absent_asleep", _("not available: asleep")
        ABSENT_QUESTIONED = "absent_questioned", _("not available: being interviewed")
        ABSENT_AWAY = "absent_away", _("not available: at court, in hospital or elsewhere")
        ABSENT_UNFIT = "absent_unfit", _("not available: ill or intoxicated")
        ABSENT_BARRED = "absent_barred", _("not available: refused by the authority")
        ABSENT_OTHER = "absent_other", _("not available: another reason")
        SEEN_MEN = "seen_men", _("seen: men and boys")
        SEEN_WOMEN = "seen_women", _("seen: women and girls")
        SEEN_SEX_UNKNOWN = "seen_sex_unknown", _("seen: other, or sex not known")
        SEEN_ADULTS = "seen_adults", _("seen: adults, 18 and older")
        SEEN_OLDER_CHILDREN = "seen_older_children", _("seen: older children, 16 and 17")
        SEEN_YOUNGER_CHILDREN = "seen_younger_children", _("seen: younger children, under 16")
        SEEN_AGE_UNKNOWN = "seen_age_unknown", _("seen: age not known")
        TALKS_PRIVATE = "talks_private", _("seen in private")
        TALKS_IN_SIGHT = "talks_in_sight", _("seen in sight of staff")
        TALKS_IN_HEARING = "talks_in_hearing", _("seen in hearing of staff")
        TALKS_IN_GROUP = "talks_in_group", _("seen in a group")
        TALKS_INTERPRETED = "talks_interpreted", _("seen with an interpreter")
        TALKS_NOT_INTERPRETED = "talks_not_interpreted", _("seen without the interpreter that was needed")

    class Availability(models.TextChoices):
        RECORDED = "recorded", _("recorded")
        NOT_RECORDED = "not_recorded", _("not recorded")  # the place itself keeps no such number
        NOT_ASKED = "not_asked", _("not asked")
        REFUSED = "refused", _("refused")

    # Which measures stand together on form and page; the parts of a group add up to the total named beside it.
    GROUPS: tuple[tuple[Promise, Measure | None, tuple[Measure, ...]], ...] = (
        (_("Capacity"), None, (Measure.CAPACITY_OFFICIAL, Measure.CAPACITY_OPERATIONAL, Measure.HELD)),
        (
            _("People held by sex"),
            Measure.HELD,
            (Measure.HELD_MEN, Measure.HELD_WOMEN, Measure.HELD_SEX_UNKNOWN),
        ),
        (
            _("People held by age"),
            Measure.HELD,
            (
                Measure.HELD_ADULTS,
                Measure.HELD_YOUNG_ADULTS,
                Measure.HELD_OLDER_CHILDREN,
                Measure.HELD_YOUNGER_CHILDREN,
                Measure.HELD_AGE_UNKNOWN,
            ),
        ),
        (
            _("People held by legal status"),
            Measure.HELD,
            (
                Measure.HELD_REMAND,
                Measure.HELD_SENTENCED,
                Measure.HELD_IMMIGRATION,
                Measure.HELD_CIVIL,
                Measure.HELD_FINES,
                Measure.HELD_ARRESTED,
                Measure.HELD_STATUS_OTHER,
            ),
        ),
        (_("Nationality"), None, (Measure.HELD_FOREIGN,)),
        (
            _("Since the last visit"),
            None,
            (
                Measure.RESTRAINTS,
                Measure.ISOLATIONS,
                Measure.ISOLATIONS_PROLONGED,
                Measure.DEATHS,
                Measure.SELF_HARM,
            ),
        ),
        (
            _("People not available, by reason"),
            None,
            (
                Measure.ABSENT_ASLEEP,
                Measure.ABSENT_QUESTIONED,
                Measure.ABSENT_AWAY,
                Measure.ABSENT_UNFIT,
                Measure.ABSENT_BARRED,
                Measure.ABSENT_OTHER,
            ),
        ),
        (_("People seen, by sex"), None, (Measure.SEEN_MEN, Measure.SEEN_WOMEN, Measure.SEEN_SEX_UNKNOWN)),
        (
            _("People seen, by age"),
            None,
            (
                Measure.SEEN_ADULTS,
                Measure.SEEN_OLDER_CHILDREN,
                Measure.SEEN_YOUNGER_CHILDREN,
                Measure.SEEN_AGE_UNKNOWN,
            ),
        ),
        (
            _("People seen, by privacy"),
            None,
            (
                Measure.TALKS_PRIVATE,
                Measure.TALKS_IN_SIGHT,
                Measure.TALKS_IN_HEARING,
                Measure.TALKS_IN_GROUP,
            ),
        ),
        (_("Interpreters"), None, (Measure.TALKS_INTERPRETED, Measure.TALKS_NOT_INTERPRETED)),
    )
    # Of which number of the funnel, a field of the visit, the measures of a group are parts; and whether of all of it.
    PARTS_OF_FUNNEL: dict[Measure, tuple[str, bool]] = {
        Measure.ABSENT_ASLEEP: ("people_not_available", True),
        Measure.SEEN_MEN: ("people_seen", True),
        Measure.SEEN_ADULTS: ("people_seen", True),
        Measure.TALKS_PRIVATE: ("people_seen", True),
        Measure.TALKS_INTERPRETED: ("people_seen", False),
    }

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="figures")
    measure = models.CharField(_("measure"), max_length=24, choices=Measure.choices)
    availability = models.CharField(
        _("availability"), max_length=12, choices=Availability.choices, default=Availability.RECORDED
    )
    value = models.PositiveIntegerField(_("number"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="visits_visitfigure_once_in_a_visit", fields=["visit", "measure"]),
            models.CheckConstraint(
                name="visits_visitfigure_value_or_why_not",
                condition=Q(availability="recorded", value__isnull=False)
                | (~Q(availability="recorded") & Q(value__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()}: {self.stated}"

    @property
    def stated(self) -> Any:
        """The number, or in words why there is none."""
        return self.value if self.availability == self.Availability.RECORDED else self.get_availability_display()
