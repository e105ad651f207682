from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.body import MemberBody
from npmportal.models.dated import Precision


class Succession(models.Model):
    """One body's work passing to another on a day: a merger or a split is several of these. A new name is none."""

    known_to_network = Q()

    class Kind(models.TextChoices):
        MERGER = "merger", _("merged into")
        SPLIT = "split", _("split off")
        TAKEOVER = "takeover", _("work taken over by")

    predecessor = models.ForeignKey(MemberBody, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(MemberBody, on_delete=models.PROTECT, related_name="precedents")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    happened_on = models.DateField(_("on"))
    happened_precision = models.CharField(max_length=5, choices=Precision.choices, default=Precision.DAY)
    source = models.ForeignKey("members.Source", on_delete=models.PROTECT, related_name="+", verbose_name=_("source"))
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = ["happened_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="members_succession_nobody_succeeds_itself", condition=~Q(predecessor=F("successor"))
            ),
            models.UniqueConstraint(name="members_succession_once", fields=["predecessor", "successor"]),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} – {self.get_kind_display()} – {self.successor}"
