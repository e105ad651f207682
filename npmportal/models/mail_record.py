from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# What each letter is called, by the name of its template; allauth's tell of changes to sign-in and factors.
TITLES = {
    "invitation": _("Invitation"),
    "digest": _("Digest of tasks"),
    "account/email/password_reset_key": _("Link for a new password"),
}


class MailRecord(models.Model):
    """That a letter was written to somebody, and whether it was sent. Neither address nor words are kept."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("taken by the mail server")
        FAILED = "failed", _("not sent")

    template = models.CharField(max_length=60)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="letters"
    )
    # An invitation's address has no account yet: what the letter belongs to.
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    error = models.CharField(max_length=80, blank=True)  # the class of the error, never its text
    # The day of a letter of which there is one a day, such as the digest.
    day = models.DateField(null=True, blank=True)
    written_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"]),
            models.Index(fields=["object_type", "object_id", "-id"]),
            models.Index(fields=["written_at"], condition=Q(state="waiting"), name="npmportal_mail_waiting"),
            models.Index(fields=["-written_at", "-id"], condition=Q(state="failed"), name="npmportal_mail_failed"),
        ]
        constraints = [
            # One that failed makes room for another try; one that waits, or was taken, does not.
            models.UniqueConstraint(
                name="npmportal_mail_once_a_day",
                fields=["template", "user", "day"],
                condition=Q(day__isnull=False) & ~Q(state="failed"),
            ),
            models.CheckConstraint(
                name="npmportal_mail_settled_or_waiting",
                condition=Q(state="waiting", settled_at=None) | ~Q(state="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template}: {self.get_state_display()}"

    @property
    def title(self) -> str:
        """What the letter is called, in words."""
        return str(TITLES.get(self.template, _("Notice about your account")))

    @property
    def is_lost(self) -> bool:
        """Whether nobody knows what became of it (npmportal.mail.LOST)."""
        return self.error == "Lost"

    @property
    def is_sent(self) -> bool:
        """Whether the mail server took it; known once the transaction has committed."""
        return self.state == self.State.SENT

    @property
    def has_failed(self) -> bool:
        """Whether the mail server is known not to have it."""
        return self.state == self.State.FAILED
