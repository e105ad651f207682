"""Facts that hold from one day to another. Last year's report must come out the same next year (design section 3)."""

from datetime import date
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _


class Precision(models.TextChoices):
    """How exactly a date is known: “July 2017” is stored as its first day and printed as “July 2017”."""

    DAY = "day", _("day")
    MONTH = "month", _("month")
    YEAR = "year", _("year")


class DatedQuerySet(models.QuerySet[Any]):
    """Queries by day. `starts_on` belongs to the period, `ends_on` does not, an empty `ends_on` means “still so”."""

    def as_at(self, on: date) -> Self:
        """Return the facts in use that held on the day ``on``."""
        return self.in_use().filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on)

    def during(self, first: date, last: date) -> Self:
        """Return the facts in use that held on at least one day from ``first`` to ``last``, both included."""
        return self.in_use().filter(Q(ends_on=None) | Q(ends_on__gt=first), starts_on__lte=last)

    def in_use(self) -> Self:
        """Leave out what another source says but the portal does not use."""
        return self.filter(is_used=True)


class DatedFact(models.Model):
    """A fact with a first day, perhaps an end, and the source it was read in."""

    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (exclusive)"), null=True, blank=True)
    starts_precision = models.CharField(max_length=5, choices=Precision.choices, default=Precision.DAY)
    ends_precision = models.CharField(max_length=5, choices=Precision.choices, default=Precision.DAY)
    source = models.ForeignKey("members.Source", on_delete=models.PROTECT, related_name="+", verbose_name=_("source"))
    is_used = models.BooleanField(
        _("used"), default=True, help_text=_("Where sources disagree, one is used and the others are kept beside it.")
    )
    note = models.TextField(_("note"), blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
            )
        ]

    def holds_on(self, on: date) -> bool:
        """Tell whether the fact held on the day ``on``."""
        return self.starts_on <= on and (self.ends_on is None or on < self.ends_on)


def never_two_at_once(name: str, *fields: str) -> ExclusionConstraint:
    """Return the constraint that two rows in use with equal integer ``fields`` never hold on the same day.

    Built-in range types stand in for btree_gist, which the embedded server lacks (ADR 0002).
    """
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((Func(F(f), F(f), Value("[]"), function="int8range"), RangeOperators.OVERLAPS) for f in fields),
            (Func(F("starts_on"), F("ends_on"), function="daterange"), RangeOperators.OVERLAPS),
        ],
        condition=Q(is_used=True),
    )
