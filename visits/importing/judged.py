"""Columns of ratings and of answers: as many as the body judges and asks by, over all published versions.

The cells of a column are read by the version that held on the visit’s first day, in the setting of its place, as on the
form (`ScaleVersion.open_to`): its grades, its choices. Everything is read once, before the first row.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from members.models import Mechanism, MemberBody
from visits.importing.columns import ANSWER, GROUNDS, RATING, Column, columns_of
from visits.importing.stated import WORDS
from visits.importing.synonyms import NOTHING, simple
from visits.importing.values import Wrong
from visits.judgement_columns import key_of_question, key_of_standard, label_of_question, label_of_standard
from visits.models import Answer, Grade, Import, Question, ScaleVersion, Standard, VisitRating
from visits.models.body_names import BodyNames

BEHIND = ".grounds"  # behind the name of the column of a standard: that of the grounds of its rating
NUMBER = re.compile(r"-?\d{1,12}(?:[.,]\d{1,2})?$")
YES = frozenset({"yes", "y", "ja", "j", "true", "1"})
NO = frozenset({"no", "n", "nee", "neen", "false", "0"})
LISTED = (Question.Kind.YES_NO, Question.Kind.CHOICE)
NOT_APPLICABLE = frozenset({"n a", "na", "nvt", "n v t", "not applicable", "niet van toepassing"})
_lazily = lazy(lambda name, *args: name(*args), str)


def columns_for(batch: Import) -> Mapping[str, Column]:
    """Return the columns that a file like ``batch`` may have: those of its kind and, for visits, the body's own."""
    if batch.kind != Import.Kind.VISITS or batch.body is None:
        return columns_of(batch.kind)
    return {**columns_of(batch.kind), **Judged(batch.body, batch.mechanism).columns}


@dataclass(frozen=True, slots=True)
class _Held:
    """A standard or question of one version: when that held, and where (no settings: everywhere)."""

    asked: Any
    starts_on: date
    ends_on: date | None
    settings: frozenset[int]

    def fits(self, day: date, setting: int) -> bool:
        in_force = self.starts_on <= day and (self.ends_on is None or day < self.ends_on)
        return in_force and (not self.settings or setting in self.settings)


class Judged:
    """What ``body`` judges and asks by: its own scales and questions, and the scales common to all of ``mechanism``."""

    def __init__(self, body: MemberBody, mechanism: Mechanism) -> None:
        self._body, self._mechanism = body, mechanism
        self._held: dict[str, list[_Held]] = defaultdict(list)
        self._graded: dict[int, dict[str, Grade]] = {}
        self.columns: dict[str, Column] = {}
        self._add_standards()
        self._add_questions()

    # -- Columns ------------------------------------------------------------------------------------------------------
    def _add_standards(self) -> None:
        whose = Q(version__scale__body=self._body) | Q(
            version__scale__body=None, version__scale__mechanism=self._mechanism
        )
        standards = Standard.objects.filter(whose, version__starts_on__isnull=False)
        found = list(
            standards.select_related("version__scale")
            .prefetch_related("version__scale__settings")
            .order_by("version__scale", "-version__starts_on", "position", "pk")
        )
        shared = _used_by_several((simple(name), key_of_standard(row)) for row in found for name in _names(row))
        for standard in found:
            version, key = standard.version, key_of_standard(standard)
            settings = frozenset(setting.pk for setting in version.scale.settings.all())
            assert version.starts_on is not None, "published"
            self._held[key].append(_Held(standard, version.starts_on, version.ends_on, settings))
            others = [name for name in _names(standard) if simple(name) not in shared]
            words = [*others, *(f"{word} {name}" for name in others for word in ("rating", "oordeel"))]
            title = _lazily(label_of_standard, standard)
            self._add(Column(key, RATING, title, table="ratings", other_names=tuple(words)))
            grounds = _lazily(_label_of_grounds, standard)
            self._add(Column(f"{key}{BEHIND}", GROUNDS, grounds, table="ratings"))

    def _add_questions(self) -> None:
        questions = Question.objects.filter(
            version__question_set__body=self._body, version__starts_on__isnull=False
        ).select_related("version__question_set")
        names = BodyNames(self._mechanism)
        for question in questions.order_by("version__question_set", "-version__starts_on", "position", "pk"):
            version, key = question.version, key_of_question(question)
            assert version.starts_on is not None, "published"
            settings = frozenset({version.question_set.setting_id})
            self._held[key].append(_Held(question, version.starts_on, version.ends_on, settings))
            name = names.on(self._body.pk, version.starts_on)
            title = _lazily(label_of_question, question, name.abbreviation if name else self._body.slug)
            others = [text for text in (question.text_en, question.text_nl) if text]
            words = [*others, *(f"{word} {text}" for text in others for word in ("answer", "antwoord"))]
            self._add(Column(key, ANSWER, title, table="answers", other_names=tuple(words)))

    def _add(self, column: Column) -> None:
        self.columns.setdefault(column.name, column)

    def asked_on(self, day: date, setting: int) -> Iterable[tuple[Column, list[str]]]:
        """Yield the columns of what is judged and asked on ``day`` in ``setting``, each with what can be chosen."""
        for key, several in self._held.items():
            if held := next((held for held in several if held.fits(day, setting)), None):
                is_question = isinstance(held.asked, Question)
                yield self.columns[key], self._options(held.asked) if is_question else self._listed(held.asked)

    def _options(self, question: Question) -> list[str]:
        return [words for _number, words in question.options] if question.kind in LISTED else []

    def _listed(self, standard: Standard) -> list[str]:
        return [str(grade) for grade in self._grades[standard.version_id]]

    # -- Cells --------------------------------------------------------------------------------------------------------
    def read(self, name: str, text: str, day: date, setting: int) -> Any:
        """Return the rating or answer, not stored, that ``text`` in the column ``name`` says; None where it says
        nothing. Raises Wrong."""
        key = name.removesuffix(BEHIND)
        held = next((held for held in self._held[key] if held.fits(day, setting)), None)
        if held is None:
            raise Wrong(_("On that day the body did not judge or ask by this at places of this setting."))
        if isinstance(held.asked, Question):
            return _answer(held.asked, text)
        if name != key:
            return VisitRating(standard=held.asked, note=text)
        return self._rating(held.asked, text)

    def _rating(self, standard: Standard, text: str) -> VisitRating | None:
        version = standard.version_id
        if not self._grades[version]:
            return VisitRating(standard=standard, note=text)
        if version not in self._graded:
            self._graded[version] = _words_of(self._grades[version])
        word = simple(text)
        if grade := self._graded[version].get(word):
            return VisitRating(standard=standard, grade=grade)
        if word in NOTHING:
            return None
        grades = ", ".join(map(str, self._grades[version]))
        raise Wrong(_("This is no grade of that scale: %(grades)s.") % {"grades": grades})

    @cached_property
    def _grades(self) -> dict[int, list[Grade]]:
        versions = ScaleVersion.objects.filter(
            standards__in=[h.asked for h in self._all() if type(h.asked) is Standard]
        )
        found: dict[int, list[Grade]] = defaultdict(list)
        for grade in Grade.objects.filter(version__in=versions.values("pk")):
            found[grade.version_id].append(grade)
        return found

    def _all(self) -> Iterable[_Held]:
        return (held for several in self._held.values() for held in several)


def _words_of(grades: list[Grade]) -> dict[str, Grade]:
    """Return the grades of a version by every word that means one of them: names before numbers."""
    words: dict[str, Grade] = {}
    for grade in grades:
        named = (grade.name_en, grade.name_nl, str(grade))
        words |= {simple(word): grade for word in named if word} | {
            word: grade for word in NOT_APPLICABLE if grade.is_not_applicable
        }
    return {str(grade.number): grade for grade in grades if grade.number is not None} | words


def _answer(question: Question, text: str) -> Answer | None:
    """Return the answer that ``text`` gives to ``question``, or says why there is none."""
    word, kinds = simple(text), Question.Kind
    number: Decimal | None = None
    if question.kind == kinds.YES_NO and word in YES | NO:
        number = Decimal(word in YES)
    elif question.kind == kinds.NUMBER and NUMBER.match(text):
        number = Decimal(text.replace(",", "."))
    elif question.kind == kinds.CHOICE:
        both = zip(*question.choices_in_both, strict=True)
        number = next((Decimal(n) for n, words in enumerate(both, 1) if word in {simple(w) for w in words if w}), None)
    if number is not None:
        return Answer(question=question, number=number)
    if (why := WORDS.get(word)) is not None:
        return Answer(question=question, availability=why.value)
    if word in NOTHING and question.kind != kinds.TEXT:
        return None
    if question.kind == kinds.TEXT:
        return Answer(question=question, text=text)
    wanted = {
        kinds.YES_NO: _("Write “yes” or “no”, or why there is no answer: “not recorded”, “not asked”, “refused”."),
        kinds.NUMBER: _("Write a number with at most two decimals, or why there is none: “not recorded”, “not asked”."),
        kinds.CHOICE: _("This is none of the choices: %(choices)s.")
        % {"choices": ", ".join(words for _n, words in question.options)},
    }
    raise Wrong(wanted[kinds(question.kind)])


def _label_of_grounds(standard: Standard) -> str:
    return _("%(rating)s: grounds") % {"rating": label_of_standard(standard)}


def _names(standard: Standard) -> list[str]:
    return [name for name in (standard.name_en, standard.name_nl) if name]


def _used_by_several(names: Iterable[tuple[str, str]]) -> set[str]:
    """Return the names that stand for more than one column: a heading that is such a name tells nothing."""
    return {name for name, count in Counter(name for name, _key in set(names)).items() if count > 1}
