from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.body import MemberBody
from members.models.mechanism import Mechanism
from npmportal.models import DatedFact
from npmportal.models.dated import never_two_at_once


class Coordination(DatedFact):
    """Which body coordinates the mechanism, from one day to another."""

    known_to_network = Q()

    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="coordinations")
    body = models.ForeignKey(MemberBody, on_delete=models.PROTECT, related_name="coordinations")
    role = models.CharField(_("role in words"), max_length=200, blank=True)

    class Meta(DatedFact.Meta):
        ordering = ["mechanism", "starts_on"]
        constraints = [
            *DatedFact.Meta.constraints,
            never_two_at_once("members_coordination_one_coordinator_at_a_time", "mechanism"),
        ]

    def __str__(self) -> str:
        return f"{self.mechanism}: {self.body}"
