"""The forms of a visit's ratings and answers: what its bodies judge and ask by on its first day."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from npmportal.quick_select import QuickSelect
from visits.forms.fields import LongTextField
from visits.forms.record import RecordForm
from visits.models import Answer, Grade, Question, QuestionVersion, ScaleVersion, Standard, VisitRating

Availability = Answer.Availability
WHY_NOT = [(why.value, why.label) for why in Availability if why != Availability.RECORDED]


class RatingsForm(RecordForm):
    """For each standard a grade of its scale, and the grounds; a scale without grades is judged in words."""

    def __init__(self, *args: Any, stored: Iterable[VisitRating], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = {row.standard_id: row for row in stored}
        self.versions = list(ScaleVersion.objects.open_to(self.visit).for_page())
        for version in self.versions:
            grades = [(str(grade.pk), str(grade)) for grade in version.grades.all()]
            for standard in version.standards.all():
                self._add(standard, grades, present.get(standard.pk))
        self._keep_last("amend_reason", "version", "seen")

    def _add(self, standard: Any, grades: list[tuple[str, str]], row: VisitRating | None) -> None:
        name, label = f"s{standard.pk}", standard.name
        if grades:
            choices = [("", _("Not rated")), *grades]
            self.fields[name] = forms.ChoiceField(label=label, required=False, choices=choices, widget=QuickSelect)
            self.fields[name].help_text = _needed(standard)
        note = _("%(standard)s: grounds") % {"standard": label} if grades else label
        self.fields[f"{name}_note"] = LongTextField(label=note, rows=2)
        if not grades:
            self.fields[f"{name}_note"].help_text = _needed(standard)
        if row:
            self.initial.setdefault(name, str(row.grade_id or ""))
            self.initial.setdefault(f"{name}_note", row.note)

    def scales(self) -> Iterator[tuple[ScaleVersion, list[tuple[forms.BoundField | None, forms.BoundField]]]]:
        """Yield each version with the two fields of each of its standards; no grade where the scale has none."""
        for version in self.versions:
            names = [f"s{standard.pk}" for standard in version.standards.all()]
            yield version, [(self[name] if name in self.fields else None, self[f"{name}_note"]) for name in names]

    def is_empty(self) -> bool:
        """Tell whether no scale was in force for this visit."""
        return not self.versions

    def rows(self) -> list[VisitRating]:
        found = []
        for version in self.versions:
            grades: dict[str, Grade] = {str(grade.pk): grade for grade in version.grades.all()}
            for standard in version.standards.all():
                grade = grades.get(self.cleaned_data.get(f"s{standard.pk}") or "")
                note = self.cleaned_data[f"s{standard.pk}_note"]
                if grade or note:
                    found.append(VisitRating(standard=standard, grade=grade, note=note))
        return found


class AnswersForm(RecordForm):
    """For each question an answer, or why there is none: “not asked” is not “no”."""

    def __init__(self, *args: Any, stored: Iterable[Answer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = {row.question_id: row for row in stored}
        self.versions = list(QuestionVersion.objects.open_to(self.visit).for_page())
        for question in self._questions():
            self._add(question)
            if row := present.get(question.pk):
                self._fill(question, row)
        self._keep_last("amend_reason", "version", "seen")

    def _questions(self) -> Iterator[Question]:
        for version in self.versions:
            yield from version.questions.all()

    def _add(self, question: Question) -> None:
        name, label = f"q{question.pk}", question.text
        help_text = " ".join(filter(None, [question.help, _needed(question)]))
        more: dict[str, Any] = {"required": False, "help_text": help_text}
        if question.kind in Question.LISTED:
            said = [(str(key), word) for key, word in question.options]
            choices: list[Any] = [("", _("No answer yet")), *said, (_("No answer because"), WHY_NOT)]
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, widget=QuickSelect, **more)
            return
        if question.kind == Question.Kind.NUMBER:
            self.fields[name] = _number_field(label, **more)
        else:
            self.fields[name] = LongTextField(label=label, rows=2)
            self.fields[name].help_text = help_text
        self.fields[f"{name}_why"] = forms.ChoiceField(
            label=_("“%(question)s”: why there is no answer") % {"question": Truncator(label).chars(80)},
            required=False,
            choices=[("", "–"), *WHY_NOT],
            widget=QuickSelect,
        )

    def _fill(self, question: Question, row: Answer) -> None:
        name, is_said = f"q{question.pk}", row.availability == Availability.RECORDED
        if question.kind in Question.LISTED:
            self.initial.setdefault(name, str(int(row.number or 0)) if is_said else row.availability)
            return
        said = _plain(row.number) if row.number is not None else row.text
        self.initial.setdefault(name, said)
        self.initial.setdefault(f"{name}_why", "" if is_said else row.availability)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for question in self._questions():
            name = f"q{question.pk}"
            if data.get(name) not in (None, "") and data.get(f"{name}_why"):
                sentence = _("“%(field)s”: write the answer, or say why there is none; not both.")
                self.add_error(name, sentence % {"field": question.text})
        return data

    def sets(
        self,
    ) -> Iterator[tuple[QuestionVersion, list[tuple[Question, forms.BoundField, forms.BoundField | None]]]]:
        """Yield each version with its questions and the one or two fields of each."""
        for version in self.versions:
            yield version, [(question, *self._bound(question)) for question in version.questions.all()]

    def _bound(self, question: Question) -> tuple[forms.BoundField, forms.BoundField | None]:
        why = f"q{question.pk}_why"
        return self[f"q{question.pk}"], self[why] if why in self.fields else None

    def is_empty(self) -> bool:
        """Tell whether no questions were in force for this visit."""
        return not self.versions

    def rows(self) -> list[Answer]:
        return [row for question in self._questions() if (row := self._row(question))]

    def _row(self, question: Question) -> Answer | None:
        said = self.cleaned_data.get(f"q{question.pk}")
        why = self.cleaned_data.get(f"q{question.pk}_why") or (said if said in Availability.values else "")
        if why:
            return Answer(question=question, availability=why)
        if said in (None, ""):
            return None
        if question.kind == Question.Kind.TEXT:
            return Answer(question=question, text=said)
        return Answer(question=question, number=Decimal(said))


def _needed(asked: Standard | Question) -> str:
    return _("Needed for the annual return.") if asked.is_required else ""


def _number_field(label: str, **more: Any) -> forms.DecimalField:
    field = forms.DecimalField(label=label, max_digits=14, decimal_places=2, localize=True, **more)
    field.widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    field.widget.is_localized = True
    sentence = _("“%(field)s”: write a number with at most two decimals, or say why there is none.") % {"field": label}
    kinds = ("invalid", "max_digits", "max_decimal_places", "max_whole_digits")
    field.error_messages |= dict.fromkeys(kinds, sentence)
    for validator in field.validators:
        if hasattr(validator, "messages"):
            validator.messages = dict.fromkeys(validator.messages, sentence)
    return field


def _plain(number: Decimal) -> Decimal | int:
    return int(number) if number == number.to_integral_value() else number.normalize()
