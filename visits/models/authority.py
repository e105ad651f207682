from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Mechanism


class Authority(models.Model):
    """Who operates places of detention and answers recommendations: a ministry, an agency (OPCAT Article 22)."""

    mechanism = models.ForeignKey(
        Mechanism, on_delete=models.PROTECT, related_name="authorities", verbose_name=_("mechanism")
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("part of")
    )
    name = models.CharField(_("name"), max_length=200)
    is_invented = models.BooleanField(_("invented for demonstration"), default=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("authority")
        verbose_name_plural = _("authorities")
        constraints = [models.UniqueConstraint(name="visits_authority_one_per_name", fields=["mechanism", "name"])]

    def __str__(self) -> str:
        return self.name
