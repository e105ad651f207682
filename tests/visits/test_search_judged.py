"""Grounds of ratings, answers in words and notes on needs are found by their words, by who may read them."""

import importlib
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import VisitFactory
from tests.visits.field_table_tools import main_of, with_word
from tests.visits.question_tools import questions_of, scale_of
from visits import field_table
from visits.actions.record import change_record
from visits.models import Answer, NeedExamined, Question, Standard, VisitRating, VisitText

pytestmark = pytest.mark.django_db
PARTS = ("ratings", "answers", "needs")
LABELS = {"ratings": "Safety", "answers": "What did you see?", "needs": "Needs of minors"}


@pytest.fixture
def write(alpha, alpha_lead, prison):
    """Return what stores rows with the words given (none: without) as one part of a record."""
    scale_of(alpha, alpha_lead)
    questions_of(alpha, prison.setting, alpha_lead)

    def rows_of(part, words):
        if part == "ratings":
            safety, respect = Standard.objects.order_by("position")
            good = safety.version.grades.first()
            return [VisitRating(standard=safety, grade=good, note=words), VisitRating(standard=respect, grade=good)]
        if part == "answers":
            bell, seen = Question.objects.get(position=0), Question.objects.get(position=3)
            return [Answer(question=bell, number=1), *([Answer(question=seen, text=words)] if words else [])]
        return [
            NeedExamined(group="minors", answer="examined", note=words),
            NeedExamined(group="women", answer="examined"),
        ]

    def write_part(visit, part, words):
        visit.refresh_from_db()
        rows = rows_of(part, words)
        change_record(
            visit=visit, part=part, rows=rows, expected_version=visit.version, by=alpha_lead, reason="Better."
        )

    write_part.rows_of = rows_of
    return write_part


@pytest.fixture
def page(as_):
    """Return what the search shows to somebody."""
    return lambda user, words: main_of(
        as_(user).get(reverse("visits:search", kwargs={"npm": "examplia"}), {"q": words})
    )


@pytest.mark.parametrize("part", PARTS)
def test_words_are_found_by_who_reads_them_until_they_are_changed(
    part, write, page, draft, coordinator, alpha_reader, outsider
):
    write(draft, part, "Cold meals at night; koude maaltijden.")

    assert "<mark>" not in page(coordinator, "meal nights")
    draft.refresh_from_db()
    draft.state = "submitted"
    draft.save(update_fields=["state"])
    for words, marked in (("meal nights", "<mark>meals</mark>"), ("koude maaltijd", "<mark>maaltijden</mark>")):
        for user in (coordinator, alpha_reader):
            found = page(user, words)
            assert marked in found
            assert f"<dt>{LABELS[part]}</dt>" in found
            assert "1 visit" in found
        assert "No visit you may read holds these words." in page(outsider, words)
    type(draft).objects.filter(pk=draft.pk).update(state="discarded")
    assert "No visit" in page(coordinator, "meal")
    type(draft).objects.filter(pk=draft.pk).update(state="draft")
    write(draft, part, "A garden.")
    assert "No visit" in page(alpha_reader, "meal")
    assert "<mark>garden</mark>" in page(alpha_reader, "garden")
    write(draft, part, "")
    assert "No visit" in page(alpha_reader, "garden")
    assert list(draft.texts.values_list("part", flat=True)) == ["record"]


@pytest.mark.parametrize("part", PARTS)
def test_words_the_table_hides_find_count_and_show_nothing(
    part, write, page, as_, draft, coordinator, alpha_reader, monkeypatch
):
    write(draft, part, "Cold meals.")
    type(draft).objects.filter(pk=draft.pk).update(state="submitted", summary="Seen at dawn.")
    assert "<mark>meals</mark>" in page(coordinator, "meals")
    monkeypatch.setattr(field_table, "TABLE", with_word(part, "coordinator", "never"))

    hidden = page(coordinator, "meals or dawn")
    assert "<mark>dawn</mark>" in hidden
    assert "<mark>meals</mark>" not in hidden
    assert "Cold" not in hidden
    assert "No visit you may read holds these words." in page(coordinator, "meals")
    assert "<mark>dawn</mark>" in page(coordinator, "dawn -meals")
    assert "<mark>meals</mark>" in page(alpha_reader, "meals")
    listed = reverse("visits:visit_list", kwargs={"npm": "examplia"})
    for user, rows in ((coordinator, []), (alpha_reader, [draft.pk])):
        assert [row.pk for row in as_(user).get(listed, {"words": "meals"}).context["rows"]] == rows


@pytest.mark.parametrize("part", PARTS)
def test_words_are_kept_with_many_rows_at_once_and_go_with_them(part, write, prison, alpha):
    visits = VisitFactory.create_batch(3, place=prison, lead_body=alpha)
    rows = [
        row for visit, words in zip(visits, ("Mould.", "", "Damp."), strict=True) for row in write.rows_of(part, words)
    ]
    for number, row in enumerate(rows):
        row.visit = visits[number // 2] if part != "answers" else visits[(0, 0, 1, 2, 2)[number]]
    model, text = type(rows[0]), "text" if part == "answers" else "note"
    kept = VisitText.objects.filter(part=part)

    model.objects.bulk_create(rows)
    assert set(kept.values_list("visit", flat=True)) == {visits[0].pk, visits[2].pk}
    # One that is stored over another, as an import does.
    changed = write.rows_of(part, "Dry.")
    for row in changed:
        row.visit = visits[0]
    key = {"ratings": "standard", "answers": "question", "needs": "group"}[part]
    model.objects.bulk_create(changed, update_conflicts=True, unique_fields=["visit", key], update_fields=[text])
    assert kept.filter(words="dry").get().visit == visits[0]
    assert not kept.filter(words="mould").exists()
    # What was there before the table of words was: filled in, and nothing twice.
    before = sorted(kept.values_list("visit", "words"))
    VisitText.objects.filter(visit=visits[2], part=part).delete()
    filling = importlib.import_module("visits.migrations.0037_words_of_judgements_filled")
    filling.BATCH = 1
    filling.fill(None, SimpleNamespace(connection=connection))
    assert sorted(kept.values_list("visit", "words")) == before
    refused = {"availability": "refused", "number": None} if part == "answers" else {}
    model.objects.filter(visit=visits[0]).update(**{text: ""}, **refused)
    assert set(kept.values_list("visit", flat=True)) == {visits[2].pk}
    model.objects.all().delete()
    assert not kept.exists()


def test_queries_do_not_grow_with_what_is_judged(write, as_, coordinator, prison, alpha):
    client, address = as_(coordinator), reverse("visits:search", kwargs={"npm": "examplia"})

    def counted():
        with CaptureQueriesContext(connection) as queries:
            assert b"<mark>mould</mark>" in client.get(address, {"q": "mould"}).content
        return len(queries)

    def judged():
        visit = VisitFactory(place=prison, lead_body=alpha)
        for part in PARTS:
            write(visit, part, "mould")
        type(visit).objects.filter(pk=visit.pk).update(state="submitted")

    judged()
    counted()  # the register is remembered from the first page on
    before = counted()
    for _visit in range(3):
        judged()
    assert counted() == before
