"""What a body asks at every visit to a setting, and what was answered."""

from decimal import Decimal
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Prefetch, Q
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from members.models import DetentionSetting, Mechanism, MemberBody
from members.models.bilingual import in_language
from visits.models.theme import Theme
from visits.models.version import (
    KeptQuerySet,
    Version,
    VersionQuerySet,
    needed_for_the_return,
    one_draft,
    one_version_at_a_time,
)
from visits.models.visit import Visit


class QuestionSet(models.Model):
    """The questions of one body for the places of one setting."""

    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="question_sets")
    body = models.ForeignKey(
        MemberBody, on_delete=models.PROTECT, related_name="question_sets", verbose_name=_("whose it is")
    )
    setting = models.ForeignKey(DetentionSetting, on_delete=models.PROTECT, related_name="+", verbose_name=_("setting"))

    objects = KeptQuerySet.as_manager()

    class Meta:
        ordering = ["mechanism", "body", "setting"]
        constraints = [
            models.UniqueConstraint(name="visits_questionset_one_of_body_and_setting", fields=["body", "setting"])
        ]

    def __str__(self) -> str:
        return self.setting.name

    @property
    def name(self) -> str:
        """What it is called on pages: the setting it is for."""
        return self.setting.name


class QuestionVersionQuerySet(VersionQuerySet):
    def for_page(self) -> Self:
        """Load what a page prints of a version: its set and questions with their themes."""
        questions = Question.objects.select_related("theme")
        return self.select_related("question_set__setting").prefetch_related(Prefetch("questions", questions))

    def in_force_for(self, visit: Visit) -> Self:
        """Return the versions of the bodies of ``visit`` that held on its first day for its setting."""
        whose = Q(question_set__body__in=visit.body_ids, question_set__setting=visit.setting_id)
        return self.as_at(visit.starts_on).filter(whose)

    def open_to(self, visit: Visit) -> Self:
        """Return the versions asked at ``visit``: those of its bodies for its setting that held on its first day, and
        whatever was answered already."""
        held = self.in_force_for(visit)
        used = Answer.objects.filter(visit=visit).values("question__version")
        return self.filter(Q(pk__in=held.values("pk")) | Q(pk__in=used)).order_by("question_set__body", "pk")


class QuestionVersion(Version):
    """A question set as it stood from one day to another."""

    question_set = models.ForeignKey(QuestionSet, on_delete=models.PROTECT, related_name="versions")

    objects = QuestionVersionQuerySet.as_manager()  # type: ignore[misc]

    class Meta(Version.Meta):
        ordering = ["question_set", "-starts_on", "-pk"]
        constraints = [
            *Version.Meta.constraints,
            one_version_at_a_time("visits_questionversion_one_at_a_time", "question_set"),
            one_draft("visits_questionversion_one_draft", "question_set"),
        ]

    def __str__(self) -> str:
        return f"{self.question_set}, {self.starts_on or _('draft')}"

    @property
    def owner(self) -> QuestionSet:
        """What it is a version of."""
        return self.question_set


class Question(models.Model):
    """One question in English and Dutch; the choices, where it offers some, in the same order in both."""

    class Kind(models.TextChoices):
        YES_NO = "yes_no", _("yes or no")
        NUMBER = "number", _("a number")
        CHOICE = "choice", _("a choice")
        TEXT = "text", _("text")

    LISTED = (Kind.YES_NO, Kind.CHOICE)  # answered by one of its `options`

    version = models.ForeignKey(QuestionVersion, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    text_en = models.CharField(_("question in English"), max_length=300, blank=True)
    text_nl = models.CharField(_("question in Dutch"), max_length=300, blank=True)
    help_en = models.CharField(_("help in English"), max_length=300, blank=True)
    help_nl = models.CharField(_("help in Dutch"), max_length=300, blank=True)
    kind = models.CharField(_("kind of answer"), max_length=6, choices=Kind.choices, default=Kind.YES_NO)
    choices_en = ArrayField(
        models.CharField(max_length=100), verbose_name=_("choices in English"), default=list, blank=True
    )
    choices_nl = ArrayField(
        models.CharField(max_length=100), verbose_name=_("choices in Dutch"), default=list, blank=True
    )
    theme: Any = models.ForeignKey(
        Theme, on_delete=models.PROTECT, null=True, blank=True, related_name="questions", verbose_name=_("theme")
    )
    is_required = needed_for_the_return()

    class Meta:
        ordering = ["version", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="visits_question_is_asked_in_a_language", condition=~Q(text_en="") | ~Q(text_nl="")
            ),
            models.CheckConstraint(
                name="visits_question_choices_where_chosen",
                condition=(Q(kind="choice") & (Q(choices_en__len__gte=2) | Q(choices_nl__len__gte=2)))
                | (~Q(kind="choice") & Q(choices_en=[], choices_nl=[])),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The question in the reader's language."""
        return in_language(self.text_en, self.text_nl)

    @property
    def help(self) -> str:
        """The help beside it in the reader's language."""
        return in_language(self.help_en, self.help_nl)

    @property
    def options(self) -> list[tuple[int, str]]:
        """What can be chosen, as (number kept, words in the reader's language): yes and no, or the choices."""
        if self.kind == self.Kind.YES_NO:
            return [(1, str(_("Yes"))), (0, str(_("No")))]
        both = zip(*self.choices_in_both, strict=True)
        return [(number, in_language(english, dutch)) for number, (english, dutch) in enumerate(both, start=1)]

    @property
    def choices_in_both(self) -> tuple[list[str], list[str]]:
        """The choices in English and in Dutch, equally long."""
        longest = max(len(self.choices_en), len(self.choices_nl))
        return self.choices_en or [""] * longest, self.choices_nl or [""] * longest


class Answer(models.Model):
    """What one visit answers to one question: a value, or why there is none. No row is “not answered yet”."""

    class Availability(models.TextChoices):
        RECORDED = "recorded", _("recorded")
        NOT_RECORDED = "not_recorded", _("not recorded")
        NOT_ASKED = "not_asked", _("not asked")
        REFUSED = "refused", _("refused")

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+", verbose_name=_("question"))
    availability = models.CharField(
        _("availability"), max_length=12, choices=Availability.choices, default=Availability.RECORDED
    )
    # The number itself; 1 and 0 for yes and no; which of the choices, from 1.
    number = models.DecimalField(_("number"), max_digits=14, decimal_places=2, null=True, blank=True)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="visits_answer_once_in_a_visit", fields=["visit", "question"]),
            models.CheckConstraint(
                name="visits_answer_value_or_why_not",
                condition=Q(availability="recorded", number__isnull=False, text="")
                | (Q(availability="recorded", number__isnull=True) & ~Q(text=""))
                | (~Q(availability="recorded") & Q(number__isnull=True, text="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.stated}"

    @property
    def told(self) -> Any:
        """The value as the feed keeps it: a truth, a number in figures, words in both languages, or None."""
        if self.availability != self.Availability.RECORDED or self.number is None:
            return self.text or None
        if self.question.kind == Question.Kind.YES_NO:
            return bool(self.number)
        if self.question.kind == Question.Kind.CHOICE:
            return [words[int(self.number) - 1] for words in self.question.choices_in_both]
        return f"{self.number:f}".rstrip("0").rstrip(".") if "." in f"{self.number:f}" else str(self.number)

    @property
    def stated(self) -> str:
        """The answer in words, or why there is none."""
        if self.availability != self.Availability.RECORDED:
            return str(self.get_availability_display())
        if self.number is None:
            return self.text
        if self.question.kind == Question.Kind.NUMBER:
            return plain_number(self.number)
        return dict(self.question.options).get(int(self.number), str(self.number))


def plain_number(number: Decimal) -> str:
    """Return ``number`` as the reader writes it, without decimals that say nothing."""
    whole = number == number.to_integral_value()
    return number_format(int(number) if whole else number.normalize(), use_l10n=True, force_grouping=True)
