"""The forms in which scales, question sets and themes are kept: rows one below the other, empty ones at the end."""

import re
import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Mechanism, MemberBody
from npmportal.access import MANAGE_BODY_PEOPLE, REVIEW_VISITS, can, grants_of
from npmportal.quick_select import QuickSelect
from visits.forms.fields import DayField, QuickBoxes, as_plain_numbers
from visits.models import Grade, Question, QuestionSet, RatingScale, Standard, Theme
from visits.models.body_names import BodyNames

FRESH, MOST = 3, 80
NEEDS_A_NAME = gettext_lazy("Write it in English, in Dutch, or in both.")
UNPRINTABLE = gettext_lazy("Remove the unprintable characters from this text.")


def is_unprintable(text: str) -> bool:
    """Tell whether ``text`` holds control characters: no spreadsheet takes them in the heading of a column."""
    return any(unicodedata.category(character) == "Cc" and character not in "\t\r\n" for character in text)


class SaidInWords(forms.ModelForm[Any]):
    """A form whose fields and `clean` say what is wrong; the names of the database's rules are nothing to read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.IntegerField) and name in (self._meta.fields or ()):
                column: Any = self._meta.model._meta.get_field(name)
                # The model, which is not asked, knows what its column can hold; the field, at most what is least.
                known = [] if field.min_value is None else ["min_value"]
                field.validators += [limit for limit in column.validators if limit.code not in known]

    def _get_validation_exclusions(self) -> set[str]:
        return {field.name for field in self._meta.model._meta.get_fields()}


class RowForm(SaidInWords):
    """One row of a draft. A row in which nothing is said is none."""

    needs: tuple[str, str] = ("name_en", "name_nl")
    use_required_attribute = False
    marks_required = True

    def __init__(self, *args: Any, themes: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if "theme" in fields:
            fields["theme"].choices = [("", _("None")), *((theme.pk, theme.name) for theme in themes or ())]
        as_plain_numbers({name: field for name, field in fields.items() if name != "ORDER"})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name, value in [*data.items()]:
            if isinstance(value, str) and is_unprintable(value):
                self.add_error(name, str(UNPRINTABLE))
        if self.has_changed() and not data.get("DELETE") and not any(data.get(name) for name in self.needs):
            self.add_error(self.needs[0], str(NEEDS_A_NAME))
        return data


class StandardForm(RowForm):
    class Meta:
        model = Standard
        fields = ["name_en", "name_nl", "theme", "is_required"]
        widgets = {"theme": QuickSelect}
        labels = {"name_en": gettext_lazy("In English"), "name_nl": gettext_lazy("In Dutch")}


class GradeForm(RowForm):
    class Meta:
        model = Grade
        fields = ["name_en", "name_nl", "number", "is_not_applicable"]
        labels = {"name_en": gettext_lazy("In English"), "name_nl": gettext_lazy("In Dutch")}
        help_texts = {"number": ""}


class LinesField(forms.CharField):
    """Several words, one on a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = re.split(r"\r\n|\r|\n", super().to_python(value) or "")  # no others: a vertical tab is refused
        return [line.strip(" \t") for line in lines if line.strip(" \t")]

    def validate(self, value: Any) -> None:
        if any(len(line) > 100 for line in value):
            raise forms.ValidationError(_("A choice has at most 100 characters."))

    def run_validators(self, value: Any) -> None:
        if any(map(is_unprintable, value)):
            raise forms.ValidationError(UNPRINTABLE)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or []) != self.to_python(data)


class QuestionForm(RowForm):
    needs = ("text_en", "text_nl")
    choices_en = LinesField(label=gettext_lazy("Choices in English, one on a line"))
    choices_nl = LinesField(label=gettext_lazy("Choices in Dutch, in the same order"))

    class Meta:
        model = Question
        fields = [
            "text_en",
            "text_nl",
            "kind",
            "theme",
            "choices_en",
            "choices_nl",
            "help_en",
            "help_nl",
            "is_required",
        ]
        widgets = {"theme": QuickSelect, "kind": QuickSelect}
        labels = {"text_en": gettext_lazy("Question in English"), "text_nl": gettext_lazy("Question in Dutch")}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        both = [data[name] for name in ("choices_en", "choices_nl") if data.get(name)]
        if data.get("kind") != Question.Kind.CHOICE:
            if both:
                self.add_error("kind", _("Choices belong to the kind “a choice” alone."))
        elif len(both) == 2 and len(both[0]) != len(both[1]):
            self.add_error("choices_nl", _("Write as many choices in Dutch as in English, in the same order."))
        elif not both or len(both[0]) < 2:
            self.add_error("choices_en", _("Write at least two choices, one on a line."))
        return data


class Rows(BaseFormSet):
    """The rows of a draft; their order can be typed, and a row ticked is taken out."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        form.fields["ORDER"].label = _("Order")
        form.fields["DELETE"].label = _("Take this out")

    def instances(self) -> list[Any]:
        """Return the rows that the valid forms say, unsaved, in their order."""
        return [form.save(commit=False) for form in self.ordered_forms if form not in self.deleted_forms]


def rows_of(form_class: type[RowForm], **more: Any) -> Any:
    """Return the formset for the rows of one kind; ``more`` as for any formset."""
    limits: dict[str, Any] = {"max_num": MOST, "absolute_max": MOST, "validate_max": True}
    made = formset_factory(form_class, Rows, extra=FRESH, can_order=True, can_delete=True, **limits)
    return made(**more)


class VersionNoteForm(forms.Form):
    """What is new in a version."""

    note = forms.CharField(
        label=gettext_lazy("What is new, or where it was read"), max_length=500, required=False, initial=""
    )


class PublishForm(forms.Form):
    """From which day a draft is in force."""

    starts_on = DayField(
        label=gettext_lazy("In force from"),
        initial=date.today,
        help_text=gettext_lazy("Visits that begin on this day or later are judged and asked by it."),
    )


class OwnedForm(SaidInWords):
    """Something an own body keeps, or coordinator staff for all members."""

    marks_required = True
    may_be_common = False

    def __init__(self, *args: Any, user: Any, mechanism: Mechanism, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.mechanism = mechanism
        fields: dict[str, Any] = self.fields
        mine = grants_of(user).on(MANAGE_BODY_PEOPLE)
        own = MemberBody.objects.filter(mechanism=mechanism, pk__in=mine)
        named = BodyNames(mechanism).choices(date.today(), among=mine)
        is_common = self.may_be_common and can(user, REVIEW_VISITS, mechanism)
        fields["body"].queryset, fields["body"].required = own, not is_common
        first = [("", _("All members together"))] if is_common else [] if len(named) == 1 else [("", _("Choose"))]
        fields["body"].choices = first + named
        fields["body"].error_messages["required"] = _("Choose the body.")


class ScaleForm(OwnedForm):
    may_be_common = True

    class Meta:
        model = RatingScale
        fields = ["body", "name_en", "name_nl", "settings"]
        widgets = {"body": QuickSelect, "settings": QuickBoxes}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["settings"].queryset = kwargs["mechanism"].settings.filter(has_places=True)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("name_en") and not data.get("name_nl") and not self.errors:
            self.add_error("name_en", str(NEEDS_A_NAME))
        return data


class QuestionSetForm(OwnedForm):
    class Meta:
        model = QuestionSet
        fields = ["body", "setting"]
        widgets = {"body": QuickSelect, "setting": QuickSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["setting"].queryset = kwargs["mechanism"].settings.filter(has_places=True)
        fields["setting"].empty_label = _("Choose")


class ThemeForm(SaidInWords):
    """A theme common to all members."""

    class Meta:
        model = Theme
        fields = ["name_en", "name_nl", "position", "is_retired"]

    def __init__(self, *args: Any, mechanism: Mechanism, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.mechanism = mechanism
        if self.instance.pk is None:
            del self.fields["position"], self.fields["is_retired"]
        as_plain_numbers(self.fields)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("name_en") and not data.get("name_nl") and not self.errors:
            self.add_error("name_en", str(NEEDS_A_NAME))
        for name in ("name_en", "name_nl"):
            same = Theme.objects.filter(mechanism=self.instance.mechanism, **{name: data.get(name) or None})
            if data.get(name) and same.exclude(pk=self.instance.pk).exists():
                self.add_error(name, _("There is a theme of this name already."))
        return data
