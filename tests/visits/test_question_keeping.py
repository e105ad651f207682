"""Scales, question sets and themes: drafts, versions that stay, who keeps what; pages and the database."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.formats import date_format

from npmportal.models import AuditEvent
from tests.factories import person
from tests.visits.question_tools import Y2020, questions_of, scale_of
from visits.actions import versions as actions
from visits.models import Grade, Question, QuestionSet, QuestionVersion, RatingScale, ScaleVersion, Standard, Theme

Y2024 = date(2024, 1, 1)


@pytest.fixture
def beta_lead(beta):
    return person("body_lead", beta, name="Bea Lead")


@pytest.fixture
def prisons(mechanism):
    return mechanism.settings.get(slug="prisons")


def url_of(name, owner=None, **more):
    if owner is not None:
        more |= {"kind": "scales" if isinstance(owner, RatingScale) else "sets", "pk": owner.pk}
    return reverse(f"visits:{name}", kwargs={"npm": "examplia"} | more)


def typed(prefix, *rows):
    """Return rows of a draft as the browser sends them."""
    sent = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        sent |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return sent


# -- What was published stays -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("model", [Standard, Grade, Question])
def test_content_of_a_published_version_cannot_change(alpha, prisons, alpha_lead, model):
    scale_of(alpha, alpha_lead)
    questions_of(alpha, prisons, alpha_lead)
    row = model.objects.first()
    acts = [
        lambda: model.objects.filter(pk=row.pk).update(position=9),
        lambda: model.objects.filter(pk=row.pk).delete(),
        lambda: model.objects.create(version=row.version, **{"text_en" if model is Question else "name_en": "More"}),
    ]

    for act in acts:
        with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
            act()


@pytest.mark.parametrize("model", [ScaleVersion, QuestionVersion])
def test_published_version_cannot_be_moved_or_deleted(alpha, prisons, alpha_lead, model):
    scale_of(alpha, alpha_lead)
    questions_of(alpha, prisons, alpha_lead)
    for act in (
        lambda: model.objects.update(starts_on=Y2024),
        lambda: model.objects.update(note="new"),
        lambda: model.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
            act()

    model.objects.update(ends_on=Y2024)


def test_content_of_a_draft_cannot_be_put_into_a_published_version(alpha, alpha_lead):
    scale = scale_of(alpha, alpha_lead)
    draft = actions.new_version(owner=scale, by=alpha_lead)
    published = scale.versions.published().get()

    with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
        draft.standards.update(version=published)


def test_two_versions_never_hold_on_the_same_day(alpha, alpha_lead):
    scale = scale_of(alpha, alpha_lead)

    with pytest.raises(IntegrityError, match="one_at_a_time"), transaction.atomic():
        scale.versions.create(starts_on=Y2024)
    with pytest.raises(IntegrityError, match="one_draft"), transaction.atomic():
        scale.versions.bulk_create([ScaleVersion(scale=scale), ScaleVersion(scale=scale)])


# -- Acts -------------------------------------------------------------------------------------------------------------
def test_new_version_is_a_copy_and_ends_the_one_before(alpha, prisons, alpha_lead):
    for owner in (scale_of(alpha, alpha_lead), questions_of(alpha, prisons, alpha_lead)):
        old = owner.versions.get()
        draft = actions.new_version(owner=owner, by=alpha_lead)

        assert actions.new_version(owner=owner, by=alpha_lead) == draft
        for name in actions.contents_of(old):
            copied = [str(row) for row in getattr(draft, name).all()]
            assert copied == [str(row) for row in getattr(old, name).all()]
            assert copied
        actions.publish(version=draft, starts_on=Y2024, by=alpha_lead)
        old.refresh_from_db()
        assert (old.starts_on, old.ends_on) == (Y2020, Y2024)
        assert owner.versions.as_at(date(2023, 12, 31)).get() == old
        assert owner.versions.as_at(Y2024).get() == draft


@pytest.mark.parametrize("day", [Y2020, date(2019, 1, 1)])
def test_version_must_begin_after_the_one_before(alpha, alpha_lead, day):
    scale = scale_of(alpha, alpha_lead)
    draft = actions.new_version(owner=scale, by=alpha_lead)

    with pytest.raises(actions.VersionRefused, match="later day"):
        actions.publish(version=draft, starts_on=day, by=alpha_lead)

    assert scale.versions.filter(starts_on=None).exists()


def test_empty_draft_is_not_published(alpha, alpha_lead):
    scale = RatingScale(mechanism=alpha.mechanism, body=alpha, name_en="Empty")
    actions.add_scale(scale=scale, settings=[], by=alpha_lead)

    with pytest.raises(actions.VersionRefused, match="nothing in it"):
        actions.publish(version=scale.versions.get(), starts_on=Y2020, by=alpha_lead)


def test_each_act_is_for_those_who_keep_it(
    alpha, prisons, alpha_lead, alpha_monitor, beta_lead, coordinator, mechanism
):
    own, common = scale_of(alpha, alpha_lead), scale_of(None, coordinator, mechanism=mechanism, name="Common")
    for owner, others in ((own, (alpha_monitor, beta_lead, coordinator)), (common, (alpha_lead, beta_lead))):
        keeper = alpha_lead if owner is own else coordinator
        draft = actions.new_version(owner=owner, by=keeper)
        acts = (
            (actions.new_version, {"owner": owner}),
            (actions.write_draft, {"version": draft, "rows": {}, "note": ""}),
            (actions.publish, {"version": draft, "starts_on": Y2024}),
            (actions.discard_draft, {"version": draft}),
        )
        for other in others:
            for act, words in acts:
                with pytest.raises(PermissionDenied), transaction.atomic():
                    act(**words, by=other)
    for other in (alpha_monitor, beta_lead, coordinator):
        with pytest.raises(PermissionDenied), transaction.atomic():
            actions.add_question_set(
                question_set=QuestionSet(mechanism=mechanism, body=alpha, setting=prisons), by=other
            )


def test_acts_are_written_down_for_the_body(alpha, alpha_lead):
    scale = scale_of(alpha, alpha_lead)
    actions.discard_draft(version=actions.new_version(owner=scale, by=alpha_lead), by=alpha_lead)

    done = list(
        AuditEvent.objects.filter(object_type="visits.ratingscale").order_by("pk").values_list("action", flat=True)
    )
    assert done == ["rating_scale.published", "rating_scale.versioned", "rating_scale.draft_discarded"]


# -- Pages ------------------------------------------------------------------------------------------------------------
def test_lead_adds_writes_and_publishes_a_scale(as_, alpha, alpha_lead, prisons):
    client = as_(alpha_lead)
    added = client.post(
        url_of("question_add", kind="scales"), {"body": alpha.pk, "name_en": "Our tests", "settings": [prisons.pk]}
    )
    scale = RatingScale.objects.get()
    standards = typed(
        "standards",
        {"name_en": "Second", "ORDER": "2"},
        {"name_en": "First", "ORDER": "1"},
        {"name_en": "", "ORDER": ""},
    )
    grades = typed("grades", {"name_en": "Good", "number": "1"}, {"name_en": "N/A", "is_not_applicable": "on"})
    written = client.post(url_of("question_write", scale), standards | grades | {"note": "The first"})
    published = client.post(url_of("question_publish", scale), {"starts_on": "2024-04-01"})

    assert [response.status_code for response in (added, written, published)] == [302] * 3
    version = scale.versions.get()
    assert (version.starts_on, version.note) == (date(2024, 4, 1), "The first")
    assert [standard.name for standard in version.standards.all()] == ["First", "Second"]
    assert [str(grade) for grade in version.grades.all()] == ["Good (1)", "N/A"]
    page = client.get(url_of("question_detail", scale)).content.decode()
    assert f"In force from {date_format(date(2024, 4, 1))}" in page
    assert "“N/A” stands apart" in page


def test_lead_writes_questions_of_every_kind(as_, alpha, alpha_lead, prisons, mechanism):
    theme = Theme.objects.create(mechanism=mechanism, name_en="Food")
    client = as_(alpha_lead)
    client.post(url_of("question_add", kind="sets"), {"body": alpha.pk, "setting": prisons.pk})
    owner = QuestionSet.objects.get()
    rows = [
        {"text_en": "Warm?", "kind": "yes_no", "theme": theme.pk},
        {"text_nl": "Hoe schoon?", "kind": "choice", "choices_nl": "Schoon\r\nVuil\r\n"},
    ]

    response = client.post(url_of("question_write", owner), typed("questions", *rows) | {"note": ""})

    assert response.status_code == 302
    warm, clean = Question.objects.all()
    assert (warm.theme, warm.kind, clean.choices_nl, clean.choices_en) == (theme, "yes_no", ["Schoon", "Vuil"], [])
    again = client.get(url_of("question_write", owner)).content.decode()
    assert "Schoon\nVuil" in again
    assert "Warm?" in again


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"kind": "yes_no", "help_en": "Help alone"}, "Write it in English, in Dutch, or in both."),
        ({"text_en": "Which?", "kind": "choice", "choices_en": "One"}, "at least two choices"),
        ({"text_en": "Which?", "kind": "choice", "choices_en": "A\nB", "choices_nl": "A"}, "as many choices in Dutch"),
        ({"text_en": "Which?", "kind": "number", "choices_en": "A\nB"}, "Choices belong to the kind"),
        ({"text_en": "Which?", "kind": "nonsense"}, "Select a valid choice"),
        ({"text_en": "Q" * 301, "kind": "text"}, "at most 300 characters"),
        ({"text_en": "Which?", "kind": "choice", "choices_en": "A" * 101 + "\nB"}, "at most 100 characters"),
        ({"text_en": "Which?", "kind": "yes_no", "theme": "999999999999999999999"}, "Select a valid choice"),
        ({"text_en": "Bell\x0b?", "kind": "text"}, "Remove the unprintable characters"),
        ({"text_en": "How?", "kind": "choice", "choices_en": "Good\x0bone\nPoor"}, "Remove the unprintable characters"),
    ],
)
def test_wrong_row_is_said_and_stays(as_, alpha, alpha_lead, prisons, row, said):
    owner = questions_of(alpha, prisons, alpha_lead, since=None)

    response = as_(alpha_lead).post(url_of("question_write", owner), typed("questions", row) | {"note": "kept"})

    assert response.status_code == 422
    assert "Constraint" not in response.content.decode()
    html = response.content.decode()
    assert said in html
    assert 'value="kept"' in html
    assert "<title>Error:" in html
    assert Question.objects.count() == 4


@pytest.mark.parametrize(
    "sent", [{}, {"questions-TOTAL_FORMS": "x"}, {"questions-TOTAL_FORMS": "99999", "questions-INITIAL_FORMS": "0"}]
)
def test_junk_is_answered_sensibly(as_, alpha, alpha_lead, prisons, sent):
    owner = questions_of(alpha, prisons, alpha_lead, since=None)

    response = as_(alpha_lead).post(url_of("question_write", owner), sent)

    assert response.status_code == 422
    assert Question.objects.count() == 4


def test_second_set_for_one_setting_is_refused_with_words(as_, alpha, alpha_lead, prisons):
    questions_of(alpha, prisons, alpha_lead)

    response = as_(alpha_lead).post(url_of("question_add", kind="sets"), {"body": alpha.pk, "setting": prisons.pk})

    assert "make a new version of it" in response.content.decode()
    assert QuestionSet.objects.count() == 1


def test_draft_is_seen_by_those_who_keep_it_alone(as_, alpha, alpha_lead, alpha_monitor, coordinator):
    scale = scale_of(alpha, alpha_lead, since=None)
    url = url_of("question_detail", scale)

    assert "Safety" in as_(alpha_lead).get(url).content.decode()
    for user in (alpha_monitor, coordinator):
        html = as_(user).get(url).content.decode()
        assert "Safety" not in html
        assert "Nothing has been published yet." in html


@pytest.mark.parametrize("name", ["question_write", "question_publish", "question_discard", "question_version"])
def test_pages_that_act_are_for_those_who_keep(
    as_, name, alpha, alpha_lead, alpha_monitor, beta_lead, stranger, administrator, coordinator
):
    scale = scale_of(alpha, alpha_lead)
    url = url_of(name, scale)
    expected = {alpha_monitor: 403, beta_lead: 403, coordinator: 403, administrator: 403, stranger: 404}

    assert {user: as_(user).post(url, {}).status_code for user in expected} == expected
    assert as_(None).post(url).url.startswith(reverse("account_login"))
    assert as_(alpha_lead).post(url, {}).status_code == 302
    get = as_(alpha_lead).get(url).status_code
    assert get == (405 if name in ("question_version", "question_discard") else 302)  # 302: there is no draft


@pytest.mark.parametrize("name", ["question_list", "question_detail"])
def test_pages_to_read_are_for_those_who_know_of_visits(
    as_, name, alpha, alpha_lead, alpha_reader, beta_monitor, coordinator, administrator, stranger
):
    scale = scale_of(alpha, alpha_lead)
    url = url_of(name, scale if name == "question_detail" else None)

    for user in (alpha_lead, alpha_reader, beta_monitor, coordinator):
        response = as_(user).get(url)
        assert response.status_code == 200
        assert "Alpha tests" in response.content.decode()
    assert as_(administrator).get(url).status_code == 403
    assert as_(stranger).get(url).status_code == 404
    assert as_(None).get(url).url.startswith(reverse("account_login"))
    assert as_(alpha_lead).post(url).status_code == 405


def test_kinds_that_do_not_exist_are_not_found(as_, alpha_lead):
    client = as_(alpha_lead)
    assert client.get(url_of("question_add", kind="wishes")).status_code == 404
    assert client.get(url_of("question_detail", kind="wishes", pk=1)).status_code == 404
    assert client.get(url_of("question_detail", kind="scales", pk=999)).status_code == 404


def test_coordinator_keeps_themes_and_nobody_else(as_, coordinator, alpha_lead, stranger, mechanism):
    client, add = as_(coordinator), url_of("theme_add")
    client.post(add, {"name_en": "Food", "name_nl": "Voedsel"})
    theme = Theme.objects.get()
    change = url_of("theme_change", pk=theme.pk)
    client.post(change, {"name_en": "Meals", "name_nl": "", "position": "2", "is_retired": "on"})
    theme.refresh_from_db()
    again = client.post(add, {"name_en": "Meals"})

    assert (theme.name, theme.name_nl, theme.position, theme.is_retired) == ("Meals", "", 2, True)
    assert "There is a theme of this name already." in again.content.decode()
    assert "Write it in English" in client.post(add, {}).content.decode()
    for url in (add, change):
        assert as_(alpha_lead).get(url).status_code == 403
        assert as_(stranger).get(url).status_code == 404
        assert as_(None).get(url).url.startswith(reverse("account_login"))


def test_list_asks_the_same_however_much_there_is(as_, alpha, prisons, mechanism, alpha_lead):
    scale_of(alpha, alpha_lead)
    questions_of(alpha, prisons, alpha_lead)
    client, url = as_(alpha_lead), url_of("question_list")
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(5):
        scale_of(alpha, alpha_lead, name=f"More {number}")
    questions_of(alpha, mechanism.settings.get(slug="police-custody"), alpha_lead)
    with CaptureQueriesContext(connection) as many:
        client.get(url)

    assert len(many) == len(few)
