from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Mechanism, User
from npmportal.access import LOG_VISITS, grants_of
from visits.models.visit import Visit

KEPT_DAYS = 30


class FormDraftQuerySet(models.QuerySet["FormDraft"]):
    def visible_to(self, user: Any) -> Self:
        """Return what ``user`` typed and has not saved: nobody else's, and none where they log visits no longer."""
        return self.filter(user=user.pk, mechanism__in=grants_of(user).mechanisms(LOG_VISITS))

    def of_form(self, mechanism: Mechanism, visit: Visit | None, part: str = "") -> Self:
        """Return those of the form of ``visit`` (of a ``part`` of its record), or of new visits; newest first."""
        return self.filter(mechanism=mechanism, visit=visit, part=part).order_by("-updated_at", "-id")

    def forgotten(self) -> Self:
        """Return those that nobody has touched for so long that they are swept."""
        return self.filter(updated_at__lt=timezone.now() - timedelta(days=KEPT_DAYS))


class FormDraft(models.Model):
    """What a person typed into the form of a visit and has not saved yet: theirs alone, and no record of the network.

    Beside that person's own desk it is in no list, count or search, and nothing is written down about it. It ends when
    the form is saved or thrown away, when the person leaves, and 30 days after the last key (security R-52).
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    mechanism = models.ForeignKey(Mechanism, on_delete=models.CASCADE, related_name="+")
    # None: the form of a visit that is not logged yet.
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, null=True, related_name="+")
    # Of the forms of the parts of the record that have pages of their own; empty: the form of the visit itself.
    part = models.CharField(max_length=12, blank=True, default="", db_default="")
    # Each opening of the form has a key of its own: two windows do not overwrite each other.
    form_key = models.UUIDField()
    version = models.PositiveIntegerField(_("version of the visit that the form began from"), null=True)
    data: Any = models.JSONField(_("what was typed"))
    updated_at = models.DateTimeField(auto_now=True)

    objects = FormDraftQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(name="visits_formdraft_one_per_form", fields=["user", "form_key"])]

    def __str__(self) -> str:
        return str(self.form_key)
