"""Where a fact was read: a source the register quotes already, or a new one written down in the same form."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Mechanism, Source

FIELDS = ("source", "new_source_title", "new_source_url", "new_source_dated")


class SourceFields(forms.Form):
    """Mix this into a form. Pass `mechanism=`; call `source_given()` after validation for what the actions take."""

    source = forms.ModelChoiceField(
        label=_("Source"),
        queryset=Source.objects.none(),
        required=False,
        empty_label=_("– a new source, named below –"),
        help_text=_("Where this is to be read. One is needed: choose it here, or write down a new one below."),
    )
    source.hint_says_when = True  # type: ignore[attr-defined]  # neither required nor optional: no mark beside it
    new_source_title = forms.CharField(
        label=_("New source: title"),
        max_length=300,
        required=False,
        help_text=_("Needed where no source is chosen above."),
    )
    new_source_title.hint_says_when = True  # type: ignore[attr-defined]
    new_source_url = forms.URLField(
        label=_("New source: address"), max_length=500, required=False, assume_scheme="https"
    )
    new_source_dated = forms.CharField(
        label=_("New source: date, in words"), max_length=60, required=False, help_text=_("“written on 3 May 2019”")
    )

    def offer_sources(self, mechanism: Mechanism | None) -> None:
        """Let the reader choose among the sources of ``mechanism``; None for a register that is not there yet."""
        found = Source.objects.of_register(mechanism) if mechanism else Source.objects.none()
        self.fields["source"].queryset = found.order_by("title")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "source" not in self.fields or {"source", "new_source_title"} & self.errors.keys():
            return cleaned
        if cleaned.get("source") and cleaned.get("new_source_title"):
            self.add_error("new_source_title", _("Choose a source or write down a new one, not both."))
        elif not cleaned.get("source") and not cleaned.get("new_source_title"):
            self.add_error("source", _("Choose where this was read, or write down a new source."))
        return cleaned

    def source_given(self) -> dict[str, Any]:
        """Return what `members.actions.sources.find_or_write` takes."""
        return {
            "source": self.cleaned_data.get("source"),
            "title": self.cleaned_data.get("new_source_title", ""),
            "url": self.cleaned_data.get("new_source_url", ""),
            "dated": self.cleaned_data.get("new_source_dated", ""),
        }
