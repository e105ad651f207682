from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from members.models import Mechanism
from reports.models import ReportingYear


class ReportRequestForm(forms.Form):
    """Which year's report, in which language."""

    year = forms.ModelChoiceField(
        label=_("Year"), queryset=ReportingYear.objects.none(), empty_label=None, to_field_name="label"
    )
    language = forms.ChoiceField(label=_("Language"))

    def __init__(self, *args: Any, user: Any, mechanism: Mechanism, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year: Any = self.fields["year"]
        year.queryset = ReportingYear.objects.visible_to(user).filter(mechanism=mechanism)
        language: Any = self.fields["language"]
        language.choices = [(code, name) for code, name in settings.LANGUAGES if code in languages_of(mechanism)]


def languages_of(mechanism: Mechanism) -> list[str]:
    """Return the codes of the languages in which the portal can write the mechanism's report, the main one first."""
    known = [code for code, _name in settings.LANGUAGES]
    return [code for code in mechanism.languages if code in known] or known[:1]
