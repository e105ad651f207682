from collections.abc import Iterable
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.body import MemberBody
from members.models.mechanism import Jurisdiction
from members.models.register_memory import kept
from members.models.setting import DetentionSetting
from npmportal.models import DatedFact, DatedQuerySet


class RemitQuerySet(DatedQuerySet):
    def in_cells(self, setting: DetentionSetting, jurisdictions: Iterable[Jurisdiction], layer: str) -> Self:
        """Return the remits, of whatever day, that stand in a cell of ``setting`` in one of the ``jurisdictions``."""
        through = self.model.jurisdictions.through.objects.filter(jurisdiction__in=list(jurisdictions))
        return self.in_use().filter(
            setting=setting, layer__in=Remit.layers_meeting(layer), pk__in=through.values("remit")
        )

    def terms_of(self, body: int) -> list[tuple[int | None, int, date, date | None]]:
        """Return the setting, jurisdiction, first day and end of each remit of the body with the id ``body``.

        None as setting stands for every one: a remit for a group of people in any place (children in all settings).
        """
        columns = ("setting", "setting__has_places", "jurisdictions", "starts_on", "ends_on")
        rows = self.in_use().filter(parts__body=body).values_list(*columns)
        return [(setting if has_places else None, *rest) for setting, has_places, *rest in rows]


class Remit(DatedFact):
    """One cell group of the coverage matrix: who monitors a setting in the jurisdictions it spans, in one layer.

    A remit without bodies says that a source states there is nobody; that is not the same as no remit at all.
    """

    known_to_network = Q()

    class Layer(models.TextChoices):
        INSPECTION = "inspection", _("inspection")
        LAY = "lay", _("lay monitoring")
        COMMISSIONER = "commissioner", _("commissioner")
        INSPECTION_AND_LAY = "inspection_and_lay", _("inspection and lay monitoring")

    SINGLE_LAYERS = (
        (Layer.INSPECTION.value, Layer.INSPECTION.label),
        (Layer.LAY.value, Layer.LAY.label),
        (Layer.COMMISSIONER.value, Layer.COMMISSIONER.label),
    )

    class Confidence(models.TextChoices):
        HIGH = "high", _("high")
        MEDIUM = "medium", _("medium")
        LOW = "low", _("low")

    setting = models.ForeignKey(DetentionSetting, on_delete=models.PROTECT, related_name="remits")
    jurisdictions = models.ManyToManyField(Jurisdiction, related_name="remits")
    layer = models.CharField(_("layer"), max_length=20, choices=Layer.choices)
    position = models.PositiveSmallIntegerField(_("order within the setting"), default=0)
    confidence = models.CharField(_("confidence"), max_length=6, choices=Confidence.choices, default=Confidence.HIGH)
    key = models.SlugField(_("key"), max_length=80, help_text=_("Names the remit in the packaged reference data."))

    objects = RemitQuerySet.as_manager()  # type: ignore[misc]

    class Meta(DatedFact.Meta):
        ordering = ["setting", "position", "starts_on", "pk"]
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(name="members_remit_one_per_key", fields=["setting", "key"]),
        ]

    def __str__(self) -> str:
        return f"{self.setting} – {self.get_layer_display()}"

    @staticmethod
    def layers_meeting(layer: str) -> list[str]:
        """Return the layers that stand in the same cell as ``layer``: “both” meets each of the two."""
        both, pair = Remit.Layer.INSPECTION_AND_LAY.value, [Remit.Layer.INSPECTION.value, Remit.Layer.LAY.value]
        if layer == both:
            return [*pair, both]
        return [layer, both] if layer in pair else [layer]


class RemitBody(models.Model):
    """A body's part in a remit: its relation to the others in the cell, and the words that limit it."""

    known_to_network = Q()

    class Relation(models.TextChoices):
        LEAD = "lead", _("lead")
        JOINTLY = "jointly", _("jointly")
        WITH = "with", _("with")
        SEPARATELY = "separately", _("separately")
        ON_BEHALF = "on_behalf", _("on behalf of the body named")

    remit = models.ForeignKey(Remit, on_delete=models.CASCADE, related_name="parts")
    body = models.ForeignKey(MemberBody, on_delete=models.PROTECT, related_name="remit_parts")
    relation = models.CharField(_("relation"), max_length=12, choices=Relation.choices)
    scope = models.CharField(
        _("scope"), max_length=200, blank=True, help_text=_("“in relation to secure training centres”")
    )
    scope_nl = models.CharField(_("scope in Dutch"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["remit", "position"]
        verbose_name_plural = "remit bodies"
        constraints = [
            models.UniqueConstraint(name="members_remitbody_once_in_a_remit", fields=["remit", "body"]),
        ]

    def __str__(self) -> str:
        return f"{self.body} ({self.get_relation_display()})"


def monitors(body: int, setting: int, jurisdiction: int, on: date) -> bool:
    """Tell whether ``body`` has a remit for ``setting`` in ``jurisdiction`` (ids) on the day ``on``."""
    return any(
        of in (setting, None) and where == jurisdiction and starts_on <= on and (ends_on is None or on < ends_on)
        for of, where, starts_on, ends_on in kept(("remits", body), lambda: Remit.objects.terms_of(body))
    )
