"""The form for a place of the register."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Mechanism, User
from npmportal.quick_select import QuickSelect
from visits.forms.fields import DayField, as_plain_numbers
from visits.models import Place


class PlaceForm(forms.ModelForm[Place]):
    """A place or a unit of one, with setting, jurisdiction and operator of the same mechanism."""

    marks_required = True

    opened_on = DayField(label=gettext_lazy("Opened"), required=False)
    closed_on = DayField(label=gettext_lazy("Closed"), required=False)

    class Meta:
        model = Place
        fields = ["name", "setting", "jurisdiction", "town", "authority", "capacity", "opened_on", "closed_on"]
        labels = {"setting": gettext_lazy("Setting"), "jurisdiction": gettext_lazy("Jurisdiction")}
        widgets = dict.fromkeys(("setting", "jurisdiction", "authority"), QuickSelect)

    def __init__(self, *args: Any, user: User, mechanism: Mechanism, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.mechanism = mechanism
        fields: dict[str, Any] = self.fields
        fields["setting"].queryset = mechanism.settings.filter(has_places=True)
        fields["jurisdiction"].queryset = mechanism.jurisdictions.all()
        fields["authority"].queryset = mechanism.authorities.all()
        fields["setting"].empty_label = fields["jurisdiction"].empty_label = _("Choose")
        fields["authority"].empty_label = _("Not recorded")
        as_plain_numbers(fields)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        opened, closed = data.get("opened_on"), data.get("closed_on")
        if opened and closed and closed <= opened:
            self.add_error("closed_on", _("A place closes after it opens."))
        self._check_name(data)
        return data

    def _check_name(self, data: dict[str, Any]) -> None:
        same = Place.objects.filter(
            mechanism=self.instance.mechanism,
            parent=self.instance.parent,
            **{name: data.get(name) for name in ("name", "setting", "jurisdiction")},
        ).exclude(pk=self.instance.pk)
        if data.get("name") and same.exists():
            self.refuse_name()

    def refuse_name(self) -> None:
        """Say that the register has this place already."""
        self.add_error("name", _("There is a place of this name, setting and jurisdiction already."))
