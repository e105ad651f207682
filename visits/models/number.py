from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import MemberBody


class VisitNumber(models.Model):
    """The last number given to a visit of one body in one calendar year: references have no common counter."""

    body = models.ForeignKey(MemberBody, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number given"), default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="visits_visitnumber_one_per_year", fields=["body", "year"])]

    def __str__(self) -> str:
        return f"{self.body} {self.year}: {self.last}"
