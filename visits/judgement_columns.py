"""What a column of ratings or of answers is: the same in files that leave the portal and in files that come in.

A scale and a question set have versions, and a column goes over all of them: a standard that is called the same in two
versions of one scale stands in one column, each visit’s grade in the words of the version it was judged by. Standards
of two scales, and questions of two bodies, are never one column (domain.md 3.5).

Where one visit was judged by two versions, or asked by two, each version has a column of its own, in that file: two
grades in one cell are read by nobody.
"""

import hashlib

from django.utils.translation import gettext as _

from visits.models import Question, Standard

RATING, ANSWER = "rating", "answer"
OF_GROUNDS = ".grounds"  # behind the key of a standard: the column of the grounds of its rating


def key_of_standard(standard: Standard) -> str:
    """Return what programs call the column of ``standard``, whose version is loaded."""
    return f"{RATING}.{standard.version.scale_id}.{_mark(standard.name_en or standard.name_nl)}"


def key_of_question(question: Question) -> str:
    """Return what programs call the column of ``question``, whose version and set are loaded."""
    return f"{ANSWER}.{question.version.question_set.body_id}.{_mark(question.text_en or question.text_nl)}"


def label_of_standard(standard: Standard) -> str:
    """Return what people call the column of ``standard``, whose version and scale are loaded."""
    return _("Rating: %(scale)s: %(standard)s") % {"scale": standard.version.scale.name, "standard": standard.name}


def label_of_grounds(rating: str) -> str:
    """Return what people call the column of the grounds of what they call ``rating``."""
    return _("%(rating)s: grounds") % {"rating": rating}


def label_of_question(question: Question, body: str) -> str:
    """Return what people call the column of ``question``, asked by ``body``."""
    return _("Answer: %(body)s: %(question)s") % {"body": body, "question": question.text}


def key_apart(key: str, asked: Standard | Question) -> str:
    """Return what programs call the column of ``asked`` alone, where that with ``key`` is divided."""
    return f"{key}.{asked.pk}"


def label_of_standard_apart(standard: Standard) -> str:
    """As `label_of_standard`, where each version has a column of its own. What tells them apart comes early: the import
    reads the beginning of a long heading."""
    return _("Rating (%(day)s, no. %(number)s): %(scale)s: %(standard)s") % {
        **_place_in_version(standard),
        "scale": standard.version.scale.name,
        "standard": standard.name,
    }


def label_of_question_apart(question: Question, body: str) -> str:
    """As `label_of_question`, where each version has a column of its own; the set’s setting is loaded too."""
    return _("Answer (%(setting)s, %(day)s, no. %(number)s): %(body)s: %(question)s") % {
        **_place_in_version(question),
        "setting": question.version.question_set.setting.name,
        "body": body,
        "question": question.text,
    }


def _place_in_version(asked: Standard | Question) -> dict[str, str]:
    day = asked.version.starts_on
    return {"day": day.isoformat() if day else "–", "number": str(asked.position + 1)}


def _mark(words: str) -> str:
    return hashlib.sha256(words.strip().casefold().encode()).hexdigest()[:12]
