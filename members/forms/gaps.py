"""Forms of the register of gaps: a gap, its end, why a cell is no gap, which layers are expected."""

from datetime import date
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from members.actions import sources
from members.actions.gap_reopening import free_places
from members.actions.gaps import TEXTS, GapGiven
from members.forms.coverage import CellFields, EndForm, ReasonForm, capitalised
from members.forms.known_day import KnownDayField, day_of
from members.forms.languages import InLanguages
from members.forms.seen import carry_seal
from members.forms.sources import SourceFields
from members.models import CoverageGap, CoverageNote, Jurisdiction, Mechanism, Remit


def words(label: Any, rows: int = 3, missing: Any = None, **more: Any) -> forms.CharField:
    """Return a field for some sentences; needed where ``missing`` says what is missing without it."""
    given = {"label": label, "required": bool(missing), "max_length": 5000}
    said = {"required": missing} if missing else None
    return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), error_messages=said, **given | more)


class GapForm(InLanguages, SourceFields, CellFields):
    """A cell that nobody monitors, or a kind of place in it; with `is_correction` also its end and the reason."""

    kind_of_place = forms.CharField(
        label=_("Kind of place"),
        max_length=200,
        required=False,
        help_text=_("Where only a part of the setting is not monitored: “court cells”. Empty: the whole cell."),
    )
    kind_of_place_nl = forms.CharField(label=_("Kind of place, in Dutch"), max_length=200, required=False)
    since = KnownDayField(label=_("Since"), error_messages={"required": _("Write since when nobody monitors.")})
    until = KnownDayField(label=_("Closed from"), required=False)
    explanation = words(_("Why nobody monitors"), missing=_("Write why nobody monitors."))
    explanation_nl = words(_("Why nobody monitors, in Dutch"))
    report_text = words(
        _("Text for the annual report"), help_text=_("Empty: the report prints why nobody monitors, as written above.")
    )
    report_text_nl = words(_("Text for the annual report, in Dutch"))
    note = words(_("Note"), rows=2, max_length=2000)
    reason = ReasonForm.base_fields["reason"]

    field_order = [
        "setting", "jurisdictions", "layer", "kind_of_place", "kind_of_place_nl", "since", "until", "explanation",
        "explanation_nl", "source", "new_source_title", "new_source_url", "new_source_dated", "report_text",
        "report_text_nl", "note", "reason",
    ]  # fmt: skip

    def __init__(self, *args: Any, mechanism: Mechanism, instance: CoverageGap | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gap = instance
        self.initial = {**(_start(gap) if gap else {}), **self.initial}
        self.mechanism = mechanism
        self.offer_cells(mechanism)
        self.offer_sources(mechanism)
        # A source of February 2025 names a gap of which it does not say where it is.
        self.fields["jurisdictions"].required = not (gap and not gap.jurisdictions.exists())
        if gap is None:
            del self.fields["until"], self.fields["reason"]
        else:
            carry_seal(self, gap)
        self.ask_in(mechanism.languages)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until.day <= since.day:
            self.add_error("until", _("The end must be after the first day."))
        return cleaned

    def given(self) -> GapGiven:
        """Return what was typed as the actions take it; a new source is written down."""
        cleaned = self.cleaned_data
        return GapGiven(
            setting=cleaned["setting"],
            jurisdictions=tuple(cleaned["jurisdictions"]),
            layer=cleaned["layer"],
            since=cleaned["since"],
            until=cleaned.get("until"),
            source=sources.find_or_write(mechanism=self.mechanism, **self.source_given()),
            texts=tuple((name, cleaned[name]) for name in TEXTS),
        )


def _start(gap: CoverageGap) -> dict[str, Any]:
    return {
        "setting": gap.setting.slug,
        "jurisdictions": [jurisdiction.slug for jurisdiction in gap.jurisdictions.all()],
        "layer": gap.layer,
        "since": day_of(gap),
        "until": day_of(gap, "ends"),
        "source": gap.source_id,
        **{name: getattr(gap, name) for name in TEXTS},
    }


class GapEndForm(EndForm):
    """From when a gap is closed, and where: in the other jurisdictions it goes on."""

    until = KnownDayField(
        label=_("Closed from"), error_messages={"required": _("Write from which day on the gap is closed.")}
    )
    note = words(_("Note"), rows=2, max_length=2000, help_text=_("Who monitors now, or why nobody need any more."))
    closed_in = forms.ModelMultipleChoiceField(
        label=_("Closed in"),
        queryset=Jurisdiction.objects.none(),
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        help_text=_("In those you do not tick the gap goes on from that day, with the same words."),
        error_messages={"required": _("Tick where the gap is closed.")},
    )

    def __init__(self, *args: Any, gap: CoverageGap, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = gap.jurisdictions.order_by("position")
        self.fields["closed_in"].queryset = places  # type: ignore[attr-defined]
        self.initial["closed_in"] = [place.slug for place in places]
        if len(places) < 2:
            del self.fields["closed_in"]


class GapReopenForm(forms.Form):
    """Why a closed gap is open again, since when, and in which of its jurisdictions."""

    MISTAKE, AGAIN = "mistake", "again"
    what = forms.ChoiceField(
        label=_("What has happened"),
        choices=[
            (MISTAKE, _("It was closed by mistake: nobody monitored all the time")),
            (AGAIN, _("Somebody did monitor, and now nobody does again")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what has happened.")},
    )
    since = KnownDayField(label=_("Open again from"), required=False)
    opens_in = forms.ModelMultipleChoiceField(
        label=_("Opens again in"),
        queryset=Jurisdiction.objects.none(),
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Not where another entry of this gap holds those days: there it is open or recorded already."),
        error_messages={"required": _("Tick where the gap opens again.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays in the history of the gap."),
        error_messages={"required": _("Write the reason.")},
    )

    def __init__(self, *args: Any, gap: CoverageGap, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = gap.jurisdictions.order_by("position")
        self.fields["opens_in"].queryset = places  # type: ignore[attr-defined]
        free = free_places(gap, gap.ends_on or date.today()) or free_places(gap, date.today())
        self.initial["opens_in"] = [place.slug for place in free]
        if len(places) < 2:
            del self.fields["opens_in"]
        since: Any = self.fields["since"]
        since.hint_says_when = True  # neither required nor optional: no mark beside it
        since.help_text = format_lazy("{} {}", _("Needed where somebody did monitor in between."), since.help_text)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("what") == self.AGAIN and not cleaned.get("since") and "since" not in self.errors:
            self.add_error("since", _("Write from which day on nobody monitors again."))
        if cleaned.get("what") == self.MISTAKE:
            self.errors.pop("since", None)  # the day is not used, whatever was typed
            cleaned["since"] = None
        return cleaned


class ReportTextForm(forms.Form):
    """What the annual report says of a gap."""

    english = words(_("In English"), rows=6, help_text=_("Both empty: the report prints why nobody monitors."))
    dutch = words(_("In Dutch"), rows=6)

    def __init__(self, *args: Any, instance: CoverageGap, **kwargs: Any) -> None:
        start = {"english": instance.report_text, "dutch": instance.report_text_nl}
        super().__init__(*args, **{"initial": start, **kwargs})
        carry_seal(self, instance)


class NoteForm(InLanguages, SourceFields, CellFields):
    """Why cells are as they are although they look odd."""

    kind = forms.ChoiceField(
        label=_("What it explains"),
        choices=capitalised(CoverageNote.Kind.choices),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is explained.")},
    )
    explanation = words(_("Explanation"), missing=_("Write why it is so."))
    explanation_nl = words(_("Explanation, in Dutch"))
    since = KnownDayField(label=_("Since"), error_messages={"required": _("Write since when it is so.")})

    field_order = ["setting", "jurisdictions", "layer", "kind", "explanation", "explanation_nl", "since"]

    def __init__(self, *args: Any, mechanism: Mechanism, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mechanism = mechanism
        self.offer_cells(mechanism)
        self.offer_sources(mechanism)
        self.ask_in(mechanism.languages)

    def given(self) -> dict[str, Any]:
        """Return what `members.actions.gaps.explain_cells` takes; a new source is written down."""
        cleaned = self.cleaned_data
        return {
            "setting": cleaned["setting"],
            "jurisdictions": tuple(cleaned["jurisdictions"]),
            "layer": cleaned["layer"],
            "kind": cleaned["kind"],
            "explanation": (cleaned["explanation"], cleaned["explanation_nl"]),
            "since": cleaned["since"],
            "source": sources.find_or_write(mechanism=self.mechanism, **self.source_given()),
        }


class ExpectedLayerForm(SourceFields):
    """Which layer a setting is meant to have, from which day."""

    setting: Any = CellFields.base_fields["setting"]
    layer = forms.ChoiceField(label=_("Layer"), choices=capitalised(Remit.SINGLE_LAYERS))
    since = KnownDayField(
        label=_("In force from"), error_messages={"required": _("Write from which day on the setting should have it.")}
    )

    field_order = ["setting", "layer", "since"]

    def __init__(self, *args: Any, mechanism: Mechanism, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mechanism = mechanism
        self.fields["setting"].queryset = mechanism.settings.order_by("position")  # type: ignore[attr-defined]
        self.offer_sources(mechanism)

    def given(self) -> dict[str, Any]:
        """Return what `members.actions.gaps.expect_layer` takes; a new source is written down."""
        chosen = {name: self.cleaned_data[name] for name in ("setting", "layer", "since")}
        return chosen | {"source": sources.find_or_write(mechanism=self.mechanism, **self.source_given())}
