"""What a body judges and asks by, in versions: a draft is written, published from a day, and never changed again.

A version without a first day is a draft. What was published stays as it was, so that last year's ratings and answers
are read with last year's words; the database refuses any other change (migration 0018).
"""

from datetime import date
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from npmportal.access import MANAGE_BODY_PEOPLE, REVIEW_VISITS, grants_of
from visits.models.visit_query import mechanisms_knowing_visits


class KeptQuerySet(models.QuerySet[Any]):
    """Scales, question sets, themes: read by all who log or review visits, kept by the body or the coordinator."""

    def visible_to(self, user: Any) -> Self:
        """Return what ``user`` may read: that of every mechanism in which visits are logged or reviewed."""
        return self.filter(mechanism__in=mechanisms_knowing_visits(grants_of(user)))

    def kept_by(self, user: Any) -> Self:
        """Return what ``user`` keeps: the lead what is the body's own, coordinator staff what is common to all."""
        grants = grants_of(user)
        common = Q(body=None, mechanism__in=grants.on(REVIEW_VISITS))
        return self.filter(common | Q(body__in=grants.on(MANAGE_BODY_PEOPLE)))


class VersionQuerySet(models.QuerySet[Any]):
    def published(self) -> Self:
        """Leave out drafts."""
        return self.filter(starts_on__isnull=False)

    def as_at(self, on: date) -> Self:
        """Return the versions that held on the day ``on``."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on)


class Version(models.Model):
    """One version: a draft, or in force from one day to another (the last day does not belong to it)."""

    starts_on = models.DateField(_("in force from"), null=True, blank=True)
    ends_on = models.DateField(_("until (exclusive)"), null=True, blank=True)
    note = models.CharField(_("what is new, or where it was read"), max_length=500, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on"), starts_on__isnull=False),
            )
        ]

    @property
    def is_draft(self) -> bool:
        """Whether it is still being written."""
        return self.starts_on is None


def needed_for_the_return() -> Any:
    """Return the field that says of a standard or question that each visit is to be judged or to answer by it."""
    return models.BooleanField(_("needed for the annual return"), default=False, db_default=False)


def one_version_at_a_time(name: str, owner: str) -> ExclusionConstraint:
    """Return the constraint that two published versions of one ``owner`` never hold on the same day.

    Built-in range types stand in for btree_gist, as in npmportal.models.dated.
    """
    key = Func(F(owner), F(owner), Value("[]"), function="int8range")
    days = Func(F("starts_on"), F("ends_on"), function="daterange")
    overlap = RangeOperators.OVERLAPS
    return ExclusionConstraint(name=name, expressions=[(key, overlap), (days, overlap)], condition=~Q(starts_on=None))


def one_draft(name: str, owner: str) -> models.UniqueConstraint:
    """Return the constraint that one ``owner`` has one draft at most: two would not know of each other."""
    return models.UniqueConstraint(name=name, fields=[owner], condition=Q(starts_on=None))
