"""The filters of the findings of a place."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy, pgettext

from members.models import Mechanism
from npmportal.quick_select import QuickSelect
from visits.forms.filters import FilterForm
from visits.models import Finding, Theme
from visits.place_findings import Asked


class FindingFilter(FilterForm):
    """Which findings are wanted; what cannot be read filters nothing and is said beside the field."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False, widget=QuickSelect)
    theme = forms.ChoiceField(label=gettext_lazy("Theme"), required=False, widget=QuickSelect)

    def __init__(self, data: QueryDict, *, mechanism: Mechanism) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        anything = ("", pgettext("filter", "All"))
        fields["kind"].choices = [anything, *((key, capfirst(str(label))) for key, label in Finding.Kind.choices)]
        themes = Theme.objects.filter(mechanism=mechanism)
        fields["theme"].choices = [anything, *((str(theme.pk), theme.name) for theme in themes)]

    def asked(self) -> Asked:
        """Return what could be read of the filters."""
        self.is_valid()
        return Asked(self.cleaned_data.get("kind", ""), self.cleaned_data.get("theme") or None)
