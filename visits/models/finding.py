"""What a visit found and what it asks for (domain.md 3.5, 3.6): in each member’s own word, and by a common kind."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from visits.models.theme import Theme
from visits.models.visit import Visit


class Finding(models.Model):
    """One concern, good practice, observation or recommendation of a visit. It names nobody."""

    class Kind(models.TextChoices):
        CONCERN = "concern", _("concern")
        RECOMMENDATION = "recommendation", _("recommendation")
        GOOD_PRACTICE = "good_practice", _("good practice")
        OBSERVATION = "observation", _("observation")

    class Priority(models.TextChoices):
        IMMEDIATE = "immediate", _("immediate")
        HIGH = "high", _("high")
        NORMAL = "normal", _("normal")

    class Level(models.TextChoices):
        """What would have to change: practices, policies or laws."""

        OPERATIONAL = "operational", _("practice")
        POLICY = "policy", _("policy")
        LAW = "law", _("the law")

    class Addressee(models.TextChoices):
        """The kinds of authorities the APT's guidance names; one recommendation may be for several."""

        DIRECTOR = "director", _("head of the place")
        AGENCY = "agency", _("regional or national agency")
        CONTRACTOR = "contractor", _("contractor")
        HEALTH = "health", _("health authority")
        MINISTRY = "ministry", _("minister or ministry")
        LEGISLATOR = "legislator", _("legislator")

    class Basis(models.TextChoices):
        INTERVIEW = "interview", _("talks with detained people")
        STAFF = "staff", _("talks with staff")
        RECORDS = "records", _("documents and registers")
        SEEN = "seen", _("seen by the team")

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="findings")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices)
    own_kind = models.CharField(_("the body’s own word"), max_length=80, blank=True)
    text = models.TextField(_("finding, without naming anybody"))
    theme: Any = models.ForeignKey(
        Theme, on_delete=models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("theme")
    )
    basis = ArrayField(
        models.CharField(max_length=10, choices=Basis.choices), verbose_name=_("it rests on"), default=list, blank=True
    )
    norm = models.CharField(_("norm cited"), max_length=200, blank=True)
    # None is “not recorded”.
    is_repeated = models.BooleanField(_("found before at this place"), null=True, blank=True)
    # Of what asks for an answer.
    priority = models.CharField(_("priority"), max_length=10, choices=Priority.choices, blank=True)
    level = models.CharField(_("asks to change"), max_length=12, choices=Level.choices, blank=True)
    addressees = ArrayField(
        models.CharField(max_length=12, choices=Addressee.choices),
        verbose_name=_("addressed to"),
        default=list,
        blank=True,
    )
    addressed_to = models.CharField(_("addressees in words"), max_length=200, blank=True)
    answer_due_on = models.DateField(_("answer asked for by"), null=True, blank=True)

    PLAIN = (
        "kind",
        "own_kind",
        "text",
        "basis",
        "norm",
        "is_repeated",
        "priority",
        "level",
        "addressees",
        "addressed_to",
    )

    class Meta:
        ordering = ["visit", "position", "pk"]
        constraints = [
            models.UniqueConstraint(name="visits_finding_in_order", fields=["visit", "position"]),
            models.CheckConstraint(name="visits_finding_says_something", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def called(self) -> str:
        """The body's own word for it, “Key concern”, or the common kind."""
        return self.own_kind or str(self.get_kind_display())

    @property
    def told(self) -> dict[str, Any]:
        """What is recorded of it, as the feed keeps it; what says nothing is left out."""
        found: dict[str, Any] = {name: getattr(self, name) for name in self.PLAIN}
        found["theme"] = [self.theme.name_en, self.theme.name_nl] if self.theme else None
        found["answer_due_on"] = self.answer_due_on.isoformat() if self.answer_due_on else None
        return {name: value for name, value in found.items() if value not in (None, "", [])}
