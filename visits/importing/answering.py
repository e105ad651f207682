"""What a cell answers to a question of a body, or why there is no answer."""

import re
from decimal import Decimal
from functools import cache

from django.utils import translation
from django.utils.translation import gettext as _

from visits.importing.columns import LANGUAGES
from visits.importing.meanings import Meanings, loose
from visits.importing.stated import WORDS
from visits.importing.synonyms import NOTHING
from visits.importing.values import Wrong
from visits.models import Answer, Question

NUMBER = re.compile(r"-?\d{1,12}(?:[.,]\d{1,2})?$")
YES = frozenset({"yes", "y", "ja", "j", "true", "1"})
NO = frozenset({"no", "n", "nee", "neen", "false", "0"})


def choices_of(question: Question) -> Meanings[int]:
    """Return the choices of ``question`` in both languages, each with its number."""
    both = enumerate(zip(*question.choices_in_both, strict=True), 1)
    return Meanings([(words, number) for number, several in both for words in several if words])


def answer(question: Question, text: str, choices: Meanings[int], present: Answer | None) -> Answer | None:
    """Return the answer that ``text`` gives to ``question``, or says why there is none; None where it says nothing.

    ``present`` is what the visit answers already: a text that says the very same changes nothing. Raises Wrong.
    """
    if question.kind == Question.Kind.TEXT:
        why = None if present is not None and present.text == text else _reasons().get(text)
        return Answer(question=question, availability=why) if why else Answer(question=question, text=text)
    word = loose(text)
    number = _number(question, text, word, choices)
    if number is not None:
        return Answer(question=question, number=number)
    if (reason := WORDS.get(word)) is not None:
        return Answer(question=question, availability=reason.value)
    if word in NOTHING:
        return None
    raise Wrong(_wanted(question))


def _number(question: Question, text: str, word: str, choices: Meanings[int]) -> Decimal | None:
    if question.kind == Question.Kind.YES_NO:
        return Decimal(word in YES) if word in YES | NO else None
    if question.kind == Question.Kind.NUMBER:
        return Decimal(text.replace(",", ".")) if NUMBER.match(text) else None
    chosen = choices.of(text)
    return None if chosen is None else Decimal(chosen)


@cache
def _reasons() -> dict[str, str]:
    """The words by which a download says why there is no answer. Any other text, “Refused” too, is a text."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with translation.override(language):
            found |= {str(why.label): why.value for why in Answer.Availability if why != Answer.Availability.RECORDED}
    return found


def _wanted(question: Question) -> str:
    if question.kind == Question.Kind.YES_NO:
        return _("Write “yes” or “no”, or why there is no answer: “not recorded”, “not asked”, “refused”.")
    if question.kind == Question.Kind.NUMBER:
        return _("Write a number with at most two decimals, or why there is none: “not recorded”, “not asked”.")
    listed = ", ".join(words for _number, words in question.options)
    return _("This is none of the choices: %(choices)s.") % {"choices": listed}
