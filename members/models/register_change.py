from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.body import MemberBody
from members.models.mechanism import Mechanism
from members.models.person import User


class RegisterChange(models.Model):
    """One act on the register, with what stood there before and after. Never changed: the database refuses it.

    A change in the world adds a dated fact and ends the one before; a correction mends what was entered wrongly.
    """

    class Act(models.TextChoices):
        CHANGE = "change", _("change in the world")
        CORRECTION = "correction", _("correction of a mistake")
        REMOVAL = "removal", _("removal of a mistaken entry")

    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="register_changes")
    # The trace of a body entered by mistake outlives the body: it is history, and history is never changed.
    body = models.ForeignKey(
        MemberBody,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="register_changes",
    )
    act = models.CharField(_("act"), max_length=10, choices=Act.choices)
    record = models.CharField(_("record"), max_length=60, help_text="members.bodyname")
    record_id = models.CharField(max_length=40)
    effective_on = models.DateField(_("in force from"), null=True, blank=True)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["mechanism", "-id"]),
            models.Index(fields=["record", "record_id", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()}: {self.record} {self.record_id}"
