"""Which combinations of bodies, setting, jurisdiction, kind and mode occur among the visits at all.

The database keeps the table by itself (migration 0005). A list that asks for a combination that never occurs - the
prison visits of a body that works in police cells - is answered from it at once; looking for them one by one would
take the database a walk over all of them. Combinations are only ever added: one too many costs time, never a visit.
"""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from members.models import DetentionSetting, Jurisdiction, Mechanism
from npmportal.access import VIEW_SUBMITTED_VISITS, VIEW_VISITS, grants_of


class VisitCombinationQuerySet(models.QuerySet["VisitCombination"]):
    def visible_to(self, user: Any) -> Self:
        """Return the combinations among which all visits lie that ``user`` may read."""
        grants = grants_of(user)
        return self.filter(
            models.Q(body_ids__overlap=sorted(grants.on(VIEW_VISITS)))
            | models.Q(mechanism__in=grants.on(VIEW_SUBMITTED_VISITS))
        )


class VisitCombination(models.Model):
    """A combination that occurs, or has occurred, in at least one visit."""

    mechanism = models.ForeignKey(Mechanism, on_delete=models.CASCADE, related_name="+")
    body_ids = ArrayField(models.BigIntegerField())
    setting = models.ForeignKey(DetentionSetting, on_delete=models.CASCADE, related_name="+")
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12)
    mode = models.CharField(max_length=10)

    objects = VisitCombinationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="visits_visitcombination_once",
                fields=["mechanism", "body_ids", "setting", "jurisdiction", "kind", "mode"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.body_ids} {self.setting_id} {self.jurisdiction_id} {self.kind} {self.mode}"
