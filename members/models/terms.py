from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.bilingual import in_language
from members.models.person import User


class TermsQuerySet(models.QuerySet["Terms"]):
    def in_force(self) -> Self:
        """Return the versions that are published, the newest first: the first is the one to accept."""
        return self.filter(published_at__lte=timezone.now()).order_by("-version")

    def waiting_for(self, user: User) -> "Terms | None":
        """Return the version in force if ``user`` has not accepted it. One query: it is asked as pages are served."""
        accepted = TermsAcceptance.objects.filter(terms=OuterRef("pk"), user=user.pk)
        newest = self.in_force().annotate(is_accepted=Exists(accepted)).first()
        return None if newest is None or newest.is_accepted else newest  # type: ignore[attr-defined]


class Terms(models.Model):
    """One version of the terms of use that everybody accepts before the first use."""

    version = models.PositiveSmallIntegerField(_("version"), unique=True)
    text_en = models.TextField(_("text in English"))
    text_nl = models.TextField(_("text in Dutch"))
    published_at = models.DateTimeField(_("in force from"), null=True, blank=True)

    objects = TermsQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        verbose_name = _("terms of use")
        verbose_name_plural = _("terms of use")

    def __str__(self) -> str:
        return str(self.version)

    @property
    def text(self) -> str:
        """The text in the reader's language."""
        return in_language(self.text_en, self.text_nl)

    @property
    def sections(self) -> list[dict[str, str]]:
        """The text in parts: paragraphs stand between empty lines, and the first line of each is its heading."""
        parts = (part.strip().partition("\n") for part in self.text.split("\n\n") if part.strip())
        return [{"heading": heading, "text": text} for heading, _break, text in parts]


class TermsAcceptance(models.Model):
    """That a person accepted one version, and when."""

    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, related_name="acceptances")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="terms_accepted")
    accepted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="members_termsacceptance_once", fields=["terms", "user"])]

    def __str__(self) -> str:
        return f"{self.user}: {self.terms}"
