"""What the newest invented visits are judged and asked by: common themes, a question set, a few ratings and answers."""

from datetime import date
from random import Random

from members.models import Mechanism
from visits.models import Answer, Question, QuestionSet, QuestionVersion, ScaleVersion, Theme, Visit, VisitRating

THEMES = (
    ("Safety", "Veiligheid"),
    ("Dignity and material conditions", "Waardigheid en leefomstandigheden"),
    ("Health care", "Medische zorg"),
    ("Contact with others", "Contact met anderen"),
    ("Complaints and rights", "Klachten en rechten"),
)
# English, Dutch, kind, which theme, choices in English and in Dutch.
QUESTIONS: tuple[tuple[str, str, str, int, str, str], ...] = (
    ("Was the call bell answered when tried?", "Werd de celbel beantwoord bij een proef?", "yes_no", 0, "", ""),
    ("How clean were the cells?", "Hoe schoon waren de cellen?", "choice", 1, "clean,dirty", "schoon,vuil"),
    ("Degrees Celsius in the coldest cell", "Graden Celsius in de koudste cel", "number", 1, "", ""),
    ("Can people see a nurse the same day?", "Is er dezelfde dag een verpleegkundige?", "yes_no", 2, "", ""),
    ("What did people say about complaints?", "Wat werd er gezegd over klachten?", "text", 4, "", ""),
)
SINCE = date(2019, 1, 1)
NEWEST = 40
NOTE = ("Invented: looked at two wings.", "Verzonnen: twee afdelingen bekeken.")
SAID = ("Invented: forms were there, answers came late.", "Verzonnen: formulieren aanwezig, antwoorden laat.")


def store_questions(mechanism: Mechanism, seed: str, *, dutch: bool) -> int:
    """Give ``mechanism`` themes and the bodies of its newest visits questions, once; return of how many visits."""
    if Theme.objects.filter(mechanism=mechanism).exists():
        return 0
    themes = Theme.objects.bulk_create(
        Theme(mechanism=mechanism, name_en=en, name_nl=nl, position=n) for n, (en, nl) in enumerate(THEMES)
    )
    newest = Visit.objects.filter(mechanism=mechanism, validity=Visit.Validity.VALID).order_by("-starts_on", "-id")
    visits = list(newest[:NEWEST])
    for body, setting in dict.fromkeys((visit.lead_body_id, visit.setting_id) for visit in visits):
        _ask(mechanism, body, setting, themes)
    for visit in visits:
        _fill(visit, Random(f"{seed}/{visit.pk}/questions"), int(dutch))
    return len(visits)


def _ask(mechanism: Mechanism, body: int, setting: int, themes: list[Theme]) -> None:
    owner, is_new = QuestionSet.objects.get_or_create(mechanism=mechanism, body_id=body, setting_id=setting)
    if not is_new:
        return
    version = owner.versions.create(note="Invented")
    Question.objects.bulk_create(
        Question(
            version=version,
            position=n,
            text_en=en,
            text_nl=nl,
            kind=kind,
            is_required=n == 0,
            theme=themes[theme],
            choices_en=list(filter(None, choices_en.split(","))),
            choices_nl=list(filter(None, choices_nl.split(","))),
        )
        for n, (en, nl, kind, theme, choices_en, choices_nl) in enumerate(QUESTIONS)
    )
    version.starts_on = SINCE
    version.save(update_fields=["starts_on"])


def _fill(visit: Visit, rng: Random, language: int) -> None:
    for version in ScaleVersion.objects.open_to(visit).for_page():
        grades = [grade for grade in version.grades.all() if not grade.is_not_applicable]
        VisitRating.objects.bulk_create(
            VisitRating(
                visit=visit,
                standard=standard,
                grade=rng.choice(grades) if grades else None,
                note=NOTE[language] if not grades or rng.random() < 0.2 else "",
            )
            for standard in version.standards.all()
        )
    for questions in QuestionVersion.objects.open_to(visit).for_page():
        Answer.objects.bulk_create(_answer(visit, question, rng, language) for question in questions.questions.all())


def _answer(visit: Visit, question: Question, rng: Random, language: int) -> Answer:
    if rng.random() < 0.15:
        reasons = [why for why in Answer.Availability if why != Answer.Availability.RECORDED]
        return Answer(visit=visit, question=question, availability=rng.choice(reasons))
    if question.kind == Question.Kind.TEXT:
        return Answer(visit=visit, question=question, text=SAID[language])
    numbers = {
        Question.Kind.YES_NO: rng.randint(0, 1),
        Question.Kind.CHOICE: rng.randint(1, max(len(question.choices_en), 1)),
        Question.Kind.NUMBER: rng.randint(15, 22),
    }
    return Answer(visit=visit, question=question, number=numbers[Question.Kind(question.kind)])
