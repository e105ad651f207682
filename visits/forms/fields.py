"""Fields the forms of this app share."""

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.choices import BaseChoiceIterator
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from members.models import MemberBody
from visits.limits import LONGEST_TEXT
from visits.models import Place

CHECKED = mark_safe(" checked")


class QuickBoxes(forms.CheckboxSelectMultiple):
    """Boxes to tick, written in one go, for the same reason. The mark-up is that of Django's own."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = self.format_value(value)
        others = self.build_attrs(self.attrs, attrs)
        prefix = others.pop("id", f"id_{name}")
        rest = flatatt(others)
        choices = enumerate((str(choice), label) for choice, label in self.choices)
        boxes = format_html_join(
            "",
            '<div><label for="{0}"><input type="checkbox" name="{1}" value="{2}" id="{0}"{3}{4}> {5}</label></div>',
            (
                (f"{prefix}_{i}", name, box, rest, CHECKED if box in chosen else "", label)
                for i, (box, label) in choices
            ),
        )
        return format_html('<div id="{}">{}</div>', prefix, boxes)


class FixedChoices(BaseChoiceIterator):
    """Choices that are the same in every form of a kind: each form takes them as they are, and copies none of them."""

    def __init__(self, choices: Iterable[tuple[Any, Any]]) -> None:
        self._choices = tuple(choices)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return iter(self._choices)

    def __copy__(self) -> "FixedChoices":
        return self

    def __deepcopy__(self, _memo: dict[int, Any]) -> "FixedChoices":
        return self


class BodyField(forms.ModelChoiceField):
    """A member body among ``known`` (by id), which the form has at hand: it is not looked up in the database again."""

    known: Mapping[int, MemberBody] = {}

    def to_python(self, value: Any) -> MemberBody | None:
        if value in self.empty_values:
            return None
        found = next((body for pk, body in self.known.items() if str(pk) == str(value)), None)
        if found is None:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return copy(found)


class DayField(forms.DateField):
    """A day, as date pickers and people write it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"invalid": _("Write a day that exists, such as 2024-05-14.")},
            **kwargs,
        )


def as_plain_numbers(fields: dict[str, Any]) -> None:
    """Let the whole numbers among ``fields`` be typed as text; what is no number is said with the field's name.

    A number box hands in nothing when letters were typed in it (Firefox), and so would store them as not recorded.
    """
    for field in fields.values():
        if isinstance(field, forms.IntegerField) and not field.widget.is_hidden:
            field.widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
            sentence = _("“%(field)s”: write a whole number, or leave it empty if it was not recorded.")
            wrong = dict.fromkeys(("invalid", "min_value"), _about(sentence, field.label))
            too_large = _about(_("“%(field)s”: this number is too large."), field.label)
            field.error_messages |= wrong | {"max_value": too_large}


# The sentence with the label of the field in it, in the language in which it is read.
_about = lazy(lambda sentence, label: sentence % {"field": label}, str)


class LongTextField(forms.CharField):
    """Text of up to 10,000 characters. The browser does not cut it off: too long a text comes back, with an error."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        super().__init__(
            max_length=LONGEST_TEXT,
            required=False,
            widget=forms.Textarea(attrs={"rows": rows, "data-limit": LONGEST_TEXT}),
            error_messages={
                "max_length": _("Shorten this text to 10,000 characters; it has %(show_value)d."),
                "null_characters_not_allowed": _("Remove the unprintable characters from this text."),
            },
            **kwargs,
        )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}

    def to_python(self, value: Any) -> Any:
        """Count a line break as one character, as people do; browsers send two."""
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


class PlaceField(forms.ModelChoiceField):
    """A place by its id; what is no id at all is answered like an id that is not in the register."""

    def to_python(self, value: Any) -> Place | None:
        try:
            place: Place | None = super().to_python(value)
        except forms.ValidationError:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from None
        return place
