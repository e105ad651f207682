"""Who made a visit (domain.md 3.2). Outside the body a team is shown as composition, never by name."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import MemberBody, User
from visits.models.visit import Visit


class TeamMember(models.Model):
    """One person of the team of a visit: an account of the portal, a name, or only a role."""

    class Role(models.TextChoices):
        LEAD = "lead", _("lead of the team")
        MEMBER = "member", _("member")
        EXPERT = "expert", _("expert")
        INTERPRETER = "interpreter", _("interpreter")
        TRAINEE = "trainee", _("trainee or shadow")
        LIVED_EXPERIENCE = "lived_experience", _("with lived experience")

    class Standing(models.TextChoices):
        LAY = "lay", _("lay")
        PROFESSIONAL = "professional", _("professional")

    class Profession(models.TextChoices):
        """The professions the APT's guidance names; at least law and medicine should be in every institution."""

        LAW = "law", _("law")
        MEDICINE = "medicine", _("medicine")
        FORENSIC_MEDICINE = "forensic_medicine", _("forensic medicine")
        PSYCHIATRY = "psychiatry", _("psychiatry")
        NURSING = "nursing", _("nursing")
        PSYCHOLOGY = "psychology", _("psychology")
        HUMAN_RIGHTS = "human_rights", _("human rights")
        SOCIAL_WORK = "social_work", _("social work")
        ANTHROPOLOGY = "anthropology", _("anthropology")
        POLICING = "policing", _("policing, prisons or migration")
        VULNERABLE_GROUPS = "vulnerable_groups", _("work with groups at risk")
        OTHER = "other", _("other")

    class Sex(models.TextChoices):
        FEMALE = "female", _("female")
        MALE = "male", _("male")
        OTHER = "other", _("other")

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="team")
    body = models.ForeignKey(MemberBody, on_delete=models.PROTECT, related_name="+", verbose_name=_("body"))
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    name = models.CharField(_("name"), max_length=120, blank=True, help_text=_("Only the bodies involved see names."))
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.MEMBER)
    standing = models.CharField(_("lay or professional"), max_length=12, choices=Standing.choices, blank=True)
    profession = models.CharField(_("profession"), max_length=20, choices=Profession.choices, blank=True)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex.choices, blank=True)
    languages = ArrayField(models.CharField(max_length=40), verbose_name=_("languages"), default=list, blank=True)
    # OPCAT Article 18: independence. None is “not recorded”.
    has_conflict_of_interest = models.BooleanField(_("conflict of interest declared"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="visits_teammember_once_in_a_visit", fields=["visit", "user"], condition=Q(user__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.get_role_display()
