"""What became of places in the world, and of records that described the same place twice."""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models import Mechanism, User
from npmportal.access import grants_of
from npmportal.models import Precision
from visits.models.place import Place


class PlaceSuccession(models.Model):
    """One place's people or work passing to another on a day. A new name is none of these."""

    class Kind(models.TextChoices):
        MERGED = "merged", _("merged into")
        SPLIT = "split", _("split off as")
        REPLACED = "replaced", _("replaced by")

    predecessor = models.ForeignKey(
        Place, on_delete=models.CASCADE, related_name="successions", verbose_name=_("place")
    )
    successor = models.ForeignKey(
        Place, on_delete=models.CASCADE, related_name="precedents", verbose_name=_("the other place")
    )
    kind = models.CharField(_("what happened"), max_length=8, choices=Kind.choices)
    happened_on = models.DateField(_("on"))
    happened_precision = models.CharField(max_length=5, choices=Precision.choices, default=Precision.DAY)
    source = models.ForeignKey(
        "members.Source", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("source")
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("successor of a place")
        ordering = ["happened_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="visits_placesuccession_nothing_succeeds_itself", condition=~Q(predecessor=F("successor"))
            ),
            models.UniqueConstraint(name="visits_placesuccession_once", fields=["predecessor", "successor"]),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} – {self.get_kind_display()} – {self.successor}"


class PlaceMergeQuerySet(models.QuerySet["PlaceMerge"]):
    def visible_to(self, user: Any) -> Self:
        """Return the merges in the registers of the mechanisms ``user`` works in."""
        return self.filter(mechanism__in=grants_of(user).mechanism_ids)


class PlaceMerge(models.Model):
    """That two records were found to be one place, what moved from one to the other, and whether it was undone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mechanism = models.ForeignKey(Mechanism, on_delete=models.CASCADE, related_name="+")
    kept = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="merges")
    duplicate = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+")
    # Which rows moved ("visits.visit.place": [keys]) and which empty fields were filled in; for undoing, not for show.
    moved = models.JSONField(default=dict, editable=False)
    filled = models.JSONField(default=dict, editable=False)
    kept_version = models.PositiveIntegerField(editable=False)
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = PlaceMergeQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(name="visits_placemerge_of_two_places", condition=~Q(kept=F("duplicate"))),
            models.UniqueConstraint(
                name="visits_placemerge_duplicate_goes_once", fields=["duplicate"], condition=Q(undone_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duplicate} → {self.kept}"


class NoDuplicate(models.Model):
    """That somebody looked at two places that resemble each other and said that they are two."""

    first = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="visits_noduplicate_once", fields=["first", "second"]),
            models.CheckConstraint(name="visits_noduplicate_in_order", condition=Q(first__lt=F("second"))),
        ]

    def __str__(self) -> str:
        return f"{self.first} ≠ {self.second}"
