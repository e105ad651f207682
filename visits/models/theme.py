from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Mechanism
from members.models.bilingual import BilingualName
from npmportal.access import REVIEW_VISITS, grants_of
from visits.models.version import KeptQuerySet


class ThemeQuerySet(KeptQuerySet):
    def kept_by(self, user: Any) -> Self:
        """Return the themes ``user`` keeps: the coordinator's staff do, for all members."""
        return self.filter(mechanism__in=grants_of(user).on(REVIEW_VISITS))


class Theme(BilingualName):
    """A theme common to the members of a mechanism, to which each maps its own standards and questions."""

    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="themes")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_retired = models.BooleanField(
        _("no longer used"), default=False, help_text=_("It stays with what was mapped to it, and is not offered anew.")
    )

    objects = ThemeQuerySet.as_manager()

    class Meta(BilingualName.Meta):
        ordering = ["mechanism", "position", "pk"]
        constraints = [
            *BilingualName.Meta.constraints,
            models.UniqueConstraint(
                name="visits_theme_once_in_english", fields=["mechanism", "name_en"], condition=~models.Q(name_en="")
            ),
            models.UniqueConstraint(
                name="visits_theme_once_in_dutch", fields=["mechanism", "name_nl"], condition=~models.Q(name_nl="")
            ),
        ]
