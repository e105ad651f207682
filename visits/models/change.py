from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import User
from visits.models.visit import Visit


def as_json(value: Any) -> Any:
    """Return the value of a visit's field as JSON keeps it: codes, numbers and yes or no as they are, else as text."""
    return value if value is None or isinstance(value, int | str) else str(value)


class VisitChange(models.Model):
    """What one saving changed in a visit, field by field: for the feed beside the visit. Never changed afterwards.

    ``fields`` holds for each field [before, after] as JSON keeps them: ids, codes, days as text; None: not recorded.
    """

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="changes")
    # In which state the visit stood when it was changed: what was open is nobody's business but the body's.
    state = models.CharField(max_length=10, choices=Visit.State.choices)
    fields: Any = models.JSONField(_("fields"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return ", ".join(self.fields)
