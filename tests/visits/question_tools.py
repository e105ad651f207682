"""Scales and question sets for tests, published or in draft."""

from datetime import date

from visits.actions.versions import publish
from visits.models import Grade, Question, QuestionSet, RatingScale, Standard

Y2020 = date(2020, 1, 1)


def scale_of(
    body, keeper, *, mechanism=None, since=Y2020, grades=("Good", "Fair", "Poor"), name="Alpha tests", settings=()
):
    """Return a scale of two standards, Safety and Respect, published from ``since`` (None: a draft)."""
    scale = RatingScale.objects.create(
        mechanism=mechanism or body.mechanism, body=body, name_en=name, slug=name.lower().replace(" ", "-")
    )
    scale.settings.set(settings)
    version = scale.versions.create()
    for position, (english, dutch) in enumerate((("Safety", "Veiligheid"), ("Respect", "Respect"))):
        Standard.objects.create(version=version, name_en=english, name_nl=dutch, position=position)
    for position, grade in enumerate(grades):
        Grade.objects.create(version=version, name_en=grade, position=position, number=len(grades) - position)
    if since:
        publish(version=version, starts_on=since, by=keeper)
    return scale


QUESTIONS = (
    {"text_en": "Was the bell answered?", "text_nl": "Werd de bel beantwoord?", "kind": "yes_no"},
    {"text_en": "Degrees in the cell", "kind": "number"},
    {"text_en": "How clean?", "kind": "choice", "choices_en": ["Clean", "Dirty"], "choices_nl": ["Schoon", "Vuil"]},
    {"text_en": "What did you see?", "kind": "text", "help_en": "Without names."},
)


def questions_of(body, setting, keeper, *, since=Y2020, questions=QUESTIONS):
    """Return a question set with one question of each kind, published from ``since`` (None: a draft)."""
    question_set = QuestionSet.objects.create(mechanism=body.mechanism, body=body, setting=setting)
    version = question_set.versions.create()
    for position, question in enumerate(questions):
        Question.objects.create(version=version, position=position, **question)
    if since:
        publish(version=version, starts_on=since, by=keeper)
    return question_set
