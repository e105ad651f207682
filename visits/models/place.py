import uuid
from datetime import date
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from members.models import DetentionSetting, Jurisdiction, Mechanism
from npmportal.access import MANAGE_MEMBERS, REVIEW_VISITS, Grants, grants_of
from visits.models.authority import Authority


def _rows(model: str) -> Any:
    """Return the rows of a model of places' facts that belong to the place of the outer query."""
    return apps.get_model("visits", model).objects.filter(place=OuterRef("pk"))


KEEP_PLACES = (MANAGE_MEMBERS, REVIEW_VISITS)  # either of them: administrators and coordinator staff


def mechanisms_keeping_places(grants: Grants) -> frozenset[int]:
    """Return the mechanisms whose register of places may be kept."""
    return frozenset().union(*(grants.on(right) for right in KEEP_PLACES))


class PlaceQuerySet(models.QuerySet["Place"]):
    def visible_to(self, user: Any) -> Self:
        """Return the places of the mechanisms ``user`` works in: the register is common to its members.

        A record that was merged into another is no longer there.
        """
        return self.of_register(user).in_register()

    def of_register(self, user: Any) -> Self:
        """Return the places ``user`` may see and the records that were merged into them."""
        return self.filter(mechanism__in=grants_of(user).mechanism_ids, is_struck_off=False)

    def in_register(self) -> Self:
        """Return the places that are in a register: not merged into another, not struck off."""
        return self.filter(merged_into=None, is_struck_off=False)

    def named(self, words: str) -> Self:
        """Return the places of which a name of any day, the town or a code holds each of the ``words``."""
        found = self
        for word in words.replace("\x00", "").split():
            # Exists, not a join: a place with two names is still found once.
            named = _rows("PlaceName").filter(name__icontains=word)
            coded = _rows("PlaceCode").filter(code__iexact=word)
            found = found.filter(Q(name__icontains=word) | Q(town__icontains=word) | Exists(named) | Exists(coded))
        return found

    def open_on(self, on: date) -> Self:
        """Return the places that were open on the day ``on``, as far as is recorded."""
        return self.filter(Q(opened_on=None) | Q(opened_on__lte=on), Q(closed_on=None) | Q(closed_on__gt=on))

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

    known_to_network = Q(is_struck_off=False)

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
    address = models.CharField(_("address"), max_length=300, blank=True, default="", db_default="")
    postcode = models.CharField(_("postcode"), max_length=20, blank=True, default="", db_default="")
    region = models.CharField(
        _("region"),
        max_length=100,
        blank=True,
        default="",
        db_default="",
        help_text=_("As the operator divides its places."),
    )
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True, help_text=_("Empty: not recorded."))
    opened_on = models.DateField(_("opened"), null=True, blank=True)
    closed_on = models.DateField(_("closed"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True, default="", db_default="")
    is_invented = models.BooleanField(_("invented for demonstration"), default=False)
    # Two records of one place: this one gave way to the other (PlaceMerge keeps what moved).
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_records", editable=False
    )
    # Its import was undone while a visit stood at it that is nobody else's business. To all others it is gone, as if
    # removed; whose visit it is chooses another place (visits.struck_off).
    is_struck_off = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                name="visits_place_one_per_name_in_its_parent",
                fields=["mechanism", "jurisdiction", "setting", "parent", "name"],
                nulls_distinct=False,
                condition=Q(merged_into=None, is_struck_off=False),
            ),
            models.CheckConstraint(name="visits_place_is_not_its_own_unit", condition=~Q(parent=F("id"))),
            models.CheckConstraint(
                name="visits_place_closes_after_it_opens",
                condition=Q(closed_on=None) | Q(opened_on=None) | Q(closed_on__gt=F("opened_on")),
            ),
            models.CheckConstraint(
                name="visits_place_position_is_on_earth",
                condition=Q(latitude=None, longitude=None) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            ),
            models.CheckConstraint(name="visits_place_is_not_merged_into_itself", condition=~Q(merged_into=F("id"))),
            models.CheckConstraint(
                name="visits_place_struck_off_is_not_merged", condition=Q(is_struck_off=False) | Q(merged_into=None)
            ),
        ]
        indexes = [models.Index(fields=["mechanism", "name", "id"])]

    def __str__(self) -> str:
        return self.name
