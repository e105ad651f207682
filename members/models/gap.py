from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Func, Q, Value
from django.utils.translation import gettext_lazy as _

from members.models.bilingual import in_language
from members.models.mechanism import Jurisdiction
from members.models.remit import Remit
from members.models.setting import DetentionSetting
from npmportal.models import DatedFact
from npmportal.models.dated import DatedQuerySet


class ExpectedLayer(DatedFact):
    """A layer of monitoring that a setting is meant to have: a cell of it without a monitor wants a word."""

    known_to_network = Q()

    setting = models.ForeignKey(DetentionSetting, on_delete=models.PROTECT, related_name="expected_layers")
    layer = models.CharField(_("layer"), max_length=20, choices=Remit.SINGLE_LAYERS)

    objects = DatedQuerySet.as_manager()  # type: ignore[misc]

    class Meta(DatedFact.Meta):
        ordering = ["setting", "layer", "starts_on", "pk"]
        constraints = [
            *DatedFact.Meta.constraints,
            *(
                ExclusionConstraint(
                    name=f"members_expectedlayer_{layer}_once_at_a_time",
                    expressions=[
                        (Func("setting", "setting", Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                        (Func("starts_on", "ends_on", function="daterange"), RangeOperators.OVERLAPS),
                    ],
                    condition=models.Q(is_used=True, layer=layer),
                )
                for layer, _label in Remit.SINGLE_LAYERS
            ),
        ]

    def __str__(self) -> str:
        return f"{self.setting} – {self.get_layer_display()}"


class CoverageGap(DatedFact):
    """A cell of the matrix (or a kind of place within it) that nobody monitors, since when and why."""

    known_to_network = Q()

    setting = models.ForeignKey(DetentionSetting, on_delete=models.PROTECT, related_name="gaps")
    jurisdictions = models.ManyToManyField(Jurisdiction, related_name="gaps")
    layer = models.CharField(_("layer"), max_length=20, choices=Remit.Layer.choices)
    key = models.SlugField(_("key"), max_length=80)
    kind_of_place = models.CharField(_("kind of place"), max_length=200, blank=True)
    kind_of_place_nl = models.CharField(_("kind of place in Dutch"), max_length=200, blank=True)
    explanation = models.TextField(_("explanation"), blank=True)
    explanation_nl = models.TextField(_("explanation in Dutch"), blank=True)
    report_text = models.TextField(_("text for the annual report"), blank=True)
    report_text_nl = models.TextField(_("text for the annual report in Dutch"), blank=True)

    class Meta(DatedFact.Meta):
        ordering = ["setting", "starts_on", "pk"]
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(name="members_coveragegap_one_per_key", fields=["setting", "key"]),
        ]

    def __str__(self) -> str:
        return self.kind or str(self.setting)

    @property
    def kind(self) -> str:
        """The kind of place in the reader’s language; empty where the gap is the whole cell."""
        return in_language(self.kind_of_place, self.kind_of_place_nl)

    @property
    def in_words(self) -> str:
        """What the gap is called: the setting, the kind of place and the layer."""
        what = f"{self.setting.name}: {self.kind}" if self.kind else self.setting.name
        return f"{what} ({self.get_layer_display()})"

    @property
    def why(self) -> str:
        """Why nobody monitors, in the reader’s language."""
        return in_language(self.explanation, self.explanation_nl)

    @property
    def for_report(self) -> str:
        """What the annual report prints: the text written for it, else why nobody monitors."""
        return in_language(self.report_text, self.report_text_nl) or self.why

    def is_closed_on(self, day: date) -> bool:
        """Tell whether somebody monitors here from ``day`` or from before it."""
        return self.ends_on is not None and self.ends_on <= day

    def at_other_times(self) -> "models.QuerySet[CoverageGap]":
        """Return the other entries of the same words in a jurisdiction of this gap, the earliest first.

        Those of a gap without jurisdictions are the ones without any.
        """
        places = [place.pk for place in self.jurisdictions.all()]
        same = CoverageGap.objects.in_use().filter(
            setting=self.setting_id,
            layer=self.layer,
            kind_of_place=self.kind_of_place,
            kind_of_place_nl=self.kind_of_place_nl,
        )
        same = same.filter(jurisdictions__in=places) if places else same.filter(jurisdictions=None)
        return same.exclude(pk=self.pk).order_by("starts_on", "pk").distinct()


class GapInquiry(models.Model):
    """Who was asked about a gap, and what they answered."""

    gap = models.ForeignKey(CoverageGap, on_delete=models.CASCADE, related_name="inquiries")
    asked = models.CharField(_("who was asked"), max_length=200)
    asked_on = models.DateField(_("asked on"))
    question = models.TextField(_("question"))
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        ordering = ["gap", "asked_on", "pk"]
        verbose_name_plural = "gap inquiries"
        constraints = [
            models.CheckConstraint(
                name="members_gapinquiry_answered_after_it_was_asked",
                condition=models.Q(answered_on=None) | models.Q(answered_on__gte=models.F("asked_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gap}: {self.asked}, {self.asked_on}"


class CoverageNote(DatedFact):
    """Why a cell is as it is although it looks odd: an empty cell that is no gap, or two bodies in one cell."""

    known_to_network = Q()

    class Kind(models.TextChoices):
        NO_PLACES = "no_places", _("empty: there are no such places here")
        NOT_APPLICABLE = "not_applicable", _("empty: this layer is not foreseen here")
        OVERLAP = "overlap", _("several bodies: how they divide the work")

    setting = models.ForeignKey(DetentionSetting, on_delete=models.PROTECT, related_name="coverage_notes")
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="coverage_notes")
    layer = models.CharField(_("layer"), max_length=20, choices=Remit.Layer.choices)
    kind = models.CharField(_("what it explains"), max_length=16, choices=Kind.choices)
    explanation = models.TextField(_("explanation"))
    explanation_nl = models.TextField(_("explanation in Dutch"), blank=True)

    class Meta(DatedFact.Meta):
        ordering = ["setting", "jurisdiction", "layer", "starts_on", "pk"]

    @property
    def words(self) -> str:
        """The explanation in the reader’s language."""
        return in_language(self.explanation, self.explanation_nl)

    def __str__(self) -> str:
        return f"{self.setting}, {self.jurisdiction}: {self.get_kind_display()}"
