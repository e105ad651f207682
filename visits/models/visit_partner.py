from django.db import models

from members.models import MemberBody
from visits.models.visit import Visit


class VisitPartner(models.Model):
    """A body that made the visit together with the lead body."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="partner_rows")
    body = models.ForeignKey(MemberBody, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="visits_visitpartner_once_in_a_visit", fields=["visit", "body"])]

    def __str__(self) -> str:
        return str(self.body)
