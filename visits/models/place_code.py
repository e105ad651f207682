from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Mechanism, MemberBody
from visits.models.place import Place


class PlaceCodeQuerySet(models.QuerySet["PlaceCode"]):
    def of_body(self, mechanism: Mechanism, body: MemberBody | None) -> Self:
        """Return the codes that ``body`` knows places by; of None the official ones."""
        return self.filter(mechanism=mechanism, body=body)


class PlaceCode(models.Model):
    """What a place is called in a member's own system, or officially (no body). One code names one place."""

    mechanism = models.ForeignKey(Mechanism, on_delete=models.CASCADE, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="codes", verbose_name=_("place"))
    body = models.ForeignKey(
        MemberBody,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="place_codes",
        verbose_name=_("member body"),
        help_text=_("Empty: the official code."),
    )
    code = models.CharField(_("code"), max_length=60)

    objects = PlaceCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("code of a place")
        ordering = ["place", models.F("body").asc(nulls_first=True), "code"]
        constraints = [
            models.UniqueConstraint(
                name="visits_placecode_names_one_place", fields=["mechanism", "body", "code"], nulls_distinct=False
            ),
            models.CheckConstraint(name="visits_placecode_is_not_empty", condition=~Q(code="")),
        ]

    def __str__(self) -> str:
        return self.code
