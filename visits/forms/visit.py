"""The form in which a visit is logged in a minute, and completed later."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Mechanism, User
from members.models.body import bodies_of
from members.models.remit import monitors
from npmportal.access import LOG_VISITS, grants_of
from npmportal.quick_select import QuickSelect
from visits.actions.visits import RECORDED
from visits.field_table import reader_of
from visits.forms.fields import (
    BodyField,
    DayField,
    FixedChoices,
    LongTextField,
    PlaceField,
    QuickBoxes,
    as_plain_numbers,
)
from visits.forms.merging import marks_of
from visits.limits import OPCAT_IN_FORCE
from visits.models import Place, Visit
from visits.models.body_names import BodyNames

# The folded parts of the form; of the fields that always hold something, only another value than the usual one counts.
SECTIONS = {
    "partners": ("partners", "reference", "trigger", "time_in", "time_out"),
    "access": ("access", "access_delay_minutes", "access_reason", "access_note"),
    "numbers": Visit.FUNNEL,
    "talks": (*Visit.TALKS, "isolation_note"),
    "words": ("satisfaction", "confidentiality", "summary"),
}
LISTS = (
    "kind",
    "mode",
    "trigger",
    "validity",
    "satisfaction",
    "access",
    "access_reason",
    "privacy",
    "interpreting",
)
# Of which an empty choice says so.
NOT_RECORDED = ("trigger", "satisfaction", "access", "access_reason", "privacy", "interpreting")
ALWAYS_SET = ("confidentiality",)


REQUIRED = {
    "starts_on": gettext_lazy("Enter the first day."),
    "lead_body": gettext_lazy("Choose the lead body."),
    "kind": gettext_lazy("Choose the kind of visit."),
    "notice": gettext_lazy("Say whether the visit was announced."),
}


class VisitForm(forms.ModelForm[Visit]):
    """What a person records about a visit. Places and bodies are looked up inside what ``user`` may use."""

    marks_required = True

    place = PlaceField(
        Place.objects.none(),
        label=gettext_lazy("Place"),
        widget=forms.TextInput,  # the page prints it as radio buttons
        error_messages={
            "required": gettext_lazy("Choose a place."),
            "invalid_choice": gettext_lazy("Choose a place of this network’s register."),
        },
    )
    starts_on = DayField(label=gettext_lazy("First day"))
    ends_on = DayField(label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty: the same day."))
    reference = forms.CharField(
        label=gettext_lazy("Reference"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Your body’s own. Empty: the portal gives one."),
    )
    lead_body: forms.Field = BodyField(None, label=gettext_lazy("Lead body"), widget=QuickSelect)
    partners: forms.Field = forms.ModelMultipleChoiceField(
        None, label=gettext_lazy("Partner bodies"), required=False, widget=QuickBoxes
    )
    outside_remit_reason = LongTextField(label=gettext_lazy("Why the body visited outside its remit"), rows=3)
    access_note = LongTextField(label=gettext_lazy("What was not accessible, and who decided"), rows=3)
    areas_seen = LongTextField(label=gettext_lazy("Parts of the place seen"), rows=2)
    staff_spoken_to = LongTextField(
        label=gettext_lazy("Staff and others spoken to"), rows=2, help_text=gettext_lazy("By function, without names.")
    )
    documents_checked = LongTextField(label=gettext_lazy("Documents and registers checked"), rows=2)
    isolation_note = LongTextField(
        label=gettext_lazy("Isolation and restraint"),
        rows=3,
        help_text=gettext_lazy("Reasons recorded, reviews, safeguards; isolation under other names."),
    )
    summary = LongTextField(
        label=gettext_lazy("Summary"),
        rows=6,
        help_text=gettext_lazy("At most 10,000 characters. Name no detained person and nobody who spoke to you."),
    )
    amend_reason = LongTextField(
        label=gettext_lazy("Why the visit is changed after approval"),
        rows=2,
        help_text=gettext_lazy("The visit goes back into review, and out of the figures until it is approved again."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    # What stood in each field when the form was opened (visits.forms.merging).
    began = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4_000)

    class Meta:
        model = Visit
        fields = [*RECORDED]
        widgets = {
            "time_in": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "time_out": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            **dict.fromkeys(LISTS, QuickSelect),
            "notice": forms.RadioSelect,
            "confidentiality": forms.RadioSelect,
        }

    def __init__(self, *args: Any, user: User, mechanism: Mechanism, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The order of the page is the order of the error summary.
        first = ("place", "starts_on", "ends_on", "lead_body", "kind", "own_kind", "notice", "mode", "validity")
        self.order_fields([*first])
        self._mechanism, self._mine = mechanism, grants_of(user).on(LOG_VISITS)
        lead: Any = self.fields["lead_body"]
        partners: Any = self.fields["partners"]
        lead.known = {pk: body for pk, body in bodies_of(mechanism).items() if pk in self._mine}
        partners.queryset = mechanism.bodies.all()
        # One query for both lists, and none where the form is only judged.
        partners.choices = lambda: self.bodies
        lead.choices = lambda: [("", _("Choose")), *self._leads()]
        place: Any = self.fields["place"]
        place.queryset = Place.objects.visible_to(user).filter(mechanism=mechanism)
        if not self.is_bound:
            self._suggest()
        self._leave_out_what_is_closed(user, mechanism)

    @cached_property
    def bodies(self) -> list[tuple[int, str]]:
        """The bodies of the mechanism by the names they bear today."""
        return BodyNames(self._mechanism).choices(date.today())

    def _leads(self) -> list[tuple[int, str]]:
        return [(body, name) for body, name in self.bodies if body in self._mine]

    def _suggest(self) -> None:
        """Fill in what is not in question: today, the only body; the key of this opening, and what it begins from."""
        self.initial.setdefault("form_key", uuid.uuid4())
        if not self.instance._state.adding:
            self.initial.setdefault("version", self.instance.version)
            self.initial.setdefault("began", marks_of(self.instance))
            self.initial.setdefault("partners", list(self.instance.body_ids[1:]))
            return
        if self.initial.get("starts_on") is None:
            self.initial["starts_on"] = date.today()
        if not self.initial.get("lead_body") and len(leads := self._leads()) == 1:
            self.initial["lead_body"] = leads[0][0]

    def _leave_out_what_is_closed(self, user: User, mechanism: Mechanism) -> None:
        """Keep the fields that the field table lets ``user`` change in this visit, and no others.

        A visit that was handed in while somebody typed is refused by the action; what was typed stays to be read.
        """
        reader = reader_of(user, mechanism)
        is_stored = not self.instance._state.adding and self.instance.state in Visit.CHANGEABLE
        open_fields = (reader.changes(self.instance) if is_stored else reader.records()) | {
            "version",
            "form_key",
            "began",
        }
        if is_stored and self.instance.state == Visit.State.APPROVED:
            open_fields |= {"amend_reason"}
            self.fields["amend_reason"].required = True
            self.fields["amend_reason"].error_messages["required"] = _("Give a reason.")
        for name in [name for name in self.fields if name not in open_fields]:
            del self.fields[name]

    @staticmethod
    def typed(data: MultiValueDict[str, Any]) -> dict[str, Any]:
        """Return what was typed into the form as initial values, to show it again without judging it."""
        several = {"partners"}
        return {name: data.getlist(name) if name in several else data.get(name) for name in data}

    def clean_starts_on(self) -> date:
        return self._past("starts_on")

    def clean_ends_on(self) -> date | None:
        return self._past("ends_on") if self.cleaned_data.get("ends_on") else None

    def _past(self, name: str) -> date:
        day: date = self.cleaned_data[name]
        if day > date.today():
            raise forms.ValidationError(_("A visit is logged after it has taken place: this day lies in the future."))
        if day < OPCAT_IN_FORCE:
            raise forms.ValidationError(_("OPCAT has been in force since 22 June 2006: no visit under it is older."))
        return day

    def _get_validation_exclusions(self) -> set[str]:
        """Spare the database two questions: the place and the body were found in it a moment ago."""
        return super()._get_validation_exclusions() | {"place", "lead_body"}  # type: ignore[misc]

    def _post_clean(self) -> None:
        # What the constraints ask for `clean` says in words, and the database holds them: not a third time here.
        self.instance.validate_constraints = lambda exclude=None: None  # type: ignore[method-assign]
        super()._post_clean()  # type: ignore[misc]
        del self.instance.validate_constraints

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        starts_on = data.get("starts_on")
        if starts_on and not data.get("ends_on") and "ends_on" not in self.errors:
            data["ends_on"] = starts_on
        if starts_on and data.get("ends_on") and data["ends_on"] < starts_on:
            self.add_error("ends_on", _("The last day lies before the first."))
        access = data.get("access", self.instance.access)
        if data.get("access_delay_minutes") is not None and access != Visit.Access.DELAYED:
            self.add_error("access_delay_minutes", _("Minutes are recorded for delayed access only."))
        self._check_reference(data)
        self._check_remit(data)
        return data

    def _check_reference(self, data: dict[str, Any]) -> None:
        body, reference = data.get("lead_body"), data.get("reference")
        if not body or not reference:
            return
        others = Visit.objects.filter(lead_body=body, reference=reference).exclude(pk=self.instance.pk)
        if others.exists() and "reference" in self.fields:
            self.add_error("reference", _("The body has another visit with this reference."))

    def _check_remit(self, data: dict[str, Any]) -> None:
        """Warn, once, of a visit outside the remit: with a reason it is saved."""
        body, place, starts_on = data.get("lead_body"), data.get("place"), data.get("starts_on")
        if not (body and place and starts_on) or data.get("outside_remit_reason"):
            return
        may_say_why = "outside_remit_reason" in self.fields and "outside_remit_reason" not in self.errors
        if may_say_why and not monitors(body.pk, place.setting_id, place.jurisdiction_id, starts_on):
            sentence = _(
                "According to the register, %(body)s does not monitor “%(setting)s” in %(jurisdiction)s on that day. "
                "If the visit took place all the same, say why and save again."
            )
            words = {
                "body": dict(self.bodies)[body.pk],
                "setting": place.setting.name,
                "jurisdiction": place.jurisdiction.name,
            }
            self.add_error("outside_remit_reason", sentence % words)

    @property
    def sections(self) -> dict[str, bool]:
        """Which of the folded parts of the form hold something or an error, and so stand open."""
        return {name: any(self._needs_sight(field) for field in fields) for name, fields in SECTIONS.items()}

    def _needs_sight(self, name: str) -> bool:
        if name not in self.fields:
            return False
        if name in self.errors:
            return True
        value = self[name].value()
        usual = getattr(Visit(), name) if name in ALWAYS_SET else ""
        return value not in (None, "", [], usual)

    def has_words_outside_remit(self) -> bool:
        """Tell whether the field for the reason is needed: it was asked for, or holds something."""
        name = "outside_remit_reason"
        return name in self.fields and bool(name in self.errors or self[name].value())


def _put_in_words(fields: dict[str, Any]) -> None:
    """Say in the words of the page what the fields ask for. Once for all forms: it is the same for everybody."""
    fields["notice"].choices = Visit.Notice.choices
    as_plain_numbers(fields)
    fields["kind"].choices = [("", gettext_lazy("Choose")), *fields["kind"].choices[1:]]
    for name in ("time_in", "time_out"):
        fields[name].error_messages["invalid"] = gettext_lazy("Write a time of day, such as 14:30.")
    for name in NOT_RECORDED:
        fields[name].choices = [("", gettext_lazy("Not recorded")), *fields[name].choices[1:]]
    for name, message in REQUIRED.items():
        fields[name].error_messages["required"] = message
    for field in fields.values():
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            stated: Any = field.choices
            field.choices = FixedChoices(stated)


_put_in_words(VisitForm.base_fields)
