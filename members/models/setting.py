from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.bilingual import BilingualName
from members.models.mechanism import Mechanism


class SupervisionArea(BilingualName):
    """A grouping of detention settings as an inspectorate organises its work (NL: toezichtgebied)."""

    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="supervision_areas")
    slug = models.SlugField(_("short name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta(BilingualName.Meta):
        ordering = ["mechanism", "position", "pk"]
        constraints = [
            *BilingualName.Meta.constraints,
            models.UniqueConstraint(name="members_supervisionarea_one_per_slug", fields=["mechanism", "slug"]),
        ]


class DetentionSetting(BilingualName):
    """A kind of detention: prisons, police custody, immigration detention. A row of the coverage matrix."""

    known_to_network = Q()

    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="settings")
    slug = models.SlugField(_("short name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    supervision_areas = models.ManyToManyField(SupervisionArea, related_name="settings", blank=True)
    has_places = models.BooleanField(
        _("has places of its own"),
        default=True,
        help_text=_("No for a row about a group of people in any place, such as children in all settings."),
    )

    class Meta(BilingualName.Meta):
        ordering = ["mechanism", "position", "pk"]
        constraints = [
            *BilingualName.Meta.constraints,
            models.UniqueConstraint(name="members_detentionsetting_one_per_slug", fields=["mechanism", "slug"]),
        ]
