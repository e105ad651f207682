from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from members.models import DetentionSetting, Mechanism, MemberBody
from npmportal.access import VIEW_VISITS, grants_of
from npmportal.models.dated import DatedFact, DatedQuerySet
from visits.models.place import Place
from visits.models.visit_query import mechanisms_knowing_visits


def _same(field: str) -> tuple[Any, str]:
    """Compare ``field`` as a range of one number; empty equals empty."""
    number = Coalesce(F(field), Value(-1))
    return Func(number, number, Value("[]"), function="int8range"), RangeOperators.OVERLAPS


PLACE_HASH = Coalesce(Func(F("place"), Value(0), function="uuid_hash_extended"), Value(0))


class VisitIntervalQuerySet(DatedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Return the rules ``user`` may read: the network's for who may know of visits, a body's for the body alone.

        Where a body means to go more often, and why, is its own business: it tells where a visit may come.
        """
        grants = grants_of(user)
        knowing = mechanisms_knowing_visits(grants)
        return self.filter(Q(body=None, mechanism__in=knowing) | Q(body__in=grants.on(VIEW_VISITS)))


class VisitInterval(DatedFact):
    """How often places are to be visited and why: a criterion for choosing places, with its reason.

    The SPT asks that places be chosen by criteria that are written down: type, size, known problems. A rule of a place
    comes before one of a setting and size, that before one of a setting, that before one of all places.
    """

    class Criterion(models.TextChoices):
        TYPE = "type", _("type of place")
        SIZE = "size", _("size of the place")
        PROBLEMS = "problems", _("known problems")
        LAW = "law", _("law or rule")
        OTHER = "other", _("another reason")

    class Priority(models.IntegerChoices):
        HIGH = 1, _("high")
        NORMAL = 2, _("normal")
        LOW = 3, _("low")

    source = None  # type: ignore[assignment]  # the network or the body says it itself
    starts_precision = ends_precision = None  # type: ignore[assignment]
    mechanism = models.ForeignKey(Mechanism, on_delete=models.CASCADE, related_name="visit_intervals")
    body = models.ForeignKey(
        MemberBody,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="visit_intervals",
        verbose_name=_("member body"),
        help_text=_("Empty: a visit of any member counts."),
    )
    place = models.ForeignKey(Place, on_delete=models.CASCADE, null=True, blank=True, related_name="visit_intervals")
    setting = models.ForeignKey(
        DetentionSetting,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("setting"),
        help_text=_("Empty: places of every setting."),
    )
    capacity_from = models.PositiveIntegerField(
        _("capacity of at least"), null=True, blank=True, help_text=_("Empty: places of every size.")
    )
    months = models.PositiveSmallIntegerField(
        _("months between visits"), validators=[MinValueValidator(1), MaxValueValidator(240)]
    )
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.NORMAL)
    criterion = models.CharField(_("criterion"), max_length=8, choices=Criterion.choices)
    reason = models.CharField(_("reason"), max_length=500)

    objects = VisitIntervalQuerySet.as_manager()  # type: ignore[misc]

    class Meta(DatedFact.Meta):
        ordering = ["mechanism", "body", "place", "setting", "capacity_from", "starts_on"]
        constraints = [
            *DatedFact.Meta.constraints,
            models.CheckConstraint(
                name="visits_visitinterval_place_or_kind_of_place",
                condition=Q(place=None) | Q(setting=None, capacity_from=None),
            ),
            ExclusionConstraint(
                name="visits_visitinterval_one_at_a_time",
                expressions=[
                    *(_same(field) for field in ("mechanism", "body", "setting", "capacity_from")),
                    (Func(PLACE_HASH, PLACE_HASH, Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (Func(F("starts_on"), F("ends_on"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="visits_visitinterval_months", condition=Q(months__range=(1, 240))),
        ]

    def __str__(self) -> str:
        return f"{self.months}: {self.reason}"
