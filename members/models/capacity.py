"""What a body has to work with, and how it is reached."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from members.models.body import MemberBody
from npmportal.models import DatedFact


class Contact(DatedFact):
    """An address of a body, not of a person: where letters, questions of the press or of the network go."""

    class Purpose(models.TextChoices):
        GENERAL = "general", _("general")
        NETWORK = "network", _("for the network")
        PRESS = "press", _("press")
        COMPLAINTS = "complaints", _("complaints")

    source = None  # type: ignore[assignment]  # a body says its own address
    body = models.ForeignKey(MemberBody, on_delete=models.CASCADE, related_name="contacts")
    purpose = models.CharField(_("for"), max_length=12, choices=Purpose.choices)
    email = models.EmailField(_("e-mail address"), blank=True)
    telephone = models.CharField(_("telephone"), max_length=40, blank=True)
    address = models.TextField(_("postal address"), blank=True)
    is_public = models.BooleanField(_("shown to the public"), default=False)

    class Meta(DatedFact.Meta):
        ordering = ["body", "purpose", "starts_on"]

    def __str__(self) -> str:
        return f"{self.body} – {self.get_purpose_display()}"


class Workforce(models.Model):
    """How many people work for a body in a year, in numbers only (OPCAT Article 18.2). Empty is “not recorded”."""

    class Kind(models.TextChoices):
        STAFF = "staff", _("staff")
        VOLUNTEERS = "volunteers", _("volunteers")

    body = models.ForeignKey(MemberBody, on_delete=models.CASCADE, related_name="workforce")
    kind = models.CharField(_("who"), max_length=10, choices=Kind.choices)
    counted_on = models.DateField(_("counted on"))
    people = models.PositiveIntegerField(_("people"), null=True, blank=True)
    women = models.PositiveIntegerField(_("women"), null=True, blank=True)
    men = models.PositiveIntegerField(_("men"), null=True, blank=True)
    other = models.PositiveIntegerField(_("another sex or not said"), null=True, blank=True)
    source = models.ForeignKey("members.Source", on_delete=models.PROTECT, related_name="+", verbose_name=_("source"))
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = ["body", "-counted_on", "kind"]
        verbose_name_plural = "workforce"
        constraints = [
            models.UniqueConstraint(name="members_workforce_once_a_day", fields=["body", "kind", "counted_on"]),
            models.CheckConstraint(
                name="members_workforce_parts_within_the_whole",
                condition=Q(people=None)
                | Q(people__gte=Coalesce(F("women"), 0) + Coalesce(F("men"), 0) + Coalesce(F("other"), 0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body}, {self.counted_on}: {self.get_kind_display()}"

    @property
    def numbers(self) -> tuple[int | None, ...]:
        """All, women, men, others: in the order of the columns of a table."""
        return (self.people, self.women, self.men, self.other)

    def set_professions(self, professions: list[tuple[str, int]]) -> None:
        """Make ``professions`` (name, people) the only ones recorded for this count."""
        self.professions.all().delete()
        Profession.objects.bulk_create(
            [Profession(workforce=self, name=name, people=people) for name, people in professions]
        )


class Profession(models.Model):
    """How many of a workforce are of one profession: law, medicine, psychology, custody, lay."""

    workforce = models.ForeignKey(Workforce, on_delete=models.CASCADE, related_name="professions")
    name = models.CharField(_("profession"), max_length=80)
    people = models.PositiveIntegerField(_("people"))

    class Meta:
        ordering = ["workforce", "-people", "name"]
        constraints = [models.UniqueConstraint(name="members_profession_once", fields=["workforce", "name"])]

    def __str__(self) -> str:
        return f"{self.name}: {self.people}"
