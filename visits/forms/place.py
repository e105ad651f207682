"""The form for a place of the register: what has no dates. Its names, operators and capacities are facts with days."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Mechanism
from npmportal.quick_select import QuickSelect
from visits.actions.places import DATED
from visits.forms.fields import DayField, LongTextField, as_plain_numbers
from visits.limits import HIGHEST
from visits.models import Place

MOST_DEGREES = {"latitude": 90, "longitude": 180}


class PlaceForm(forms.ModelForm[Place]):
    """A place or a unit of one, with setting, jurisdiction and operator of the same mechanism.

    A new place gets its first name, operator and capacity here; one that is stored has them entered as dated facts.
    """

    marks_required = True

    opened_on = DayField(label=gettext_lazy("Opened"), required=False)
    closed_on = DayField(
        label=gettext_lazy("Closed"), required=False, help_text=gettext_lazy("The first day it was no longer used.")
    )
    note = LongTextField(label=gettext_lazy("Note"), rows=3)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=0, max_value=HIGHEST)

    class Meta:
        model = Place
        fields = [
            "name",
            "setting",
            "jurisdiction",
            "authority",
            "capacity",
            "opened_on",
            "closed_on",
            "town",
            "address",
            "postcode",
            "region",
            "latitude",
            "longitude",
            "note",
        ]
        labels = {"setting": gettext_lazy("Setting"), "jurisdiction": gettext_lazy("Jurisdiction")}
        widgets = dict.fromkeys(("setting", "jurisdiction", "authority"), QuickSelect)
        help_texts = {
            "latitude": gettext_lazy("In degrees, such as 52.0705; south of the equator with a minus."),
            "longitude": gettext_lazy("In degrees, such as 4.3007; west of Greenwich with a minus."),
        }

    def __init__(self, *args: Any, mechanism: Mechanism, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.mechanism = mechanism
        fields: dict[str, Any] = self.fields
        fields["setting"].queryset = mechanism.settings.filter(has_places=True)
        fields["jurisdiction"].queryset = mechanism.jurisdictions.all()
        fields["authority"].queryset = mechanism.authorities.all()
        fields["setting"].empty_label = fields["jurisdiction"].empty_label = _("Choose")
        fields["authority"].empty_label = _("Not recorded")
        for name, most in MOST_DEGREES.items():
            fields[name].widget = forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off", "maxlength": 12})
            for wrong in ("invalid", "max_digits", "max_decimal_places"):
                fields[name].error_messages[wrong] = _("Write degrees with a point, such as 52.0705.")
            fields[name].error_messages["max_whole_digits"] = _("This lies from −%(most)s to %(most)s.") % {
                "most": most
            }
        if self.instance._state.adding:
            del fields["version"]
        else:
            fields["version"].initial = self.instance.version
            for name in DATED:
                del fields[name]
        as_plain_numbers(fields)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        opened, closed = data.get("opened_on"), data.get("closed_on")
        if opened and closed and closed <= opened:
            self.add_error("closed_on", _("A place closes after it opens."))
        self._check_position(data)
        self._check_name(data)
        return data

    def _check_position(self, data: dict[str, Any]) -> None:
        for name, most in MOST_DEGREES.items():
            if data.get(name) is not None and abs(data[name]) > most:
                self.add_error(name, _("This lies from −%(most)s to %(most)s.") % {"most": most})
        given = [name for name in ("latitude", "longitude") if data.get(name) is not None]
        if len(given) == 1 and not {"latitude", "longitude"} & self.errors.keys():
            missing = "longitude" if given == ["latitude"] else "latitude"
            self.add_error(missing, _("A position has both a latitude and a longitude."))

    def _check_name(self, data: dict[str, Any]) -> None:
        name = data.get("name", self.instance.name)
        same = (
            Place.objects.in_register()
            .filter(
                mechanism=self.instance.mechanism,
                parent=self.instance.parent,
                name=name,
                **{field: data.get(field) for field in ("setting", "jurisdiction")},
            )
            .exclude(pk=self.instance.pk)
        )
        if name and same.exists():
            self.refuse_name()

    def refuse_name(self) -> None:
        """Say that the register has this place already."""
        sentence = _("There is a place of this name, setting and jurisdiction already.")
        self.add_error("name" if "name" in self.fields else "setting", sentence)
