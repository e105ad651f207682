"""Columns of ratings and of answers: as many as the body judges and asks by, over all published versions.

The cells of a column are read by the version that the visit was judged by already, else by the one that held on its
first day in its setting, as on the form (`ScaleVersion.open_to`): its grades, its choices. Where there are several,
each has a column of its own as well, in which a download tells of visits that were judged by two. Everything is read
once, before the first row.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils import translation
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from members.models import Mechanism, MemberBody
from visits.importing.answering import answer, choices_of
from visits.importing.columns import ANSWER, GROUNDS, LANGUAGES, RATING, Column, columns_of
from visits.importing.meanings import Meanings, loose
from visits.importing.synonyms import NOTHING
from visits.importing.values import Wrong
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
from visits.models import Grade, Import, Question, ScaleVersion, Standard, VisitRating
from visits.models.body_names import BodyNames

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


class Circumstances(NamedTuple):
    """Of a visit, what decides by which version it is judged: its first day, its setting, and its rows by the id of the
    standard or question they are about, where it stands in the portal already."""

    day: date
    setting: int
    ratings: Mapping[int, Any] = {}
    answers: Mapping[int, Any] = {}


class Judged:
    """What ``body`` judges and asks by: its own scales and questions, and the scales common to all of ``mechanism``."""

    def __init__(self, body: MemberBody, mechanism: Mechanism) -> None:
        self._body, self._mechanism = body, mechanism
        self._held: dict[str, list[_Held]] = defaultdict(list)
        self._apart: dict[str, list[_Held]] = {}  # by the columns of one version alone
        self._graded: dict[int, Meanings[Grade]] = {}
        self._choices: dict[int, Meanings[int]] = {}
        self.columns: dict[str, Column] = {}
        self._add_standards()
        self._add_questions()

    # -- Columns ------------------------------------------------------------------------------------------------------
    def _add_standards(self) -> None:
        whose = Q(version__scale__body=self._body) | Q(
            version__scale__body=None, version__scale__mechanism=self._mechanism
        )
        standards = Standard.objects.filter(whose, version__starts_on__isnull=False)
        found = (
            standards.select_related("version__scale")
            .prefetch_related("version__scale__settings")
            .order_by("version__scale", "-version__starts_on", "position", "pk")
        )
        for standard in found:
            settings = frozenset(setting.pk for setting in standard.version.scale.settings.all())
            self._hold(key_of_standard(standard), standard, settings)
        for key, several in self._held.items():
            versions = [held.asked for held in several]
            names = [name for each in versions for name in (each.name_en, each.name_nl)]
            self._add_column_of(key, versions, label_of_standard, _in_all_words(("rating", "oordeel"), names))
            for held in several if len(several) > 1 else ():
                self._apart[key_apart(key, held.asked)] = [held]
                self._add_column_of(key_apart(key, held.asked), [held.asked], label_of_standard_apart)

    def _add_column_of(
        self, key: str, versions: list[Standard], label: Callable[[Standard], str], words: Iterable[str] = ()
    ) -> None:
        """Add a column of ratings and that of their grounds, called by ``label`` as by the newest of ``versions``."""
        same: dict[str, Any] = {"table": "ratings", "is_rare": key in self._apart}
        title, others = _lazily(label, versions[0]), (*words, *_in_all_languages(label, versions))
        self.columns[key] = Column(key, RATING, title, other_names=others, **same)
        title = _lazily(_label_of_grounds, versions[0], label)
        others = tuple(_in_all_languages(lambda one: _label_of_grounds(one, label), versions))
        self.columns[f"{key}{OF_GROUNDS}"] = Column(f"{key}{OF_GROUNDS}", GROUNDS, title, other_names=others, **same)

    def _add_questions(self) -> None:
        questions = Question.objects.filter(
            version__question_set__body=self._body, version__starts_on__isnull=False
        ).select_related("version__question_set__setting")
        found: dict[str, list[Question]] = defaultdict(list)
        for question in questions.order_by("version__question_set", "-version__starts_on", "position", "pk"):
            key = key_of_question(question)
            self._hold(key, question, frozenset({question.version.question_set.setting_id}))
            found[key].append(question)
        for key, versions in found.items():
            texts = [text for each in versions for text in (each.text_en, each.text_nl)]
            words = [*_in_all_words(("answer", "antwoord"), texts), *_in_all_languages(self._label, versions)]
            title = _lazily(self._label, versions[0])
            self.columns[key] = Column(key, ANSWER, title, table="answers", other_names=tuple(words))
            for held in self._held[key] if len(versions) > 1 else ():
                name, label = key_apart(key, held.asked), self._label_apart
                self._apart[name] = [held]
                others = tuple(_in_all_languages(label, [held.asked]))
                title = _lazily(label, held.asked)
                self.columns[name] = Column(name, ANSWER, title, table="answers", other_names=others, is_rare=True)

    def _hold(self, key: str, asked: Any, settings: frozenset[int]) -> None:
        version = asked.version
        assert version.starts_on is not None, "published"
        self._held[key].append(_Held(asked, version.starts_on, version.ends_on, settings))

    def _label(self, question: Question) -> str:
        return label_of_question(question, self._called(question))

    def _label_apart(self, question: Question) -> str:
        return label_of_question_apart(question, self._called(question))

    def _called(self, question: Question) -> str:
        """Return what the body is called in downloads: by the abbreviation that it bore when this was asked."""
        day = question.version.starts_on
        assert day is not None, "published"
        name = self._names.on(self._body.pk, day)
        return name.abbreviation if name else self._body.slug

    @cached_property
    def _names(self) -> BodyNames:
        return BodyNames(self._mechanism)

    def asked_on(self, day: date, setting: int) -> Iterable[tuple[Column, list[str]]]:
        """Yield the columns of what is judged and asked on ``day`` in ``setting``, each with what can be chosen."""
        for key, several in self._held.items():
            if held := next((held for held in several if held.fits(day, setting)), None):
                is_question = isinstance(held.asked, Question)
                yield self.columns[key], self._options(held.asked) if is_question else self._listed(held.asked)

    def _options(self, question: Question) -> list[str]:
        return [words for _number, words in question.options] if question.kind in Question.LISTED else []

    def _listed(self, standard: Standard) -> list[str]:
        return [str(grade) for grade in self._grades[standard.version_id]]

    # -- Cells --------------------------------------------------------------------------------------------------------
    def read(self, name: str, text: str, visit: Circumstances) -> Any:
        """Return the rating or answer, not stored, that ``text`` in the column ``name`` says of ``visit``.

        None where it says nothing. Raises Wrong.
        """
        key = name.removesuffix(OF_GROUNDS)
        held = self._held_for(key, visit)
        if isinstance(held, Question):
            if held.pk not in self._choices:
                self._choices[held.pk] = choices_of(held)
            return answer(held, text, self._choices[held.pk], visit.answers.get(held.pk))
        if name != key:
            return VisitRating(standard=held, note=text)
        return self._rating(held, text)

    def _held_for(self, key: str, visit: Circumstances) -> Any:
        """Return the standard or question that ``visit`` has a row for already, else the one of its day. Raises
        Wrong."""
        several = self._apart.get(key) or self._held[key]
        fit = [held.asked for held in several if held.fits(visit.day, visit.setting)]
        if visit.ratings or visit.answers:
            used = visit.ratings if key.startswith(f"{RATING}.") else visit.answers
            fit = [one for one in (*fit, *(held.asked for held in several)) if one.pk in used] or fit
        if not fit:
            raise Wrong(_("On that day the body did not judge or ask by this at places of this setting."))
        return fit[0]

    def _rating(self, standard: Standard, text: str) -> VisitRating | None:
        version = standard.version_id
        grades = self._grades[version]
        if not grades:
            return VisitRating(standard=standard, note=text)
        if version not in self._graded:
            self._graded[version] = _words_of(grades)
        if grade := self._graded[version].of(text):
            return VisitRating(standard=standard, grade=grade)
        word = loose(text)
        if word in NOTHING and not (word in NOT_APPLICABLE and any(grade.is_not_applicable for grade in grades)):
            return None
        raise Wrong(_("This is no grade of that scale: %(grades)s.") % {"grades": ", ".join(map(str, grades))})

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


def _words_of(grades: list[Grade]) -> Meanings[Grade]:
    """Return the grades of a version by every word that means one of them: names, “n/a”, numbers at last."""
    numbered = [grade for grade in grades if grade.number is not None]
    names = [(name, grade) for grade in grades for name in (grade.name_en, grade.name_nl) if name]
    with_number = [(f"{name} ({grade.number})", grade) for name, grade in names if grade.number is not None]
    none = [(word, grade) for grade in grades if grade.is_not_applicable for word in NOT_APPLICABLE]
    return Meanings([*names, *with_number], none, [(str(grade.number), grade) for grade in numbered])


def _label_of_grounds(standard: Standard, label: Callable[[Standard], str]) -> str:
    return label_of_grounds(label(standard))


def _in_all_languages(label: Callable[[Any], str], versions: Iterable[Any]) -> Iterator[str]:
    """Yield what downloads ever called the column: the newest version's name is not what an older one wrote."""
    for language in LANGUAGES:
        with translation.override(language):
            yield from {label(version): None for version in versions}


def _in_all_words(kinds: Iterable[str], names: Iterable[str]) -> Iterator[str]:
    for name in dict.fromkeys(filter(None, names)):
        yield from (name, *(f"{kind} {name}" for kind in kinds))
