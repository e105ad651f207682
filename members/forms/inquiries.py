"""Forms of what was asked about a gap: the question, the answer, and either put right."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.actions.inquiries import InquiryGiven
from members.forms.coverage import ReasonForm
from members.forms.gaps import words
from members.forms.seen import carry_seal
from members.models import GapInquiry


def _day(label: Any, missing: Any = None, **more: Any) -> forms.DateField:
    """Return a field for a day; needed where ``missing`` says what is missing without it."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    said = {"required": missing} if missing else None
    return forms.DateField(label=label, required=bool(missing), widget=widget, error_messages=said, **more)


class AskForm(forms.Form):
    """Who was asked about a gap, and what."""

    asked = forms.CharField(
        label=_("Who was asked"),
        max_length=200,
        help_text=_("The office, not the name of a person: “Ministry of Justice”."),
        error_messages={"required": _("Write who was asked.")},
    )
    asked_on = _day(_("Asked on"), missing=_("Give the day of the question."))
    question = words(_("Question"), missing=_("Write what was asked."))


class AnswerForm(forms.Form):
    """What somebody answered; where an answer stands there already, also why it was wrong."""

    answered_on = _day(_("Answered on"), missing=_("Give the day of the answer."))
    answer = words(_("Answer"), missing=_("Write what was answered."))
    reason = ReasonForm.base_fields["reason"]

    def __init__(self, *args: Any, instance: GapInquiry, **kwargs: Any) -> None:
        start = {"answered_on": instance.answered_on or date.today(), "answer": instance.answer}
        super().__init__(*args, **{"initial": start, **kwargs})
        if not instance.answered_on:
            del self.fields["reason"]
        carry_seal(self, instance)


class InquiryForm(AskForm):
    """A question and its answer, put right."""

    answered_on = _day(_("Answered on"))
    answer = words(_("Answer"), help_text=_("Day and answer both empty: there is no answer yet."))
    reason = ReasonForm.base_fields["reason"]

    def __init__(self, *args: Any, instance: GapInquiry, **kwargs: Any) -> None:
        start = {name: getattr(instance, name) for name in ("asked", "asked_on", "question", "answered_on", "answer")}
        super().__init__(*args, **{"initial": start, **kwargs})
        carry_seal(self, instance)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        day, answer = cleaned.get("answered_on"), cleaned.get("answer")
        if answer and not day and "answered_on" not in self.errors:
            self.add_error("answered_on", _("Give the day of the answer."))
        if day and not answer and "answer" not in self.errors:
            self.add_error("answer", _("Write what was answered."))
        return cleaned

    def given(self) -> InquiryGiven:
        """Return what was typed as the actions take it."""
        return InquiryGiven(**{name: self.cleaned_data[name] for name in InquiryGiven.__dataclass_fields__})
