"""The forms of the register’s facts: one for each kind in `members.register_kinds`, all with the same frame."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms.known_day import KnownDayField, day_fields, day_of
from members.forms.languages import InLanguages
from members.forms.register_fields import ProfessionsField, ReasonField, YesNoOrNotRecorded
from members.forms.seen import carry_seal
from members.forms.sources import FIELDS as SOURCE_FIELDS
from members.forms.sources import SourceFields
from members.models import (
    BodyName,
    Contact,
    Coordination,
    Designation,
    LegalBasis,
    Mechanism,
    MechanismProfile,
    MemberBody,
    Power,
    Succession,
    Workforce,
)
from members.register_kinds import FactKind

LAST = ("starts_on", "ends_on", "replaces", *SOURCE_FIELDS, "is_used", "note", "reason")


class FactForm(SourceFields, forms.ModelForm):
    """One fact: what it says, since when, read where. Takes `mechanism=`, `owner=`, for a correction `instance=`."""

    starts_on = KnownDayField(label=_("From"))
    ends_on = KnownDayField(
        label=_("No longer from"),
        required=False,
        help_text=_("The first day on which it does not hold any more. Empty where it still holds."),
    )

    def __init__(self, *args: Any, mechanism: Mechanism, owner: Any, open_rows: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mechanism, self.owner, self.is_correction = mechanism, owner, self.instance.pk is not None
        if "note" in self.fields:
            self.fields["note"].widget.attrs["rows"] = 3
        if "is_used" in self.fields:
            self.fields["is_used"].label = _("The register uses this entry")
        if "source" in self.fields:
            self.offer_sources(mechanism)
            self.initial.setdefault("source", getattr(self.instance, "source_id", None))
        if self.is_correction:
            self.fields["reason"] = ReasonField()
            carry_seal(self, self.instance)
            for which in ("starts", "ends"):
                if f"{which}_on" in self.fields:
                    self.initial[f"{which}_on"] = day_of(self.instance, which)
        elif open_rows is not None:
            self.fields["replaces"] = forms.ModelChoiceField(
                label=_("It replaces"), queryset=open_rows, required=False, empty_label=_("nothing")
            )
        self.order_fields([name for name in self.fields if name not in LAST] + list(LAST))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and end and end.day <= first.day:
            self.add_error("ends_on", _("This day must come after the day from which it holds."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """What the actions take: the columns of the fact."""
        found = {name: self.cleaned_data[name] for name in self._meta.fields or ()}
        for which in ("starts", "ends"):
            if f"{which}_on" in self.fields:
                found |= day_fields(which, self.cleaned_data[f"{which}_on"])
        return found

    @property
    def given_source(self) -> dict[str, Any] | None:
        """The source for the actions; None for a kind of fact that names none."""
        return self.source_given() if "source" in self.fields else None


class NameForm(InLanguages, FactForm):
    class Meta:
        model = BodyName
        fields = ("name_en", "name_nl", "abbreviation", "is_used", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_in(self.mechanism.languages)


class DesignationForm(FactForm):
    class Meta:
        model = Designation
        fields = ("status", "instrument", "takes_part", "is_used", "note")
        widgets = {"takes_part": YesNoOrNotRecorded()}
        help_texts = {"instrument": _("The act that gives the status: a law, a statement, a letter."), "takes_part": ""}


class LegalBasisForm(FactForm):
    url = forms.URLField(label=_("Address"), max_length=500, required=False, assume_scheme="https")

    class Meta:
        model = LegalBasis
        fields = ("title", "citation", "url", "is_used", "note")


class PowerForm(FactForm):
    class Meta:
        model = Power
        fields = ("kind", "extent", "basis", "limits", "is_used", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = LegalBasis.objects.filter(body=self.owner).order_by("title", "starts_on")
        self.fields["basis"].queryset = own  # type: ignore[attr-defined]
        self.fields["basis"].empty_label = _("Not recorded")  # type: ignore[attr-defined]


class ContactForm(FactForm):
    source = new_source_title = new_source_url = new_source_dated = None  # type: ignore[assignment]

    class Meta:
        model = Contact
        fields = ("purpose", "email", "telephone", "address", "is_public", "is_used", "note")
        widgets = {"address": forms.Textarea(attrs={"rows": 4, "autocomplete": "off"})}
        help_texts = {
            "is_public": _("Otherwise only people with a role in the network see it."),
            "email": _("An address of the body, not of a person. One is needed: e-mail, telephone or post."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("email", "telephone", "address"):
            self.fields[name].hint_says_when = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        ways = ("email", "telephone", "address")
        if not any(cleaned.get(name) or name in self.errors for name in ways):
            self.add_error("email", _("Write an e-mail address, a telephone number or a postal address."))
        return cleaned


class WorkforceForm(FactForm):
    starts_on = ends_on = None  # type: ignore[assignment]
    professions = ProfessionsField(
        label=_("Professions"), help_text=_("One on each line with the number of people: “law: 12”.")
    )

    class Meta:
        model = Workforce
        fields = ("kind", "counted_on", "people", "women", "men", "other", "note")
        widgets = {"counted_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {"people": _("All of them. Leave empty what is not recorded; 0 means that there is nobody.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_correction:
            self.initial["professions"] = [(p.name, p.people) for p in self.instance.professions.all()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        people, parts = cleaned.get("people"), [cleaned.get(name) for name in ("women", "men", "other")]
        known = [part for part in parts if part is not None]
        professions = sum(number for _name, number in cleaned.get("professions") or [])
        if people is None:
            return cleaned
        if sum(known) > people:
            self.add_error("people", _("Women, men and others are {n} together: more than all.").format(n=sum(known)))
        elif len(known) == 3 and sum(known) < people:
            self.add_error("people", _("Women, men and others are {n} together: fewer than all.").format(n=sum(known)))
        if professions > people:
            self.add_error("professions", _("The professions are {n} together: more than all.").format(n=professions))
        day: Any = cleaned.get("counted_on")
        same = Workforce.objects.filter(body=self.owner, kind=cleaned.get("kind"), counted_on=day)
        if day and same.exclude(pk=self.instance.pk).exists():
            self.add_error("counted_on", _("There is a count of this day already: correct that one."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        return super().values | {"professions": self.cleaned_data["professions"]}


class CoordinationForm(FactForm):
    class Meta:
        model = Coordination
        fields = ("body", "role", "is_used", "note")
        labels = {"body": _("Body")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_bodies(self, "body")


class SuccessionForm(FactForm):
    starts_on = ends_on = None  # type: ignore[assignment]
    happened_on = KnownDayField(label=_("On"))

    class Meta:
        model = Succession
        fields = ("predecessor", "kind", "successor", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_bodies(self, "predecessor", "successor")
        if self.is_correction:
            self.initial["happened_on"] = day_of(self.instance, "happened")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, second = cleaned.get("predecessor"), cleaned.get("successor")
        if first and first == second:
            self.add_error("successor", _("Nobody succeeds themselves: a new name is entered with the names."))
        same = Succession.objects.filter(predecessor=first, successor=second).exclude(pk=self.instance.pk)
        if first and second and same.exists():
            self.add_error("successor", _("The register says this already: correct that entry."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        return super().values | day_fields("happened", self.cleaned_data["happened_on"])


class ProfileForm(FactForm):
    class Meta:
        model = MechanismProfile
        fields = ("profile", "is_used", "note")


FORMS: dict[str, type[FactForm]] = {
    "names": NameForm,
    "designations": DesignationForm,
    "legal-bases": LegalBasisForm,
    "powers": PowerForm,
    "contacts": ContactForm,
    "workforce": WorkforceForm,
    "coordination": CoordinationForm,
    "successions": SuccessionForm,
    "profiles": ProfileForm,
}


def fact_form(kind: FactKind, *args: Any, mechanism: Mechanism, owner: Any, **kwargs: Any) -> FactForm:
    """Return the form of a fact of ``kind``; where several may hold, the reader says which one a new one replaces."""
    more = {}
    if kind.is_dated and not kind.exclusive:
        more["open_rows"] = kind.model.objects.filter(body=owner, ends_on=None, is_used=True)
    return FORMS[kind.slug](*args, mechanism=mechanism, owner=owner, **more, **kwargs)


def _offer_bodies(form: forms.ModelForm, *names: str) -> None:
    for name in names:
        bodies = MemberBody.objects.filter(mechanism=form.mechanism)  # type: ignore[attr-defined]
        form.fields[name].queryset = bodies.with_names_as_at(date.today())  # type: ignore[attr-defined]
        form.fields[name].empty_label = _("– choose –")  # type: ignore[attr-defined]
