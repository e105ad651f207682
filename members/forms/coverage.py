"""Forms of the coverage matrix: a remit, the end of one, and why it was entered wrongly."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from members.actions import sources
from members.actions.coverage import PartGiven, RemitGiven
from members.forms.known_day import KnownDayField, day_of
from members.forms.seen import carry_seal
from members.forms.sources import SourceFields
from members.models import DetentionSetting, Jurisdiction, Mechanism, MemberBody, Remit, RemitBody

_capitalised = lazy(lambda words: capfirst(str(words)), str)
FEWEST_ROWS, SPARE_ROWS, MOST_ROWS = 4, 2, 12


def capitalised(choices: Any) -> Any:
    """Return ``choices`` as they stand at the beginning of a line, in the reader's language when they are shown."""
    return [(value, _capitalised(label)) for value, label in choices]


class ReasonForm(forms.Form):
    """Why an entry is taken away."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was entered wrongly, and how that was found. It stays in the history of the register."),
        error_messages={"required": _("Write the reason.")},
    )


class EndForm(forms.Form):
    """From which day on something holds no more."""

    until = KnownDayField(
        label=_("Holds no longer from"), error_messages={"required": _("Write from which day on it holds no longer.")}
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class CellFields(forms.Form):
    """Mix this into a form about cells of the matrix: the setting, the jurisdictions and the layer."""

    setting = forms.ModelChoiceField(
        label=_("Detention setting"),
        queryset=DetentionSetting.objects.none(),
        to_field_name="slug",
        error_messages={"required": _("Choose the detention setting.")},
    )
    jurisdictions = forms.ModelMultipleChoiceField(
        label=_("Jurisdictions"),
        queryset=Jurisdiction.objects.none(),
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one jurisdiction.")},
    )
    layer = forms.ChoiceField(
        label=_("Layer"),
        choices=capitalised(Remit.Layer.choices),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the layer of monitoring.")},
    )

    def offer_cells(self, mechanism: Mechanism) -> None:
        """Let the reader choose among the settings and jurisdictions of ``mechanism``."""
        self.fields["setting"].queryset = mechanism.settings.order_by("position")  # type: ignore[attr-defined]
        self.fields["jurisdictions"].queryset = mechanism.jurisdictions.order_by("position")  # type: ignore[attr-defined]


class RemitForm(SourceFields, CellFields):
    """Who monitors a cell: the same fields for a new remit, for what follows one, and for a correction."""

    marks_required = True

    nobody = forms.BooleanField(
        label=_("A source says that nobody monitors here"),
        required=False,
        help_text=_("Then name no body. A cell of which no source says anything needs no entry."),
    )
    since = KnownDayField(
        label=_("In force from"), error_messages={"required": _("Write from which day on it is in force.")}
    )
    until = KnownDayField(label=_("Holds no longer from"), required=False)
    confidence = forms.ChoiceField(
        label=_("Confidence"),
        choices=capitalised(Remit.Confidence.choices),
        initial=Remit.Confidence.HIGH,
        required=False,
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    reason = ReasonForm.base_fields["reason"]

    def __init__(
        self,
        *args: Any,
        mechanism: Mechanism,
        is_correction: bool = False,
        instance: Remit | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        remit = instance
        self.mechanism = mechanism
        self.offer_cells(mechanism)
        self.offer_sources(mechanism)
        if not is_correction:
            del self.fields["until"], self.fields["reason"]
        parts = list(remit.parts.all()) if remit else []
        self._add_rows(len(parts))
        first = ("setting", "jurisdictions", "layer")
        rows = [name for name in self.fields if name.rpartition("_")[2].isdecimal()]
        self.order_fields([*first, *rows, "nobody", "since", "until", "source"])
        if remit:
            self._start_from(remit, parts, is_correction)
            carry_seal(self, remit)

    def _add_rows(self, parts: int) -> None:
        bodies = list(MemberBody.objects.filter(mechanism=self.mechanism).with_names_as_at(date.today()))
        self._bodies = {body.slug: body for body in sorted(bodies, key=lambda body: body.abbreviation.casefold())}
        choices = [("", "–")] + [(slug, f"{b.abbreviation} – {b.name}") for slug, b in self._bodies.items()]
        typed = sum(1 for n in range(1, MOST_ROWS + 1) if self.data.get(self.add_prefix(f"body_{n}")))
        self.rows = range(1, min(MOST_ROWS, max(FEWEST_ROWS, parts + SPARE_ROWS, typed + SPARE_ROWS)) + 1)
        relations = [("", "–"), *RemitBody.Relation.choices]
        for n in self.rows:
            self.fields[f"body_{n}"] = forms.ChoiceField(label=_("Body"), choices=choices, required=False)
            self.fields[f"relation_{n}"] = forms.ChoiceField(label=_("Relation"), choices=relations, required=False)
            self.fields[f"scope_{n}"] = forms.CharField(label=_("Limited to"), max_length=200, required=False)
            self.fields[f"scope_nl_{n}"] = forms.CharField(
                label=_("Limited to, in Dutch"), max_length=200, required=False
            )

    def _start_from(self, remit: Remit, parts: list[RemitBody], is_correction: bool) -> None:
        start: dict[str, Any] = {
            "setting": remit.setting.slug,
            "jurisdictions": [jurisdiction.slug for jurisdiction in remit.jurisdictions.all()],
            "layer": remit.layer,
            "confidence": remit.confidence,
            "nobody": not parts,
        }
        if is_correction:
            days = {"since": day_of(remit), "until": day_of(remit, "ends")}
            start |= days | {"source": remit.source_id, "note": remit.note}
        slugs = {body.pk: slug for slug, body in self._bodies.items()}
        for n, part in enumerate(parts, 1):
            start |= {f"body_{n}": slugs[part.body_id], f"relation_{n}": part.relation}
            start |= {f"scope_{n}": part.scope, f"scope_nl_{n}": part.scope_nl}
        self.initial = {**start, **self.initial}

    @property
    def part_rows(self) -> list[list[forms.BoundField]]:
        """The fields of each body in the cell, row by row, for the template."""
        return [[self[f"{name}_{n}"] for name in ("body", "relation", "scope", "scope_nl")] for n in self.rows]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.parts = tuple(part for n in self.rows if (part := self._clean_row(cleaned, n)))
        bodies = [part.body.pk for part in self.parts]
        if len(set(bodies)) < len(bodies):
            self.add_error(None, _("A body stands in the cell once: put what limits it into its one line."))
        if self.parts and cleaned.get("nobody"):
            self.add_error("nobody", _("Either name the bodies, or say that there is nobody."))
        is_told = any(f"{what}_{n}" in self.errors for n in self.rows for what in ("body", "relation"))
        if not self.parts and not cleaned.get("nobody") and not is_told:
            self.add_error("body_1", _("Name at least one body, or say that there is nobody."))
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until.day <= since.day:
            self.add_error("until", _("The end must be after the first day."))
        return cleaned

    def _clean_row(self, cleaned: dict[str, Any], n: int) -> PartGiven | None:
        slug, relation = cleaned.get(f"body_{n}"), cleaned.get(f"relation_{n}")
        scope, scope_nl = cleaned.get(f"scope_{n}", ""), cleaned.get(f"scope_nl_{n}", "")
        if slug and relation:
            return PartGiven(self._bodies[slug], relation, scope, scope_nl)
        if slug and f"relation_{n}" not in self.errors:
            self.add_error(f"relation_{n}", _("Say how the body acts: lead, jointly, with, separately."))
        elif not slug and (relation or scope or scope_nl) and f"body_{n}" not in self.errors:
            self.add_error(f"body_{n}", _("Choose the body this line is about, or empty the line."))
        return None

    def given(self) -> RemitGiven:
        """Return what was typed as the actions take it; a new source is written down."""
        cleaned = self.cleaned_data
        if not self.is_valid():
            raise ValidationError("Only a valid form gives a remit.")
        return RemitGiven(
            setting=cleaned["setting"],
            jurisdictions=tuple(cleaned["jurisdictions"]),
            layer=cleaned["layer"],
            parts=self.parts,
            since=cleaned["since"],
            until=cleaned.get("until"),
            source=sources.find_or_write(mechanism=self.mechanism, **self.source_given()),
            confidence=cleaned["confidence"] or Remit.Confidence.HIGH,
            note=cleaned["note"],
        )
