"""The forms of a place that is asked for: to ask, and to say which place of the register it is."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Mechanism, User
from npmportal.access import LOG_VISITS, grants_of
from npmportal.quick_select import QuickSelect
from visits.forms.fields import PlaceField
from visits.models import Place, PlaceRequest
from visits.models.body_names import BodyNames


class PlaceRequestForm(forms.ModelForm[PlaceRequest]):
    """What a body says of a place it does not find. Who logs for one body is not asked for which."""

    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Say nothing here of a visit that is planned or of anybody who is held there."),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = PlaceRequest
        fields = ["name", "setting", "jurisdiction", "town", "address", "body", "own_code", "note"]
        labels = {"setting": gettext_lazy("Setting"), "jurisdiction": gettext_lazy("Jurisdiction")}
        widgets = dict.fromkeys(("setting", "jurisdiction", "body"), QuickSelect)

    def __init__(self, *args: Any, user: User, mechanism: Mechanism, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.mechanism = mechanism
        fields: dict[str, Any] = self.fields
        fields["setting"].queryset = mechanism.settings.filter(has_places=True)
        fields["jurisdiction"].queryset = mechanism.jurisdictions.all()
        fields["setting"].empty_label = fields["jurisdiction"].empty_label = _("Choose")
        mine = grants_of(user).on(LOG_VISITS)
        own = BodyNames(mechanism).choices(date.today(), among=mine)
        fields["body"].queryset = mechanism.bodies.filter(pk__in=mine)
        fields["body"].choices = [("", _("Choose")), *own]
        if len(own) == 1:
            self.instance.body_id = own[0][0]
            del fields["body"]
        self.initial.setdefault("form_key", uuid.uuid4())

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_own_code(self) -> str:
        return str(self.cleaned_data["own_code"]).strip()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        # Of whoever sends no key each sending is one of its own.
        self.instance.form_key = data.get("form_key") or uuid.uuid4()
        return data


class _PlaceChoice(PlaceField):
    widget = forms.RadioSelect

    def label_from_instance(self, place: Any) -> str:
        where = ", ".join(filter(None, (place.setting.name, place.jurisdiction.name, place.town)))
        unit = f"; {_('unit of')} {place.parent.name}" if place.parent else ""
        return f"{place.name} ({where}{unit})"


class KnownPlaceForm(forms.Form):
    """Which place of the register it is: shown are those ``offered``, taken is any that ``user`` may see."""

    place = _PlaceChoice(
        Place.objects.none(),
        label=gettext_lazy("Places of the register"),
        empty_label=None,
        error_messages={
            "required": gettext_lazy("Choose a place."),
            "invalid_choice": gettext_lazy("Choose a place of this network’s register."),
        },
    )

    def __init__(
        self, data: Any = None, *, user: Any, mechanism: Mechanism, offered: Iterable[Place], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["place"]
        field.queryset = Place.objects.visible_to(user).filter(mechanism=mechanism).for_list()
        field.choices = [(place.pk, field.label_from_instance(place)) for place in offered]


class DeclineForm(forms.Form):
    """Why a place is not added to the register."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The people of the body who log visits read it."),
    )
