from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.mechanism import Jurisdiction
from members.models.remit import Remit
from members.models.setting import DetentionSetting
from npmportal.models import DatedFact


class CoverageGap(DatedFact):
    """A cell of the matrix (or a kind of place within it) that nobody monitors, since when and why."""

    setting = models.ForeignKey(DetentionSetting, on_delete=models.PROTECT, related_name="gaps")
    jurisdictions = models.ManyToManyField(Jurisdiction, related_name="gaps")
    layer = models.CharField(_("layer"), max_length=20, choices=Remit.Layer.choices)
    key = models.SlugField(_("key"), max_length=80)
    kind_of_place = models.CharField(_("kind of place"), max_length=200, blank=True)
    kind_of_place_nl = models.CharField(_("kind of place in Dutch"), max_length=200, blank=True)
    explanation = models.TextField(_("explanation"), blank=True)
    explanation_nl = models.TextField(_("explanation in Dutch"), blank=True)

    class Meta(DatedFact.Meta):
        ordering = ["setting", "starts_on"]
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(name="members_coveragegap_one_per_key", fields=["setting", "key"]),
        ]

    def __str__(self) -> str:
        return self.kind_of_place or str(self.setting)
