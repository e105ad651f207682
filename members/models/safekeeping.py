"""Records of keeping the list of people right: the quarterly review of leavers, and lost second factors."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.body import MemberBody
from members.models.person import User


class PeopleReview(models.Model):
    """A body's quarterly look at its list of people: who is still there. One row a body and quarter."""

    body = models.ForeignKey(MemberBody, on_delete=models.CASCADE, related_name="people_reviews")
    quarter_starts_on = models.DateField(_("quarter"))
    due_on = models.DateField(_("due"))
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    people = models.PositiveIntegerField(_("people on the list confirmed"), null=True, blank=True)

    class Meta:
        ordering = ["-quarter_starts_on", "body"]
        constraints = [
            models.UniqueConstraint(name="members_peoplereview_one_a_quarter", fields=["body", "quarter_starts_on"]),
            models.CheckConstraint(
                name="members_peoplereview_confirmed_by_somebody",
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body}, {self.quarter_starts_on}"


class FactorReset(models.Model):
    """That one person removed another's lost second factor, and how the other's identity was checked (R-23)."""

    class Check(models.TextChoices):
        IN_PERSON = "in_person", _("met in person, with an identity document")
        VIDEO = "video", _("seen on video, with an identity document")
        CALL_BACK = "call_back", _("called back on a number known before")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="factor_resets")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    identity_check = models.CharField(_("how the identity was checked"), max_length=10, choices=Check.choices)
    note = models.CharField(_("what was checked"), max_length=300)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(name="members_factorreset_never_ones_own", condition=~Q(user=models.F("by"))),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.at}"
