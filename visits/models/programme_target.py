import uuid
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import DetentionSetting, Jurisdiction, MemberBody
from npmportal.access import MANAGE_BODY_PEOPLE, VIEW_VISITS, grants_of


class ProgrammeTargetQuerySet(models.QuerySet["ProgrammeTarget"]):
    def visible_to(self, user: Any) -> Self:
        """Return the lines of the programmes of the bodies whose visits ``user`` sees: its own business."""
        return self.filter(body__in=sorted(grants_of(user).on(VIEW_VISITS)))

    def editable_by(self, user: Any) -> Self:
        """Return those of the bodies ``user`` leads."""
        return self.filter(body__in=sorted(grants_of(user).on(MANAGE_BODY_PEOPLE)))


class ProgrammeTarget(models.Model):
    """One line of a body's yearly programme: how many visits, or places, of a setting and jurisdiction."""

    class Unit(models.TextChoices):
        VISITS = "visits", _("visits")
        PLACES = "places", _("places")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey(MemberBody, on_delete=models.CASCADE, related_name="programme")
    year_starts_on = models.DateField(_("first day of the reporting year"))
    setting = models.ForeignKey(
        DetentionSetting, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("setting")
    )
    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("jurisdiction")
    )
    unit = models.CharField(_("counted in"), max_length=6, choices=Unit.choices, default=Unit.VISITS)
    target = models.PositiveIntegerField(_("target"), help_text=_("0: dropped; the note says why."))
    note = models.CharField(_("note"), max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ProgrammeTargetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="visits_programmetarget_once_a_year",
                fields=["body", "year_starts_on", "setting", "jurisdiction", "unit"],
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target} {self.get_unit_display()}"
