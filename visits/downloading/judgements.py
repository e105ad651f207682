"""Ratings and answers in the files of visits.

In CSV and XLSX each standard and each question that occurs in the list is a column, so that a line stays one visit, and
one for each version where a visit was judged by two. In JSON a visit holds a list of its ratings and one of its
answers, each with its scale or set, version and theme.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Value, When

from visits.field_table import Reader
from visits.judgement_columns import (
    OF_GROUNDS,
    key_apart,
    key_of_question,
    key_of_standard,
    label_of_grounds,
    label_of_question,
    label_of_question_apart,
    label_of_standard,
    label_of_standard_apart,
)
from visits.models import Answer, Grade, Question, Standard, Visit, VisitRating
from visits.models.body_names import BodyNames

Record = dict[str, Any]


@dataclass(frozen=True)
class _Asked:
    """One standard or question as it is written: its column, what JSON says of it, what puts an answer into words."""

    key: str
    facts: Record
    said: Callable[..., Any]


class Judgements:
    """The ratings and answers of ``visits`` as far as ``reader`` sees them. Made before the lines are written: what is
    read and worded here is not asked for again. Two queries a field, one more for what they are called, and one where
    something has several versions."""

    def __init__(
        self, visits: QuerySet[Visit], names: BodyNames, reader: Reader, fields: Iterable[str], *, coded: bool
    ) -> None:
        self._visits, self._names, self._reader, self._coded = visits, names, reader, coded
        self.labels: dict[str, dict[str, str]] = {"ratings": {}, "answers": {}}  # by field: columns and their names
        self._standards: dict[int, _Asked] = {}
        self._questions: dict[int, _Asked] = {}
        self._grades: dict[int, Grade] = {}
        self._grade_words: dict[int, str] = {}
        if "ratings" in fields:
            self._find_standards()
        if "answers" in fields:
            self._find_questions()

    # -- What occurs --------------------------------------------------------------------------------------------------
    def _seen(self, model: type[Any], field: str, of: str, noted: Q) -> dict[int, bool]:
        """Return what is judged or asked in the visits in which the reader sees ``field``, and whether with notes."""
        rows = model.objects.filter(visit__in=self._visits.order_by().values("pk")).order_by()
        groups = rows.values_list(of, "visit__body_ids", "visit__state", "visit__confidentiality")
        seen: dict[int, bool] = {}
        for pk, body_ids, state, confidentiality, notes in groups.annotate(notes=Count("pk", filter=noted)):
            if field in self._reader.sees_in(body_ids, state, confidentiality):
                seen[pk] = seen.get(pk, False) or bool(notes)
        return seen

    def _apart(self, model: type[Any], field: str, of: str, keys: dict[int, str]) -> set[int]:
        """Return of what is judged or asked, by ``keys``, that which has a column of its own: some visit in which the
        reader sees ``field`` says several things under one key."""
        several: dict[str, list[int]] = defaultdict(list)
        for pk, key in keys.items():
            several[key].append(pk)
        alike = [pks for pks in several.values() if len(pks) > 1]
        if not alike or self._coded:
            return set()
        which = Case(*(When(**{f"{of}__in": pks}, then=Value(n)) for n, pks in enumerate(alike)))
        rows = model.objects.filter(visit__in=self._visits.order_by().values("pk"), **{f"{of}__in": sum(alike, [])})
        twice = rows.order_by().annotate(which=which).values("visit", "which").annotate(n=Count("pk")).filter(n__gt=1)
        found = twice.values_list("which", "visit__body_ids", "visit__state", "visit__confidentiality")
        return {pk for number, *visit in found if field in self._reader.sees_in(*visit) for pk in alike[number]}

    def _find_standards(self) -> None:
        noted = self._seen(VisitRating, "ratings", "standard", ~Q(note=""))
        standards = Standard.objects.filter(pk__in=noted).select_related("version__scale", "theme")
        found = list(standards.order_by("version__scale", "-version__starts_on", "position", "pk"))
        for grade in Grade.objects.filter(version__in={standard.version_id for standard in found}):
            self._grades[grade.pk], self._grade_words[grade.pk] = grade, str(grade)
        graded = {grade.version_id for grade in self._grades.values()}  # the others are judged in words alone
        noted_standards = [standard for standard in found if noted[standard.pk] and standard.version_id in graded]
        keys = {standard.pk: key_of_standard(standard) for standard in found}
        apart = self._apart(VisitRating, "ratings", "standard", keys)
        keys |= {standard.pk: key_apart(keys[standard.pk], standard) for standard in found if standard.pk in apart}
        with_grounds = {keys[standard.pk] for standard in noted_standards}
        for standard in found:
            key = keys[standard.pk]
            label = label_of_standard_apart(standard) if standard.pk in apart else label_of_standard(standard)
            said = partial(self._rated, is_graded=standard.version_id in graded)
            self._standards[standard.pk] = _Asked(key, _facts_of_standard(standard), said)
            self.labels["ratings"].setdefault(key, label)
            if key in with_grounds:
                self.labels["ratings"].setdefault(f"{key}{OF_GROUNDS}", label_of_grounds(label))

    def _find_questions(self) -> None:
        seen = self._seen(Answer, "answers", "question", Q())
        questions = Question.objects.filter(pk__in=seen)
        found = questions.select_related("version__question_set__body", "version__question_set__setting", "theme")
        found = found.order_by("version__question_set", "-version__starts_on", "position", "pk")
        apart = self._apart(Answer, "answers", "question", {one.pk: key_of_question(one) for one in found})
        why = {key: str(label) for key, label in Answer.Availability.choices}
        for question in found:
            body = question.version.question_set.body
            name = self._names.on(body.pk, question.version.starts_on or date.today())
            key, label_of = key_of_question(question), label_of_question
            if question.pk in apart:
                key, label_of = key_apart(key, question), label_of_question_apart
            said = _said_in_terms(question) if self._coded else _said_in_words(question, why)
            self._questions[question.pk] = _Asked(key, _facts_of_question(question), said)
            self.labels["answers"].setdefault(key, label_of(question, name.abbreviation if name else body.slug))

    # -- Of some visits -----------------------------------------------------------------------------------------------
    def of(self, ids: list[Any]) -> dict[Any, Record]:
        """Return by visit and column what was judged and answered in the visits ``ids``: two queries at most."""
        found: dict[Any, Record] = defaultdict(dict)
        if self._standards:
            rows = VisitRating.objects.filter(visit__pk__among=ids).order_by("standard__position", "pk")
            self._write(found, "ratings", self._standards, rows.values_list("visit", "standard", "grade", "note"))
        if self._questions:
            answers = Answer.objects.filter(visit__pk__among=ids).order_by("question__position", "pk")
            columns = ("visit", "question", "availability", "number", "text")
            self._write(found, "answers", self._questions, answers.values_list(*columns))
        return found

    def _write(self, found: dict[Any, Record], field: str, known: dict[int, _Asked], rows: Iterable[Any]) -> None:
        for pk, asked_id, *stated in rows:
            asked = known.get(asked_id)
            if asked is None:  # stored since the columns were found
                continue
            said: Record = asked.said(asked.key, *stated)
            if self._coded:
                found[pk].setdefault(field, []).append(asked.facts | said)
                continue
            for key, value in said.items():
                # Judged by a second version since the columns were found: both are told.
                found[pk][key] = f"{found[pk][key]}; {value}" if key in found[pk] else value

    def _rated(self, key: str, grade_id: int | None, note: str, *, is_graded: bool) -> Record:
        if not self._coded:
            said = {key: self._grade_words.get(grade_id or 0), f"{key}{OF_GROUNDS}": note} if is_graded else {key: note}
            return {name: words for name, words in said.items() if words}
        grade = self._grades.get(grade_id or 0)
        return {
            "grade_en": grade.name_en if grade else None,
            "grade_nl": grade.name_nl if grade else None,
            "number": grade.number if grade else None,
            "is_not_applicable": grade.is_not_applicable if grade else False,
            "grounds": note or None,
        }


def _facts_of_standard(standard: Standard) -> Record:
    return {
        "scale": standard.version.scale.slug,
        "version_from": standard.version.starts_on,
        "standard_en": standard.name_en,
        "standard_nl": standard.name_nl,
        "theme": standard.theme.name_en or standard.theme.name_nl if standard.theme else None,
    }


def _facts_of_question(question: Question) -> Record:
    asked_by = question.version.question_set
    return {
        "body": asked_by.body.slug,
        "setting": asked_by.setting.slug,
        "version_from": question.version.starts_on,
        "question_en": question.text_en,
        "question_nl": question.text_nl,
        "kind": question.kind,
        "theme": question.theme.name_en or question.theme.name_nl if question.theme else None,
    }


def _said_in_words(question: Question, why: dict[str, str]) -> Callable[..., Record]:
    options = {number: str(word) for number, word in question.options}

    def said(key: str, availability: str, number: Decimal | None, text: str) -> Record:
        if availability != Answer.Availability.RECORDED:
            return {key: why[availability]}
        if number is None:
            return {key: text}
        return {key: plain(number) if question.kind == Question.Kind.NUMBER else options.get(int(number), str(number))}

    return said


def _said_in_terms(question: Question) -> Callable[..., Record]:
    english, dutch = question.choices_in_both

    def said(_key: str, availability: str, number: Decimal | None, text: str) -> Record:
        value: Any = text or None
        if number is not None:
            value = bool(number) if question.kind == Question.Kind.YES_NO else plain(number)
        told: Record = {"availability": availability, "value": value}
        if question.kind == Question.Kind.CHOICE and number is not None:
            told |= {"choice_en": english[int(number) - 1], "choice_nl": dutch[int(number) - 1]}
        return told

    return said


def plain(number: Decimal) -> int | float:
    """Return ``number`` as programs read it: whole where it is whole."""
    return int(number) if number == number.to_integral_value() else float(number)
