"""Standards and questions that a body calls needed for the annual return, and the meter that says which are missing."""

from datetime import date

import pytest
from django.urls import reverse

from tests.visits.question_tools import Y2020, questions_of, scale_of
from tests.visits.test_question_keeping import typed, url_of
from visits.actions.versions import new_version, publish
from visits.models import Answer, Grade, Question, Standard, Visit, VisitRating
from visits.models.completeness import parts_of

BOTH = frozenset({"ratings", "answers", "validity"})


def status_of(visit, sees=BOTH):
    visit = Visit.objects.for_detail().get(pk=visit.pk)
    return {part.name: (part.status.value, part.missing) for part in parts_of(visit, sees)}


@pytest.fixture
def needed(alpha, alpha_lead, draft):
    """A scale and a question set of which some is needed, in force."""
    scale, asked = scale_of(alpha, None, since=None), questions_of(alpha, draft.setting, None, since=None)
    Standard.objects.update(is_required=True)
    Question.objects.filter(kind__in=["yes_no", "text"]).update(is_required=True)
    for owner in (scale, asked):
        publish(version=owner.versions.get(), starts_on=Y2020, by=alpha_lead)


def test_meter_counts_what_the_body_needs_and_the_visit_lacks(needed, draft):
    bell, seen = Question.objects.filter(is_required=True)
    assert status_of(draft) == {"ratings": ("not_started", []), "answers": ("not_started", [])}

    VisitRating.objects.create(visit=draft, standard=Standard.objects.first(), grade=Grade.objects.first())
    Answer.objects.create(visit=draft, question=bell, availability="refused")
    assert status_of(draft) == {
        "ratings": ("in_progress", ["Respect"]),
        "answers": ("in_progress", ["What did you see?"]),
    }

    VisitRating.objects.create(visit=draft, standard=Standard.objects.last(), note="Words.")
    Answer.objects.create(visit=draft, question=seen, text="A bed.")
    assert {status for status, _missing in status_of(draft).values()} == {"completed"}
    assert status_of(draft, frozenset({"ratings"})).keys() == {"ratings"}
    Visit.objects.filter(pk=draft.pk).update(validity="refused")  # at a closed door nothing was judged
    assert status_of(draft) == {}


def test_what_was_said_by_another_version_counts_and_is_not_asked_twice(needed, alpha_lead, draft):
    by_version = [Standard.objects.get(name_en="Safety"), Question.objects.get(kind="yes_no")]
    VisitRating.objects.create(visit=draft, standard=by_version[0], grade=Grade.objects.first())
    Answer.objects.create(visit=draft, question=by_version[1], availability="refused")
    for one in by_version:
        version = new_version(owner=one.version.owner, by=alpha_lead)
        publish(version=version, starts_on=date(2024, 6, 1), by=alpha_lead)
    Visit.objects.filter(pk=draft.pk).update(starts_on=date(2024, 7, 1), ends_on=date(2024, 7, 1))

    assert status_of(draft) == {
        "ratings": ("in_progress", ["Respect"]),
        "answers": ("in_progress", ["What did you see?"]),
    }


def test_nothing_needed_is_nothing_missing_and_costs_no_query(alpha, alpha_lead, draft, django_assert_num_queries):
    scale_of(alpha, alpha_lead)
    questions_of(alpha, draft.setting, alpha_lead)
    visit = Visit.objects.for_detail().get(pk=draft.pk)

    with django_assert_num_queries(0):
        assert parts_of(visit, BOTH) == []


def test_lead_ticks_it_in_the_draft_and_the_pages_say_so(as_, alpha, alpha_lead, alpha_monitor, draft):
    asked = questions_of(alpha, draft.setting, None, since=None)
    rows = [{"text_en": "Any bruises?", "kind": "yes_no", "is_required": "on"}, {"text_en": "More?", "kind": "text"}]
    lead = as_(alpha_lead)
    lead.post(url_of("question_write", asked), typed("questions", *rows) | {"note": ""})
    publish(version=asked.versions.get(), starts_on=Y2020, by=alpha_lead)

    assert list(Question.objects.filter(is_required=True).values_list("text_en", flat=True)) == ["Any bruises?"]
    assert lead.get(url_of("question_detail", asked)).content.decode().count("Needed for the annual return.") == 1
    where = {"npm": draft.mechanism.slug, "pk": draft.pk}
    form = as_(alpha_monitor).get(reverse("visits:visit_answers", kwargs=where)).content.decode()
    assert form.count("Needed for the annual return.") == 1
    page = as_(alpha_monitor).get(reverse("visits:visit_detail", kwargs=where)).content.decode()
    assert "Answers to the body’s questions" in page
