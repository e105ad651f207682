import uuid
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models import DetentionSetting, Jurisdiction, Mechanism
from npmportal.access import grants_of
from visits.models.authority import Authority


class PlaceQuerySet(models.QuerySet["Place"]):
    def visible_to(self, user: Any) -> Self:
        """Return the places of the mechanisms ``user`` works in: the register is common to its members."""
        return self.filter(mechanism__in=grants_of(user).mechanism_ids)

    def named(self, words: str) -> Self:
        """Return the places whose name or town holds each of the ``words``."""
        found = self
        for word in words.replace("\x00", "").split():
            found = found.filter(Q(name__icontains=word) | Q(town__icontains=word))
        return found

    def with_id(self, text: Any) -> Self:
        """Return the place with the id that ``text`` writes, none where it is no id at all."""
        try:
            return self.filter(pk=uuid.UUID(str(text)))
        except ValueError:
            return self.none()

    def for_list(self) -> Self:
        """Load what the list of places prints."""
        return self.select_related("setting", "jurisdiction", "parent")


class Place(models.Model):
    """A place of detention, or a unit of one: a unit points to its parent and may be of another setting."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="places")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="units")
    name = models.CharField(_("name"), max_length=200)
    setting = models.ForeignKey(DetentionSetting, on_delete=models.PROTECT, related_name="places")
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="places")
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, blank=True, related_name="places", verbose_name=_("operator")
    )
    town = models.CharField(_("town"), max_length=100, blank=True)
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True, help_text=_("Empty: not recorded."))
    opened_on = models.DateField(_("opened"), null=True, blank=True)
    closed_on = models.DateField(_("closed"), null=True, blank=True)
    is_invented = models.BooleanField(_("invented for demonstration"), default=False)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                name="visits_place_one_per_name_in_its_parent",
                fields=["mechanism", "jurisdiction", "setting", "parent", "name"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="visits_place_is_not_its_own_unit", condition=~Q(parent=F("id"))),
            models.CheckConstraint(
                name="visits_place_closes_after_it_opens",
                condition=Q(closed_on=None) | Q(opened_on=None) | Q(closed_on__gt=F("opened_on")),
            ),
        ]
        indexes = [models.Index(fields=["mechanism", "name", "id"])]

    def __str__(self) -> str:
        return self.name
