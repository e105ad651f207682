"""Forms of the yearly programme."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Mechanism, MemberBody
from npmportal.quick_select import QuickSelect
from visits.forms.fields import as_plain_numbers
from visits.limits import HIGHEST
from visits.models import ProgrammeTarget

MOST = 100_000


class TargetForm(forms.ModelForm[ProgrammeTarget]):
    """A new line of the programme of a body and year."""

    marks_required = True

    target = forms.IntegerField(label=gettext_lazy("Target"), min_value=1, max_value=MOST)

    class Meta:
        model = ProgrammeTarget
        fields = ["setting", "jurisdiction", "unit", "target", "note"]
        labels = {"setting": gettext_lazy("Setting"), "jurisdiction": gettext_lazy("Jurisdiction")}
        widgets = {"setting": QuickSelect, "jurisdiction": QuickSelect, "unit": forms.RadioSelect}

    def __init__(self, *args: Any, mechanism: Mechanism, body: MemberBody, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.body = body
        fields: dict[str, Any] = self.fields
        fields["setting"].queryset = mechanism.settings.filter(has_places=True)
        fields["jurisdiction"].queryset = mechanism.jurisdictions.all()
        fields["setting"].empty_label = _("All settings")
        fields["jurisdiction"].empty_label = _("All jurisdictions")
        fields["unit"].choices = ProgrammeTarget.Unit.choices
        _in_words(fields["target"])
        as_plain_numbers(fields)


class TargetChangeForm(forms.ModelForm[ProgrammeTarget]):
    """Another number or note. Nought drops the line; a lower number asks for a note."""

    marks_required = True

    target = forms.IntegerField(
        label=gettext_lazy("Target"), min_value=0, max_value=MOST, help_text=gettext_lazy("0: dropped.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=HIGHEST, required=False)

    class Meta:
        model = ProgrammeTarget
        fields = ["target", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        fields: dict[str, Any] = self.fields
        _in_words(fields["target"])
        as_plain_numbers({"target": fields["target"]})


def _in_words(field: Any) -> None:
    field.error_messages["required"] = _("Write how many.")
