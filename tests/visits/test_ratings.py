"""Ratings and answers of a visit: the pages, what is printed, who may, and what the database keeps."""

import re
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.html import strip_tags

from tests.factories import VisitFactory
from tests.visits.question_tools import questions_of, scale_of
from visits.actions.versions import new_version, publish
from visits.models import Answer, Grade, Question, Standard, Visit, VisitChange, VisitRating

PARTS = ("ratings", "answers")


@pytest.fixture
def scale(alpha, alpha_lead):
    return scale_of(alpha, alpha_lead)


@pytest.fixture
def questions(alpha, prison, alpha_lead):
    return questions_of(alpha, prison.setting, alpha_lead)


def url_of(visit, name):
    return reverse(f"visits:visit_{name}", kwargs={"npm": visit.mechanism.slug, "pk": visit.pk})


def filled(client, visit, part, **typed):
    """Return what the page's form holds with ``typed`` filled in."""
    form = client.get(url_of(visit, part)).context["form"]
    held = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    return held | typed


def page_of(client, visit):
    html = client.get(url_of(visit, "detail")).content.decode()
    return re.sub(r"\s+", " ", strip_tags(html))


def test_visit_is_rated_and_its_page_says_so(as_, alpha_monitor, draft, scale):
    client = as_(alpha_monitor)
    safety, respect = Standard.objects.order_by("position")
    good = Grade.objects.get(name_en="Good")

    typed = filled(client, draft, "ratings", **{f"s{safety.pk}": good.pk, f"s{respect.pk}_note": "Only <in> words."})
    response = client.post(url_of(draft, "ratings"), typed)

    assert response.status_code == 302
    stored = {row.standard: (row.grade, row.note) for row in draft.ratings.all()}
    assert stored == {safety: (good, ""), respect: (None, "Only <in> words.")}
    page = page_of(client, draft)
    assert "Rated by Alpha tests" in page
    assert "Safety Good (3)" in page
    assert "Respect Only &lt;in&gt; words." in page
    change = VisitChange.objects.get(visit=draft)
    assert change.fields["ratings"][1][str(safety.pk)] == [["Safety", "Veiligheid"], ["Good (3)", ""], ""]
    assert "Safety: Not recorded → Good (3)" in page


def test_questions_of_every_kind_are_answered_or_say_why_not(as_, alpha_monitor, draft, questions):
    client = as_(alpha_monitor)
    bell, degrees, clean, seen = Question.objects.order_by("position")
    typed = {f"q{bell.pk}": "0", f"q{degrees.pk}": "17.5", f"q{clean.pk}": "2", f"q{seen.pk}_why": "refused"}

    response = client.post(
        url_of(draft, "answers"), filled(client, draft, "answers", **typed | {f"q{degrees.pk}": "x"})
    )
    assert '<optgroup label="No answer because"><option value="not_recorded">not recorded</option>' in response.text
    assert ">“Degrees in the cell”: write a number" in response.text  # the summary names the field once
    response = client.post(url_of(draft, "answers"), filled(client, draft, "answers", **typed))

    assert response.status_code == 302
    page = page_of(client, draft)
    for said in (
        "Was the bell answered? No",
        "Degrees in the cell 17.5",
        "How clean? Dirty",
        "What did you see? refused",
    ):
        assert said in page
    again = client.get(url_of(draft, "answers")).context["form"]
    assert {name: str(again[name].value()) for name in typed} == typed
    assert "Was the bell answered?: Not recorded → No" in page
    change = VisitChange.objects.get(visit=draft).fields["answers"][1]
    assert change[str(clean.pk)] == [["How clean?", ""], "recorded", ["Dirty", "Vuil"]]


def test_not_asked_is_not_no(draft, questions):
    bell = Question.objects.get(kind="yes_no")
    Answer.objects.create(visit=draft, question=bell, availability="not_asked")

    assert Answer.objects.get().stated == "not asked"
    for wrong in (
        {"availability": "refused", "number": 1},
        {"availability": "recorded"},
        {"number": 1, "text": "both"},
    ):
        with pytest.raises(IntegrityError, match="value_or_why_not"), transaction.atomic():
            Answer.objects.filter(visit=draft).update(**{"availability": "recorded", "number": None} | wrong)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"Degrees in the cell": "warm"}, "write a number with at most two decimals"),
        ({"Degrees in the cell": "1.234"}, "write a number with at most two decimals"),
        ({"Degrees in the cell": "NaN"}, "write a number with at most two decimals"),
        ({"Degrees in the cell": "9" * 30}, "write a number with at most two decimals"),
        ({"Degrees in the cell": "18", "Degrees in the cell_why": "refused"}, "not both"),
        ({"Was the bell answered?": "7"}, "Select a valid choice"),
        ({"What did you see?": "\x00"}, "unprintable"),
    ],
)
def test_what_was_typed_stays_beside_its_error(as_, alpha_monitor, draft, questions, typed, said):
    client = as_(alpha_monitor)
    names = {question.text: f"q{question.pk}" for question in Question.objects.all()}
    sent = {names[key.removesuffix("_why")] + ("_why" if key.endswith("_why") else ""): v for key, v in typed.items()}

    response = client.post(url_of(draft, "answers"), filled(client, draft, "answers", **sent))

    assert response.status_code == 200
    assert said in response.content.decode()
    assert not Answer.objects.exists()
    assert all(response.context["form"][name].value() == value for name, value in sent.items())


@pytest.mark.parametrize("value", ["999999999", "x", "-1"])
def test_grade_of_another_scale_is_refused(as_, alpha_monitor, beta, draft, scale, value):
    other = scale_of(None, None, mechanism=draft.mechanism, since=None, name="Other")
    foreign = Grade.objects.filter(version__scale=other).first()
    safety = Standard.objects.filter(version__scale=scale).first()
    client = as_(alpha_monitor)

    for sent in (value, foreign.pk):
        response = client.post(url_of(draft, "ratings"), filled(client, draft, "ratings", **{f"s{safety.pk}": sent}))
        assert "Select a valid choice" in response.content.decode()

    assert not VisitRating.objects.exists()


def test_version_of_the_first_day_counts_and_stays_with_what_was_rated(draft, scale, alpha, alpha_lead):
    from visits.models import ScaleVersion

    old = scale.versions.get()
    publish(version=new_version(owner=scale, by=alpha_lead), starts_on=date(2024, 6, 1), by=alpha_lead)
    new = scale.versions.get(starts_on=date(2024, 6, 1))
    later = VisitFactory(place=draft.place, lead_body=alpha, starts_on=date(2024, 6, 1))
    draft.refresh_from_db()
    later.refresh_from_db()
    assert list(ScaleVersion.objects.open_to(draft)) == [old]
    assert list(ScaleVersion.objects.open_to(later)) == [new]

    VisitRating.objects.create(visit=draft, standard=old.standards.first(), grade=old.grades.first())
    Visit.objects.filter(pk=draft.pk).update(starts_on=date(2024, 7, 1), ends_on=date(2024, 7, 1))
    draft.refresh_from_db()

    assert set(ScaleVersion.objects.open_to(draft)) == {old, new}


def test_scales_of_other_bodies_and_settings_are_not_offered(draft, scale, beta, mechanism, coordinator, alpha_lead):
    from tests.factories import person
    from visits.models import ScaleVersion

    custody = mechanism.settings.get(slug="police-custody")
    scale_of(beta, person("body_lead", beta), name="Beta tests")
    scale_of(draft.lead_body, alpha_lead, name="For custody", settings=[custody])
    common = scale_of(None, coordinator, mechanism=mechanism, name="Common")
    draft.refresh_from_db()  # its bodies are kept by the database

    found = {version.scale for version in ScaleVersion.objects.open_to(draft)}

    assert found == {scale, common}


def test_approved_visit_asks_why_and_goes_back_into_review(as_, alpha_monitor, draft, scale):
    Visit.objects.filter(pk=draft.pk).update(state="approved")
    client, safety = as_(alpha_monitor), Standard.objects.first()
    typed = filled(client, draft, "ratings", **{f"s{safety.pk}": Grade.objects.first().pk})

    refused = client.post(url_of(draft, "ratings"), typed)
    done = client.post(url_of(draft, "ratings"), typed | {"amend_reason": "Forgotten"})

    assert "Give a reason." in refused.content.decode()
    assert done.status_code == 302
    assert Visit.objects.get(pk=draft.pk).state == "submitted"


def test_two_people_rating_at_once_see_both(as_, alpha_monitor, alpha_lead, draft, scale):
    first, second = as_(alpha_monitor), as_(alpha_lead)
    safety, (good, fair, _poor) = Standard.objects.first(), Grade.objects.order_by("position")
    mine = filled(first, draft, "ratings", **{f"s{safety.pk}": good.pk})
    theirs = filled(second, draft, "ratings", **{f"s{safety.pk}": fair.pk})

    second.post(url_of(draft, "ratings"), theirs)
    response = first.post(url_of(draft, "ratings"), mine)

    assert response.status_code == 409
    assert draft.ratings.get().grade == fair
    text = strip_tags(response.content.decode())
    assert "Fair (2)" in text
    assert "Good (3)" in text


# -- Who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", PARTS)
def test_pages_are_for_those_who_log_for_the_body(
    as_, part, draft, scale, questions, alpha_monitor, alpha_reader, beta_monitor, stranger, coordinator
):
    url = url_of(draft, part)

    assert as_(alpha_monitor).get(url).status_code == 200
    assert as_(alpha_reader).get(url).status_code == 403
    assert as_(coordinator).get(url).status_code == 403
    assert as_(beta_monitor).get(url).status_code == 404
    assert as_(stranger).get(url).status_code == 404
    assert as_(None).get(url).url.startswith(reverse("account_login"))
    assert as_(beta_monitor).post(url, {}).status_code == 404


def test_coordinator_reads_ratings_once_handed_in(as_, coordinator, draft, scale):
    VisitRating.objects.create(visit=draft, standard=Standard.objects.first(), grade=Grade.objects.first())
    client = as_(coordinator)
    assert client.get(url_of(draft, "detail")).status_code == 404

    Visit.objects.filter(pk=draft.pk).update(state="submitted")

    assert "Safety Good (3)" in page_of(client, draft)


@pytest.mark.parametrize("part", [*PARTS, "detail"])
def test_queries_do_not_grow_with_what_is_asked(
    as_, part, alpha, alpha_lead, alpha_monitor, draft, scale, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    one = questions_of(alpha, draft.setting, alpha_lead, questions=[{"text_en": "One?"}])
    Answer.objects.create(visit=draft, question=Question.objects.get(), number=1)
    first, *others = Standard.objects.all()
    VisitRating.objects.create(visit=draft, standard=first, grade=Grade.objects.first())
    client = as_(alpha_monitor)
    client.get(url_of(draft, part))
    with CaptureQueriesContext(connection) as few:
        client.get(url_of(draft, part))

    version = new_version(owner=one, by=alpha_lead)
    for n in range(30):
        Question.objects.create(version=version, text_en=f"Question {n}?", position=n + 1)
    publish(version=version, starts_on=date(2021, 1, 1), by=alpha_lead)
    Answer.objects.bulk_create(Answer(visit=draft, question=question, number=1) for question in version.questions.all())
    for standard in others:
        VisitRating.objects.create(visit=draft, standard=standard, grade=Grade.objects.first())

    with django_assert_max_num_queries(len(few)):
        client.get(url_of(draft, part))
