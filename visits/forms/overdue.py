"""What the list of overdue visits is asked for, and the day a rule ends."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from members.models import Mechanism, MemberBody
from npmportal.access import VIEW_VISITS, grants_of
from npmportal.quick_select import QuickSelect
from visits.forms.fields import DayField
from visits.forms.filters import FilterForm
from visits.models.body_names import BodyNames


class OverdueFilter(FilterForm):
    """Whose rules, which places, seen on which day. What cannot be read is said and asks for nothing."""

    body: Any = forms.ModelChoiceField(None, label=_("By the rules of"), required=False, widget=QuickSelect)
    setting: Any = forms.ModelChoiceField(None, label=_("Setting"), required=False, widget=QuickSelect)
    jurisdiction: Any = forms.ModelChoiceField(None, label=_("Jurisdiction"), required=False, widget=QuickSelect)
    on = DayField(label=_("As at"), required=False)

    def __init__(self, data: QueryDict, *, user: Any, mechanism: Mechanism) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        mine = grants_of(user).on(VIEW_VISITS)
        own = MemberBody.objects.filter(mechanism=mechanism, pk__in=mine)
        named = BodyNames(mechanism).choices(date.today(), among=mine)
        fields["body"].queryset = own
        fields["body"].widget.choices = [("", str(_("the network"))), *named]
        fields["setting"].queryset = mechanism.settings.filter(has_places=True)
        fields["jurisdiction"].queryset = mechanism.jurisdictions.all()
        for name in ("setting", "jurisdiction"):
            fields[name].empty_label = pgettext("filter", "All")
        self.is_valid()

    def asked(self) -> dict[str, Any]:
        """Return what could be read: the day (today where there is none), and the filters that are set."""
        data = self.cleaned_data
        only = {name: data[name] for name in ("body", "setting", "jurisdiction") if data.get(name)}
        return {"on": data.get("on") or date.today(), **only}


class IntervalEndForm(forms.Form):
    """From when a rule no longer holds."""

    ends_on = DayField(label=_("No longer from"), initial=date.today)
