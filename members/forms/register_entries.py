"""The forms of what has no dates of its own: a body’s first entry, the lists, the mechanism itself."""

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from members.forms.known_day import KnownDayField, day_fields
from members.forms.languages import InLanguages
from members.forms.register_fields import CalendarField, ReasonField, YesNoOrNotRecorded
from members.forms.seen import carry_seal
from members.forms.sources import SourceFields
from members.models import Designation, DetentionSetting, Jurisdiction, Mechanism, MemberBody, SupervisionArea

SLUG_HINT = _("Small letters, digits and hyphens. It stands in addresses and cannot be changed later.")


class BodyForm(forms.ModelForm):
    """What a body is and where it works."""

    website = forms.URLField(label=_("Website"), max_length=200, required=False, assume_scheme="https")

    class Meta:
        model = MemberBody
        fields = ("kind", "jurisdictions", "works_note", "website")
        labels = {"jurisdictions": _("Jurisdictions")}
        widgets = {"jurisdictions": forms.CheckboxSelectMultiple}
        help_texts = {"works_note": _("Where the list of jurisdictions does not say it all.")}

    def __init__(self, *args: Any, mechanism: Mechanism, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mechanism = mechanism
        jurisdictions = mechanism.jurisdictions.order_by("position")
        self.fields["jurisdictions"].queryset = jurisdictions  # type: ignore[attr-defined]
        if not jurisdictions.exists():
            self.fields["jurisdictions"].help_text = _("The register holds none yet; they can be ticked here later.")
        if self.instance.pk:
            self.fields["reason"] = ReasonField()
            carry_seal(self, self.instance)

    @property
    def fields_given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("kind", "jurisdictions", "works_note", "website")}


class NewBodyForm(InLanguages, SourceFields, BodyForm):
    """A body as it comes in: what it is, its first name, its first designation."""

    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    name_nl = forms.CharField(label=_("Name in Dutch"), max_length=200, required=False)
    abbreviation = forms.CharField(label=_("Abbreviation"), max_length=20)
    slug = forms.SlugField(
        label=_("Short name in addresses"),
        max_length=40,
        required=False,
        help_text=_("Left empty, it is made of the abbreviation. It cannot be changed later."),
    )
    named_from = KnownDayField(label=_("Bears this name from"))
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("none: in the register without being a member")), *Designation.Status.choices],
    )
    designated_from = KnownDayField(
        label=_("Has this status from"), required=False, help_text=_("Left empty, from the same day as the name.")
    )
    instrument = forms.CharField(label=_("Instrument"), max_length=200, required=False)
    takes_part = forms.NullBooleanField(
        label=_("Takes part in the consultations"), required=False, widget=YesNoOrNotRecorded()
    )

    def __init__(self, *args: Any, mechanism: Mechanism, **kwargs: Any) -> None:
        super().__init__(*args, mechanism=mechanism, **kwargs)
        self.offer_sources(mechanism)
        first = ("name_en", "name_nl", "abbreviation", "slug", "named_from", "kind", "jurisdictions", "works_note")
        then = ("website", "status", "designated_from", "instrument", "takes_part")
        self.order_fields([*first, *then])
        self.ask_in(mechanism.languages)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        slug = cleaned.get("slug") or slugify(cleaned.get("abbreviation", ""))[:40]
        if not slug and not {"slug", "abbreviation"} & self.errors.keys():
            self.add_error("slug", _("No short name can be made of the abbreviation: write one."))
        return cleaned | {"slug": slug}

    @property
    def fields_given(self) -> dict[str, Any]:
        return super().fields_given | {"slug": self.cleaned_data["slug"]}

    @property
    def name_given(self) -> dict[str, Any]:
        names = {name: self.cleaned_data[name] for name in ("name_en", "name_nl", "abbreviation")}
        return names | day_fields("starts", self.cleaned_data["named_from"])

    @property
    def designation_given(self) -> dict[str, Any] | None:
        if not self.cleaned_data["status"]:
            return None
        first = self.cleaned_data["designated_from"] or self.cleaned_data["named_from"]
        given = {name: self.cleaned_data[name] for name in ("status", "instrument", "takes_part")}
        return given | day_fields("starts", first)


class EntryForm(InLanguages, forms.ModelForm):
    """An entry of a list: its name in both languages; for a new one its short name."""

    def __init__(self, *args: Any, mechanism: Mechanism, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mechanism, self.is_new = mechanism, self.instance.pk is None
        if self.is_new:
            self.fields["slug"] = forms.SlugField(
                label=_("Short name"),
                max_length=40,
                required=False,
                help_text=_("Left empty, it is made of the name."),
            )
        else:
            self.fields["reason"] = ReasonField()
            carry_seal(self, self.instance)
        self.ask_in(mechanism.languages)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_new and "slug" not in self.errors:
            name = cleaned.get("name_en") or cleaned.get("name_nl") or ""
            cleaned["slug"] = cleaned.get("slug") or slugify(name)[:40].strip("-")
            if not cleaned["slug"] and not {"name_en", "name_nl"} & self.errors.keys():
                self.add_error("slug", _("No short name can be made of the name: write one."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """The columns of the entry, for the actions."""
        names = [*(self._meta.fields or ()), *(["slug"] if self.is_new else [])]
        return {name: self.cleaned_data[name] for name in names}


class JurisdictionForm(EntryForm):
    holiday_calendar = CalendarField()

    class Meta:
        model = Jurisdiction
        fields = ("name_en", "name_nl", "nested", "holiday_calendar")

    def __init__(self, *args: Any, mechanism: Mechanism, visible: Any, **kwargs: Any) -> None:
        super().__init__(*args, mechanism=mechanism, **kwargs)
        self.fields["nested"].queryset = visible.exclude(pk=mechanism.pk)  # type: ignore[attr-defined]
        self.fields["nested"].empty_label = _("none")  # type: ignore[attr-defined]
        self.fields["holiday_calendar"].offer(self.instance.holiday_calendar)  # type: ignore[attr-defined]


class SettingForm(EntryForm):
    class Meta:
        model = DetentionSetting
        fields = ("name_en", "name_nl", "supervision_areas", "has_places")
        widgets = {"supervision_areas": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, mechanism: Mechanism, visible: Any, **kwargs: Any) -> None:
        super().__init__(*args, mechanism=mechanism, **kwargs)
        areas = mechanism.supervision_areas.order_by("position")
        self.fields["supervision_areas"].queryset = areas  # type: ignore[attr-defined]
        if not areas:
            del self.fields["supervision_areas"]

    @property
    def values(self) -> dict[str, Any]:
        kept = [name for name in ("name_en", "name_nl", "supervision_areas", "has_places") if name in self.fields]
        return {name: self.cleaned_data[name] for name in [*kept, *(["slug"] if self.is_new else [])]}


class AreaForm(EntryForm):
    class Meta:
        model = SupervisionArea
        fields = ("name_en", "name_nl")

    def __init__(self, *args: Any, visible: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
