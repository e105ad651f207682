"""Fields and parts that the forms of groups and meetings share."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import concerns
from members.models import Mechanism, User

LONGEST_TEXT = 20_000
LONGEST_MINUTES = 200_000


class DayField(forms.DateField):
    """A day, as date pickers and people write it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        wrong = gettext_lazy("Write a day that exists, such as 2024-05-14.")
        super().__init__(widget=widget, error_messages={"invalid": wrong}, **kwargs)


class TextField(forms.CharField):
    """A text of some lines. A line break counts as one character, as people count; browsers send two."""

    def __init__(self, *, rows: int = 4, longest: int = LONGEST_TEXT, **kwargs: Any) -> None:
        super().__init__(max_length=longest, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}  # the browser shall not cut a pasted text off without a word

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


class VersionField(forms.CharField):
    """The version somebody has opened; what is no number is a version that nothing has."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def clean(self, value: Any) -> Any:
        text = str(value or "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


class MomentField(forms.Field):
    """A day and a time on the group's own clock (``zone``), whatever zone the server is in."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"})
    default_error_messages = {
        "invalid": gettext_lazy("Write day and time, such as 2024-05-14 10:00."),
        "no_such_hour": gettext_lazy("There is no such hour on that day: the clocks are put forward."),
    }
    zone: ZoneInfo = ZoneInfo("UTC")

    def to_python(self, value: Any) -> datetime | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            typed = parse_datetime(text)
        except ValueError:
            typed = None
        if typed is None or typed.tzinfo is not None or not 1990 <= typed.year <= 2200:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        moment = typed.replace(tzinfo=self.zone)
        if moment.astimezone(ZoneInfo("UTC")).astimezone(self.zone).replace(tzinfo=None) != typed:
            raise ValidationError(self.error_messages["no_such_hour"], code="no_such_hour")
        # Stored moments are in UTC; the same zone on both sides makes them comparable.
        return moment.astimezone(ZoneInfo("UTC"))

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else value


class InWords:
    """A model form whose own ``clean`` says in words what the database would refuse with the name of a constraint."""

    instance: Any
    errors: Any

    def _post_clean(self) -> None:
        # Where `clean` has said what is wrong, the names of constraints say it once more and worse.
        if self.errors:
            self.instance.validate_constraints = lambda exclude=None: None
        super()._post_clean()  # type: ignore[misc]
        self.instance.__dict__.pop("validate_constraints", None)


class ReasonForm(forms.Form):
    """Why a step back is taken; every such step stores a reason."""

    reason = TextField(
        label=gettext_lazy("Reason"), rows=3, error_messages={"required": gettext_lazy("Give a reason.")}
    )


class EndForm(ReasonForm):
    """From which day on something has ended, and why."""

    ends_on = DayField(label=gettext_lazy("Ends on"), help_text=gettext_lazy("The first day on which it is over."))
    field_order = ["ends_on", "reason"]


class ConcernsMixin(forms.Form):
    """Which record something is about: one of a list, or any other by the address of its page."""

    about = forms.ChoiceField(label=gettext_lazy("Concerns"), required=False)
    about_address = forms.CharField(
        label=gettext_lazy("or the address of another record’s page"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("A place, a visit, a report: open its page and copy the address from the browser."),
    )
    reader: User
    mechanism: Mechanism
    concerned: models.Model | None = None

    def offer_records(self, reader: User, mechanism: Mechanism, key: concerns.Key = concerns.NOTHING) -> None:
        """Offer what ``reader`` may see, and ``key``, what is stored now, which somebody else may have chosen."""
        self.reader, self.mechanism = reader, mechanism
        offered: list[Any] = [("", "–"), *concerns.choices(reader, mechanism)]
        stored = f"{key[0]} {key[1]}" if key[0] else ""
        self.stored_key = key
        if stored and not any(stored == value for _label, rows in offered[1:] for value, _words in rows):
            offered.append((stored, concerns.resolve_all([key], reader)[key].words))
        self.fields["about"].choices = offered  # type: ignore[attr-defined]
        self.initial.setdefault("about", stored)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        chosen, address = cleaned.get("about"), cleaned.get("about_address")
        self.concerned_key = concerns.NOTHING
        if address:
            record = concerns.at_address(address, self.reader, self.mechanism)
            if record is None:
                self.add_error("about_address", _("No record that you may open has a page at this address."))
            self.concerned, self.concerned_key = record, concerns.key_of(record)
        elif chosen:
            label, _space, identifier = chosen.partition(" ")
            self.concerned_key = (label, identifier)
            self.concerned = concerns.find(self.concerned_key, self.reader, self.mechanism)
        return cleaned
