from django.db import models
from django.utils.translation import gettext_lazy as _

from visits.models.visit import Visit


class NeedExamined(models.Model):
    """Whether a visit examined the needs of one group at risk. Who belongs to the group is never recorded (3.7)."""

    class Group(models.TextChoices):
        WOMEN = "women", _("women")
        MINORS = "minors", _("minors")
        LGBTQI = "lgbtqi", _("LGBTQI+ people")
        DISABILITY = "disability", _("people with a disability")

    class Answer(models.TextChoices):
        EXAMINED = "examined", _("examined")
        NOT_EXAMINED = "not_examined", _("not examined")
        NOT_APPLICABLE = "not_applicable", _("not applicable")

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="needs")
    group = models.CharField(_("group"), max_length=12, choices=Group.choices)
    answer = models.CharField(_("needs examined"), max_length=16, choices=Answer.choices)
    note = models.TextField(_("what was found, without naming anybody"), blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="visits_needexamined_once_in_a_visit", fields=["visit", "group"])]

    def __str__(self) -> str:
        return f"{self.get_group_display()}: {self.get_answer_display()}"
