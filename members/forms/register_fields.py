"""Pieces of the register’s forms: reasons, answers of three kinds, professions, the end of a fact."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.forms.known_day import KnownDayField
from members.public_holidays import calendars, is_calendar
from npmportal.quick_select import QuickSelect


class ReasonField(forms.CharField):
    """Why something is corrected or removed: asked for every time."""

    def __init__(self, **kwargs: Any) -> None:
        given: dict[str, Any] = {"label": _("Reason"), "widget": forms.Textarea(attrs={"rows": 2}), "max_length": 1000}
        given["help_text"] = _("Kept with what stood here before.")
        super().__init__(**given | kwargs)


class YesNoOrNotRecorded(forms.NullBooleanSelect):
    """A choice of three: an empty answer is “not recorded”, never “no”."""

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.choices = [("unknown", _("Not recorded")), ("true", _("Yes")), ("false", _("No"))]


class CalendarField(forms.ChoiceField):
    """A calendar of public holidays, or none."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Calendar of public holidays"),
            required=False,
            widget=QuickSelect,
            choices=_calendars,
            help_text=_(
                "With it, the page of a visit says whether the visit was on a public holiday. Counted are the general "
                "days off of the country, or of the part of it where that has a calendar of its own, such as Scotland, "
                "as the library python-holidays lists them. For the Netherlands that is Good Friday too, and 5 May in "
                "every fifth year; in other years 5 May is named as a holiday that is no general day off."
            ),
        )

    def offer(self, code: str) -> None:
        """Offer the stored ``code`` too where the calendars no longer hold it: saving something else keeps it."""
        if code and not is_calendar(code):
            self.choices = [*_calendars(), (code, code)]


def _calendars() -> list[tuple[str, Any]]:
    return [("", _("none")), *calendars().items()]


class ReasonForm(forms.Form):
    """Why an entry goes."""

    reason = ReasonField()


class ProfessionsField(forms.CharField):
    """Professions as lines “law: 12”; returns (name, people) pairs."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 5}), required=False, max_length=4000, **kwargs)

    def to_python(self, value: Any) -> Any:
        found: dict[str, int] = {}
        for line in (super().to_python(value) or "").splitlines():
            name, _colon, number = (part.strip() for part in line.rpartition(":"))
            if not line.strip():
                continue
            if not (name.isprintable() and 0 < len(name) <= 80) or not (
                number.isascii() and number.isdecimal() and len(number) < 7
            ):
                raise ValidationError(_("Write each profession on a line of its own, like “law: 12”."))
            if name.casefold() in {known.casefold() for known in found}:
                raise ValidationError(_("“{name}” stands there twice.").format(name=name))
            found[name] = int(number)
        return list(found.items())

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{name}: {people}" for name, people in value) if isinstance(value, list) else value


class EndForm(forms.Form):
    """From when a fact no longer holds, where nothing of its kind follows."""

    ends_on = KnownDayField(label=_("No longer from"))
    reason = ReasonField(
        label=_("Why it ended, or where this was read"), required=False, help_text=_("Kept in the log.")
    )
