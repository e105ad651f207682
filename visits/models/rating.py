"""Ratings on the member's own scale (domain.md 3.5). Scales differ: nothing is ever added or averaged over two."""

from typing import Any, Self

from django.db import models
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from members.models import DetentionSetting, Mechanism, MemberBody, Source
from members.models.bilingual import BilingualName
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


class RatingScale(BilingualName):
    """What a body, or all members together, judge places by: HMIP's four tests, HMIPS's nine standards."""

    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="rating_scales")
    body = models.ForeignKey(
        MemberBody,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rating_scales",
        verbose_name=_("whose it is"),
    )
    slug = models.SlugField(_("short name"), max_length=80, editable=False)
    settings = models.ManyToManyField(
        DetentionSetting,
        blank=True,
        related_name="+",
        verbose_name=_("settings"),
        help_text=_("None ticked: every setting."),
    )
    source = models.ForeignKey(Source, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = KeptQuerySet.as_manager()

    class Meta(BilingualName.Meta):
        ordering = ["mechanism", "body", "slug"]
        constraints = [
            *BilingualName.Meta.constraints,
            models.UniqueConstraint(name="visits_ratingscale_one_per_slug", fields=["mechanism", "slug"]),
        ]


class ScaleVersionQuerySet(VersionQuerySet):
    def for_page(self) -> Self:
        """Load what a page prints of a version: its scale, standards and grades."""
        standards = Standard.objects.select_related("theme")
        return self.select_related("scale").prefetch_related(Prefetch("standards", standards), "grades")

    def in_force_for(self, visit: Visit) -> Self:
        """Return the versions of the bodies of ``visit``, or common to all, that held on its first day for its
        setting."""
        whose = Q(scale__body__in=visit.body_ids) | Q(scale__body=None, scale__mechanism=visit.mechanism_id)
        fits = Q(scale__settings=None) | Q(scale__settings=visit.setting_id)
        return self.as_at(visit.starts_on).filter(whose, fits)

    def open_to(self, visit: Visit) -> Self:
        """Return the versions by which ``visit`` is judged: those of its bodies or common to all that held on its first
        day and are for its setting; and whatever it was judged by already."""
        held = self.in_force_for(visit)
        used = VisitRating.objects.filter(visit=visit).values("standard__version")
        return self.filter(Q(pk__in=held.values("pk")) | Q(pk__in=used)).order_by("scale__body", "scale", "pk")


class ScaleVersion(Version):
    """A scale as it stood from one day to another: its standards and grades."""

    scale = models.ForeignKey(RatingScale, on_delete=models.PROTECT, related_name="versions")

    objects = ScaleVersionQuerySet.as_manager()  # type: ignore[misc]

    class Meta(Version.Meta):
        ordering = ["scale", "-starts_on", "-pk"]
        constraints = [
            *Version.Meta.constraints,
            one_version_at_a_time("visits_scaleversion_one_at_a_time", "scale"),
            one_draft("visits_scaleversion_one_draft", "scale"),
        ]

    def __str__(self) -> str:
        return f"{self.scale}, {self.starts_on or _('draft')}"

    @property
    def owner(self) -> RatingScale:
        """What it is a version of."""
        return self.scale


class Standard(BilingualName):
    """One thing that is judged: “Safety”."""

    version = models.ForeignKey(ScaleVersion, on_delete=models.CASCADE, related_name="standards")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    theme: Any = models.ForeignKey(
        Theme, on_delete=models.PROTECT, null=True, blank=True, related_name="standards", verbose_name=_("theme")
    )

    is_required = needed_for_the_return()

    class Meta(BilingualName.Meta):
        ordering = ["version", "position", "pk"]


class Grade(BilingualName):
    """One grade of a scale, the best first. “Not applicable” is no judgement and stands apart from the order."""

    version = models.ForeignKey(ScaleVersion, on_delete=models.CASCADE, related_name="grades")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    number = models.SmallIntegerField(
        _("number"),
        null=True,
        blank=True,
        help_text=_("As the body prints it: “Good (4)”. It is never calculated with."),
    )
    is_not_applicable = models.BooleanField(_("means “not applicable”"), default=False)

    class Meta(BilingualName.Meta):
        ordering = ["version", "is_not_applicable", "position", "pk"]

    def __str__(self) -> str:
        return self.name if self.number is None else f"{self.name} ({self.number})"


class VisitRating(models.Model):
    """What one visit says of one standard: a grade, or words alone where the body's scale has no grades."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="ratings")
    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, related_name="+", verbose_name=_("standard"))
    grade = models.ForeignKey(
        Grade, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("grade")
    )
    note = models.TextField(_("grounds, without naming anybody"), blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="visits_visitrating_once_in_a_visit", fields=["visit", "standard"]),
            models.CheckConstraint(
                name="visits_visitrating_says_something", condition=Q(grade__isnull=False) | ~Q(note="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.standard}: {self.grade or self.note}"
