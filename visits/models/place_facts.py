"""What changes about a place over the years: its name, who runs it and answers for it, how many it holds.

These rows are the truth. Place.name, Place.authority and Place.capacity hold the present value for lists and are kept
by the database from these rows (migration 0011, ADR 0023): nothing else may write them once the place is stored.
"""

from datetime import date
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from npmportal.models.dated import DatedFact, DatedQuerySet
from visits.models.authority import Authority
from visits.models.place import Place


class PlaceFactQuerySet(DatedQuerySet):
    """Queries by day. An empty first day means “since before anybody wrote it down”."""

    def as_at(self, on: date) -> Self:
        """Return the facts in use that held on the day ``on``."""
        return self.in_use().filter(Q(ends_on=None) | Q(ends_on__gt=on), Q(starts_on=None) | Q(starts_on__lte=on))

    def during(self, first: date, last: date) -> Self:
        """Return the facts in use that held on at least one day from ``first`` to ``last``, both included."""
        begun = Q(starts_on=None) | Q(starts_on__lte=last)
        return self.in_use().filter(Q(ends_on=None) | Q(ends_on__gt=first), begun)

    def latest_first(self) -> Self:
        """Order from the newest to the one without a first day."""
        return self.order_by(F("starts_on").desc(nulls_last=True), "-pk")


class PlaceFact(DatedFact):
    """A dated fact about a place. First day and source may be unknown: nobody is made to invent them."""

    starts_on = models.DateField(_("from"), null=True, blank=True)  # type: ignore[assignment]
    source = models.ForeignKey(  # type: ignore[assignment]
        "members.Source", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("source")
    )

    objects = PlaceFactQuerySet.as_manager()  # type: ignore[misc]

    class Meta(DatedFact.Meta):
        abstract = True

    def holds_on(self, on: date) -> bool:
        return (self.starts_on is None or self.starts_on <= on) and (self.ends_on is None or on < self.ends_on)


def one_of_a_place_at_once(name: str, *words: str) -> ExclusionConstraint:
    """Return the constraint that two rows in use of one place, equal in ``words``, never hold on the same day.

    As `never_two_at_once`; identifiers and words are compared by their 64-bit hashes, since ranges of them need none
    of the extensions the portal does without (ADR 0002).
    """
    hashes = [Func(F("place"), Value(0), function="uuid_hash_extended")]
    hashes += [Func(F(word), Value(0), function="hashtextextended") for word in words]
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((Func(key, key, Value("[]"), function="int8range"), RangeOperators.OVERLAPS) for key in hashes),
            (Func(F("starts_on"), F("ends_on"), function="daterange"), RangeOperators.OVERLAPS),
        ],
        condition=Q(is_used=True),
    )


class PlaceName(PlaceFact):
    """What a place was called from one day to another."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="names", verbose_name=_("place"))
    name = models.CharField(_("name"), max_length=200)

    class Meta(PlaceFact.Meta):
        verbose_name = _("name of a place")
        ordering = ["place", F("starts_on").asc(nulls_first=True), "pk"]
        constraints = [
            *PlaceFact.Meta.constraints,
            one_of_a_place_at_once("visits_placename_one_name_at_a_time"),
        ]

    def __str__(self) -> str:
        return self.name


class OperatorPeriod(PlaceFact):
    """Who ran a place, or answered for it to the government, from one day to another."""

    class Role(models.TextChoices):
        OPERATOR = "operator", _("operator")
        RESPONSIBLE = "responsible", _("responsible authority")

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="operators", verbose_name=_("place"))
    role = models.CharField(_("as"), max_length=11, choices=Role.choices, default=Role.OPERATOR)
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, related_name="periods", verbose_name=_("authority")
    )

    class Meta(PlaceFact.Meta):
        verbose_name = _("operator of a place")
        ordering = ["place", "-role", F("starts_on").asc(nulls_first=True), "pk"]
        constraints = [
            *PlaceFact.Meta.constraints,
            one_of_a_place_at_once("visits_operatorperiod_one_at_a_time", "role"),
        ]

    def __str__(self) -> str:
        return f"{self.authority} ({self.get_role_display()})"


class CapacityPeriod(PlaceFact):
    """How many people a place could hold from one day to another: by its rules, and as it was used."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="capacities", verbose_name=_("place"))
    official = models.PositiveIntegerField(_("official capacity"), null=True, blank=True)
    operational = models.PositiveIntegerField(_("operational capacity"), null=True, blank=True)

    class Meta(PlaceFact.Meta):
        verbose_name = _("capacity of a place")
        ordering = ["place", F("starts_on").asc(nulls_first=True), "pk"]
        constraints = [
            *PlaceFact.Meta.constraints,
            models.CheckConstraint(
                name="visits_capacityperiod_says_a_number",
                condition=Q(official__isnull=False) | Q(operational__isnull=False),
            ),
            one_of_a_place_at_once("visits_capacityperiod_one_at_a_time"),
        ]

    def __str__(self) -> str:
        return str(self.present)

    @property
    def present(self) -> int | None:
        """The number that lists print: the official capacity, or the operational one where no other is recorded."""
        return self.official if self.official is not None else self.operational


def name_of_place_on(names: Any, on: date) -> Any:
    """Return the one of ``names`` (in use) the place bore on the day ``on``, or the nearest; None of none.

    The rule of members.models.names, with an empty first day before all others.
    """
    ordered = sorted(names, key=lambda name: name.starts_on or date.min)
    begun = [name for name in ordered if name.starts_on is None or name.starts_on <= on]
    return begun[-1] if begun else ordered[0] if ordered else None
