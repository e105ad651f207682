"""The forms of the facts about a place: one for each kind in visits.place_fact_kinds, all with the same frame."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.forms.known_day import KnownDayField, day_fields, day_of
from members.forms.register_fields import ReasonField
from members.forms.seen import carry_seal
from members.forms.sources import FIELDS as SOURCE_FIELDS
from members.forms.sources import SourceFields
from members.models import MemberBody
from npmportal.access import LOG_VISITS, grants_of
from npmportal.quick_select import QuickSelect
from visits.actions.places import may_keep_places
from visits.forms.fields import as_plain_numbers
from visits.models import CapacityPeriod, OperatorPeriod, Place, PlaceCode, PlaceName, PlaceSuccession
from visits.models.body_names import BodyNames
from visits.place_fact_kinds import PlaceFactKind

LAST = ("starts_on", "ends_on", *SOURCE_FIELDS, "note", "reason")


class PlaceFactForm(SourceFields, forms.ModelForm):
    """One fact about a place. Takes `place=`, `user=` and, for a correction, `instance=`."""

    marks_required = True

    starts_on = KnownDayField(
        label=gettext_lazy("From"),
        required=False,
        help_text=gettext_lazy("Like 2017-07-12, 2017-07 or 2017. Empty where it was always so."),
    )
    ends_on = KnownDayField(
        label=gettext_lazy("No longer from"),
        required=False,
        help_text=gettext_lazy("The first day on which it does not hold any more. Empty where it still holds."),
    )

    def __init__(self, *args: Any, place: Place, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place, self.user = place, user
        fields: dict[str, Any] = self.fields
        if "note" in fields:
            fields["note"].widget.attrs["rows"] = 3
        if "source" in fields:
            self.offer_sources(place.mechanism)
            fields["source"].empty_label = _("Not recorded")
            fields["source"].help_text = _("Where this can be read; or write down a new source below.")
        if self.instance.pk:
            carry_seal(self, self.instance)
            fields["reason"] = ReasonField()
            for which in ("starts", "ends"):
                if f"{which}_on" in fields:
                    self.initial[f"{which}_on"] = day_of(self.instance, which)
        elif "starts_on" in fields:
            fields["starts_on"].required = self.needs_first_day()
            if fields["starts_on"].required:
                fields["starts_on"].help_text = _("Like 2017-07-12, 2017-07 or 2017.")
        as_plain_numbers(fields)
        self.order_fields([name for name in fields if name not in LAST] + list(LAST))

    def needs_first_day(self) -> bool:
        """Tell whether a first day must be typed: a later fact begins on a day."""
        return self._meta.model.objects.in_use().filter(place=self.place).exists()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = forms.ModelForm.clean(self) or self.cleaned_data
        first, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and end and end.day <= first.day:
            self.add_error("ends_on", _("This day must come after the day from which it holds."))
        if cleaned.get("source") and cleaned.get("new_source_title"):
            self.add_error("new_source_title", _("Choose a source or write down a new one, not both."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """The columns of the fact besides its days and source."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}

    @property
    def days(self) -> dict[str, Any]:
        """The days of the fact and how exactly they are known; nothing for a kind without days."""
        found: dict[str, Any] = {}
        for which in ("starts", "ends"):
            if f"{which}_on" in self.fields:
                found |= day_fields(which, self.cleaned_data[f"{which}_on"])
        return found

    @property
    def given_source(self) -> dict[str, Any] | None:
        """What `members.actions.sources.find_or_write` takes; None where no source is named."""
        if "source" not in self.fields:
            return None
        given = self.source_given()
        return given if given["source"] or given["title"] else None


class NameForm(PlaceFactForm):
    class Meta:
        model = PlaceName
        fields = ("name", "note")


class OperatorForm(PlaceFactForm):
    class Meta:
        model = OperatorPeriod
        fields = ("role", "authority", "note")
        widgets = {"authority": QuickSelect, "role": QuickSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["authority"].queryset = self.place.mechanism.authorities.all()
        fields["authority"].empty_label = _("Choose")

    def needs_first_day(self) -> bool:
        return False  # each of the two roles has its own first one: the database says where a day is needed


class CapacityForm(PlaceFactForm):
    class Meta:
        model = CapacityPeriod
        fields = ("official", "operational", "note")
        help_texts = {
            "official": gettext_lazy("By its rules or certificate. Empty: not recorded."),
            "operational": gettext_lazy("As it is used, crowding included. Empty: not recorded."),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        numbers = ("official", "operational")
        if all(cleaned.get(name) is None and name not in self.errors for name in numbers):
            self.add_error("official", _("Write at least one of the two numbers."))
        return cleaned


class CodeForm(PlaceFactForm):
    starts_on = ends_on = None  # type: ignore[assignment]
    source = new_source_title = new_source_url = new_source_dated = None  # type: ignore[assignment]

    class Meta:
        model = PlaceCode
        fields = ("body", "code")
        widgets = {"body": QuickSelect}
        help_texts = {"body": gettext_lazy("Whose system calls the place so; or the official code.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        mechanism, names = self.place.mechanism, BodyNames(self.place.mechanism)
        bodies = MemberBody.objects.filter(mechanism=mechanism)
        keeps_all = may_keep_places(self.user, mechanism)
        own = None if keeps_all else grants_of(self.user).on(LOG_VISITS)
        if own is not None:
            bodies = bodies.filter(pk__in=own)
        fields["body"].queryset, fields["body"].required = bodies, not keeps_all
        first = [("", _("Official code"))] if keeps_all else []
        fields["body"].widget.choices = first + names.choices(date.today(), among=own)

    def clean_code(self) -> str:
        return " ".join(self.cleaned_data["code"].split())


class SuccessionForm(PlaceFactForm):
    starts_on = ends_on = None  # type: ignore[assignment]
    happened_on = KnownDayField(label=gettext_lazy("On"))

    class Meta:
        model = PlaceSuccession
        fields = ("kind", "successor", "note")
        widgets = {"kind": QuickSelect, "successor": QuickSelect}
        labels = {"successor": gettext_lazy("The other place")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        others = Place.objects.visible_to(self.user).filter(mechanism=self.place.mechanism).exclude(pk=self.place.pk)
        fields["successor"].queryset, fields["successor"].empty_label = others.select_related("parent"), _("Choose")
        fields["successor"].label_from_instance = _with_parent
        if self.instance.pk:
            self.initial["happened_on"] = day_of(self.instance, "happened")

    @property
    def values(self) -> dict[str, Any]:
        return super().values | day_fields("happened", self.cleaned_data["happened_on"])


FORMS: dict[str, type[PlaceFactForm]] = {
    "names": NameForm,
    "operators": OperatorForm,
    "capacities": CapacityForm,
    "codes": CodeForm,
    "successions": SuccessionForm,
}


def place_fact_form(kind: PlaceFactKind, *args: Any, **kwargs: Any) -> PlaceFactForm:
    """Return the form of ``kind``; takes what PlaceFactForm takes."""
    return FORMS[kind.slug](*args, **kwargs)


def _with_parent(place: Place) -> str:
    return f"{place.name} ({place.parent.name})" if place.parent else place.name
