from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.body import MemberBody
from npmportal.models import DatedFact
from npmportal.models.dated import never_two_at_once


class LegalBasis(DatedFact):
    """The law or act on which a body works: what a mandate letter quotes."""

    body = models.ForeignKey(MemberBody, on_delete=models.CASCADE, related_name="legal_bases")
    title = models.CharField(_("law or act"), max_length=300)
    citation = models.CharField(_("article or section"), max_length=200, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)

    class Meta(DatedFact.Meta):
        ordering = ["body", "starts_on", "title"]
        verbose_name_plural = "legal bases"

    def __str__(self) -> str:
        return self.title


class Power(DatedFact):
    """How far the law gives a body one of the powers OPCAT Article 20 asks for."""

    class Kind(models.TextChoices):
        NUMBERS = "numbers", _("information on the number of people held and of places (20 a)")
        TREATMENT = "treatment", _("information on treatment and conditions (20 b)")
        PLACES = "places", _("access to all places, installations and facilities (20 c)")
        INTERVIEWS = "interviews", _("private interviews without witnesses (20 d)")
        CHOICE = "choice", _("free choice of places and of people to interview (20 e)")
        SPT = "spt", _("contact with the Subcommittee on Prevention (20 f)")

    class Extent(models.TextChoices):
        FULL = "full", _("held in law")
        PARTLY = "partly", _("held in part")
        PRACTICE = "practice", _("in practice, without a law")
        NONE = "none", _("not held")

    body = models.ForeignKey(MemberBody, on_delete=models.CASCADE, related_name="powers")
    kind = models.CharField(_("power"), max_length=12, choices=Kind.choices)
    extent = models.CharField(_("extent"), max_length=10, choices=Extent.choices)
    basis = models.ForeignKey(
        LegalBasis,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="powers",
        verbose_name=_("legal basis"),
    )
    limits = models.CharField(_("limits, in words"), max_length=300, blank=True)
    # A text stand-in for `kind` in the exclusion constraint, which knows integers: the letter of the article.
    letter = models.GeneratedField(
        expression=models.Case(
            *(models.When(kind=kind, then=n) for n, kind in enumerate(Kind.values)), default=len(Kind.values)
        ),
        output_field=models.IntegerField(),
        db_persist=True,
    )

    class Meta(DatedFact.Meta):
        ordering = ["body", "letter", "starts_on"]
        constraints = [
            *DatedFact.Meta.constraints,
            never_two_at_once("members_power_one_extent_at_a_time", "body", "letter"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_extent_display()}"
