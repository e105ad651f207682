"""The forms of the parts of a visit's record that stand in tables of their own: situation and needs."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from npmportal.quick_select import QuickSelect
from visits.forms.fields import LongTextField, as_plain_numbers
from visits.limits import HIGHEST
from visits.models import NeedExamined, Visit, VisitFigure

Availability = VisitFigure.Availability
NOT_SAID = ("", gettext_lazy("Not recorded"))


class RecordForm(forms.Form):
    """What the forms of all parts hold besides their rows: which version was read, and the reason after approval."""

    marks_required = True

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=HIGHEST)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20_000)
    # Of this opening of the form: what is typed is kept under it (visits.actions.form_drafts).
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    amend_reason = LongTextField(
        label=gettext_lazy("Why the visit is changed after approval"),
        rows=2,
        help_text=gettext_lazy("The visit goes back into review, and out of the figures until it is approved again."),
    )

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visit = visit
        self.initial.setdefault("version", visit.version)
        self.initial.setdefault("form_key", uuid.uuid4())
        if visit.state == Visit.State.APPROVED:
            self.fields["amend_reason"].required = True
            self.fields["amend_reason"].error_messages["required"] = _("Give a reason.")
        else:
            del self.fields["amend_reason"]

    def _keep_last(self, *names: str) -> None:
        """Let the fields of this form stand after those that were added to it: the error summary follows the page."""
        rest = [name for name in self.fields if name not in names]
        self.order_fields([*rest, *names])

    def rows(self) -> list[Any]:
        """Return the rows, not stored yet, that the valid form says. To be defined by each part."""
        raise NotImplementedError


class RowsForm(RecordForm):
    """A part whose rows follow each other on the page, as many as are needed: the team, the findings."""

    count = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def rows_to_print(self, stored: int, *, fresh: int, most: int) -> int:
        """Return how many rows: as many as were sent, or those ``stored`` and ``fresh`` to fill in, up to ``most``."""
        sent = str(self.data.get("count", "") if self.is_bound else self.initial.get("count") or "")
        wanted = int(sent) if sent.isdecimal() and len(sent) < 6 else stored + fresh
        number = max(1, min(wanted, most))
        self.initial["count"] = number
        return number


def typed(data: MultiValueDict[str, Any]) -> dict[str, Any]:
    """Return what was typed as initial values, to show a form again without judging it; of boxes all ticks."""
    sent = {name: data.getlist(name) for name in data}
    return {name: values if len(values) > 1 else data.get(name) for name, values in sent.items()}


@dataclass(frozen=True)
class FigureFields:
    """The two fields of one measure: its number, or why there is none."""

    number: forms.BoundField
    why: forms.BoundField


class SituationForm(RecordForm):
    """For each measure a number or why there is none; both empty is “not recorded”, never nought."""

    rest: forms.Field = forms.ChoiceField(
        label=gettext_lazy("Every number left empty above"),
        required=False,
        widget=QuickSelect,
        help_text=gettext_lazy("Says the same of all of them, so that you need not choose it one by one."),
    )

    def __init__(self, *args: Any, stored: Iterable[VisitFigure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = {row.measure: row for row in stored}
        reasons = [(why.value, why.label) for why in Availability if why != Availability.RECORDED]
        for measure in VisitFigure.Measure:
            self._add(measure, present.get(measure), [("", "–"), *reasons])
        self.fields["rest"].choices = [("", _("Leave empty")), *reasons]  # type: ignore[attr-defined]
        as_plain_numbers(self.fields)
        self._keep_last("rest", "amend_reason", "version", "seen")

    def _add(self, measure: VisitFigure.Measure, row: VisitFigure | None, reasons: list[tuple[str, Any]]) -> None:
        label = capfirst(str(measure.label))
        why_label = _("%(measure)s: why there is no number") % {"measure": label}
        number = forms.IntegerField(label=label, required=False, min_value=0, max_value=HIGHEST)
        why = forms.ChoiceField(label=why_label, required=False, choices=reasons, widget=QuickSelect)
        self.fields[measure.value], self.fields[f"{measure.value}_why"] = number, why
        if row is not None:
            is_number = row.availability == Availability.RECORDED
            self.initial.setdefault(measure.value, row.value)
            self.initial.setdefault(f"{measure.value}_why", "" if is_number else row.availability)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for measure in VisitFigure.Measure:
            if data.get(measure.value) is not None and data.get(f"{measure.value}_why"):
                sentence = _("“%(field)s”: write the number, or say why there is none; not both.")
                self.add_error(measure.value, sentence % {"field": self.fields[measure.value].label})
        return data

    def groups(self) -> Iterable[tuple[Promise, list[FigureFields]]]:
        """Yield the fields in the groups in which they stand on the page."""
        for title, _total, measures in VisitFigure.GROUPS:
            yield title, [FigureFields(self[measure.value], self[f"{measure.value}_why"]) for measure in measures]

    def rows(self) -> list[VisitFigure]:
        data, found = self.cleaned_data, []
        for measure in VisitFigure.Measure:
            value = data[measure.value]
            why = data[f"{measure.value}_why"] or (data["rest"] if value is None else "")
            if value is not None or why:
                found.append(VisitFigure(measure=measure, value=value, availability=why or Availability.RECORDED))
        return found


class NeedsForm(RecordForm):
    """Of which groups at risk the needs were examined, and what was found. Who belongs to a group is never asked."""

    def __init__(self, *args: Any, stored: Iterable[NeedExamined], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = {row.group: row for row in stored}
        for group in NeedExamined.Group:
            label = _("Needs of %(group)s") % {"group": group.label}
            answer = forms.ChoiceField(
                label=label, required=False, choices=[NOT_SAID, *NeedExamined.Answer.choices], widget=QuickSelect
            )
            note = LongTextField(label=_("What was found"), rows=2, help_text=_("Without naming anybody."))
            self.fields[group.value], self.fields[f"{group.value}_note"] = answer, note
            if row := present.get(group):
                self.initial.setdefault(group.value, row.answer)
                self.initial.setdefault(f"{group.value}_note", row.note)
        self._keep_last("amend_reason", "version", "seen")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for group in NeedExamined.Group:
            if data.get(f"{group.value}_note") and not data.get(group.value) and group.value not in self.errors:
                self.add_error(group.value, _("Say whether they were examined: something is written about it."))
        return data

    def groups(self) -> Iterable[tuple[forms.BoundField, forms.BoundField]]:
        """Yield the two fields of each group."""
        for group in NeedExamined.Group:
            yield self[group.value], self[f"{group.value}_note"]

    def rows(self) -> list[NeedExamined]:
        return [
            NeedExamined(group=group, answer=answer, note=self.cleaned_data[f"{group.value}_note"])
            for group in NeedExamined.Group
            if (answer := self.cleaned_data[group.value])
        ]
