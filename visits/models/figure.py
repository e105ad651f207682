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
    )

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
