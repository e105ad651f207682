"""The form for a rule that says how often places are to be visited."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from members.models import Mechanism, MemberBody
from npmportal.access import MANAGE_BODY_PEOPLE, REVIEW_VISITS, can, grants_of
from npmportal.quick_select import QuickSelect
from visits.forms.fields import DayField, as_plain_numbers
from visits.models import Place, VisitInterval
from visits.models.body_names import BodyNames


class VisitIntervalForm(forms.ModelForm[VisitInterval]):
    """A rule of the network or of an own body; for one ``place``, or for places of a setting and size."""

    marks_required = True

    starts_on = DayField(label=gettext_lazy("From"), initial=date.today)

    class Meta:
        model = VisitInterval
        fields = ["body", "setting", "capacity_from", "months", "priority", "criterion", "reason", "starts_on"]
        labels = {
            "body": gettext_lazy("Whose rule"),
            "setting": gettext_lazy("Setting"),
            "months": gettext_lazy("A visit at least every so many months"),
        }
        widgets = dict.fromkeys(("body", "setting", "priority", "criterion"), QuickSelect)
        help_texts = {"body": "", "setting": "", "reason": gettext_lazy("So that others can follow the choice.")}

    def __init__(self, *args: Any, user: Any, mechanism: Mechanism, place: Place | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.mechanism, self.instance.place = mechanism, place
        fields: dict[str, Any] = self.fields
        mine = grants_of(user).on(MANAGE_BODY_PEOPLE)
        own = MemberBody.objects.filter(mechanism=mechanism, pk__in=mine)
        for_network = can(user, REVIEW_VISITS, mechanism)
        named = BodyNames(mechanism).choices(date.today(), among=mine)
        fields["body"].queryset, fields["body"].required = own, not for_network
        fields["body"].widget.choices = ([("", _("The network: a visit of any member counts"))] * for_network) + named
        if place:
            del fields["setting"], fields["capacity_from"]
        else:
            fields["setting"].queryset = mechanism.settings.filter(has_places=True)
            fields["setting"].empty_label = pgettext("filter", "All")
        fields["criterion"].choices = [("", _("Choose")), *VisitInterval.Criterion.choices]
        as_plain_numbers({name: fields[name] for name in ("months", "capacity_from") if name in fields})
