"""Filters of the list of visits that somebody keeps under a name."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Mechanism, MemberBody, User
from npmportal.access import MANAGE_BODY_PEOPLE, VIEW_VISITS, grants_of
from visits.models.visit_query import mechanisms_knowing_visits


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: Any) -> Self:
        """Return the views ``user`` keeps, and those shared with the bodies whose visits they read."""
        grants = grants_of(user)
        own = Q(person=getattr(user, "pk", None), body=None, mechanism__in=mechanisms_knowing_visits(grants))
        return self.filter(own | Q(body__in=grants.on(VIEW_VISITS)))

    def editable_by(self, user: Any) -> Self:
        """Return the views ``user`` may rename, share and remove: their own, and those of the bodies they lead."""
        visible = self.visible_to(user)
        return visible.filter(Q(body=None) | Q(body__in=grants_of(user).on(MANAGE_BODY_PEOPLE)))


class SavedView(models.Model):
    """A name for filters. It is a query and no more: who opens it sees what they may see."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    mechanism = models.ForeignKey(Mechanism, on_delete=models.CASCADE, related_name="+")
    body = models.ForeignKey(MemberBody, on_delete=models.CASCADE, null=True, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    query = models.TextField()
    at = models.DateTimeField(auto_now=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="visits_savedview_one_name_of_a_person",
                fields=["person", "mechanism", "name"],
                condition=Q(body=None),
            ),
            models.UniqueConstraint(
                name="visits_savedview_one_name_of_a_body", fields=["body", "name"], condition=Q(body__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name
