import uuid
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import User
from npmportal.private_files import size_of
from visits.models.plan import Plan


class MandateLetterQuerySet(models.QuerySet["MandateLetter"]):
    def visible_to(self, user: Any) -> Self:
        """Return the letters for plans of which ``user`` knows the days: the letter says them."""
        return self.filter(plan__in=Plan.objects.day_known_to(user))

    def for_detail(self) -> Self:
        """Load what the page of a letter prints."""
        return self.select_related("plan__mechanism", "plan__place", "plan__body", "job")


def letter_path(letter: "MandateLetter", _filename: str) -> str:
    """Return where the file is kept: the letter's own id, which tells nothing."""
    return f"mandates/{letter.pk}.pdf"


class MandateLetter(models.Model):
    """The letter a team shows at the gate: who they are, for which body, with which powers (OPCAT Article 20)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="letters")
    language = models.CharField(_("language"), max_length=5)
    # As chosen for this letter, in words: a letter that was shown must not change with the team.
    names = ArrayField(models.CharField(max_length=150), default=list, verbose_name=_("people named"))
    addressee = models.CharField(_("to"), max_length=200, blank=True)
    signatory = models.CharField(_("signed by: name and function"), max_length=200, blank=True)
    plan_version = models.PositiveIntegerField(editable=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    pdf = models.FileField(upload_to=letter_path, max_length=200, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    pages = models.PositiveIntegerField(null=True)
    job = models.ForeignKey("npmportal.Job", on_delete=models.SET_NULL, null=True, related_name="+")

    objects = MandateLetterQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return "mandate letter"

    @property
    def size(self) -> int | None:
        """The bytes of the file, None where there is none yet."""
        return size_of(self.pdf)
