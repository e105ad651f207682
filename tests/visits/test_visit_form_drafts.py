"""What is typed and not saved is kept on the server, for its person alone (security R-52)."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.actions.people import retire_person
from npmportal.models import AuditEvent
from tests.factories import PlaceFactory, VisitFactory, person
from visits import actions, keeping_drafts
from visits.actions import form_drafts
from visits.models import FormDraft, Visit, VisitNumber

SCRIPT = {"HTTP_ACCEPT": "application/json"}
CANARY = "Nobody had opened the yard."


@pytest.fixture
def url(mechanism):
    return reverse("visits:visit_create", kwargs={"npm": mechanism.slug})


@pytest.fixture
def keep_url(mechanism):
    return reverse("visits:draft_keep", kwargs={"npm": mechanism.slug})


@pytest.fixture
def throw_url(mechanism):
    return reverse("visits:draft_throw_away", kwargs={"npm": mechanism.slug})


@pytest.fixture
def change_url(draft):
    return reverse("visits:visit_change", kwargs={"npm": draft.mechanism.slug, "pk": draft.pk})


@pytest.fixture
def typed(entered):
    return entered | {"form_key": str(uuid.uuid4()), "summary": CANARY, "starts_on": "2024-02-30"}


def test_kept_by_script_is_offered_and_continued_as_it_was_typed(as_, alpha_monitor, url, keep_url, typed, prison):
    client = as_(alpha_monitor)

    answer = client.post(keep_url, typed, **SCRIPT)

    assert set(answer.json()) == {"at"}
    page = client.get(url)
    assert prison.name in page.text
    assert CANARY not in page.text
    form = client.get(url, {"kept": typed["form_key"]}).context["form"]
    assert {name: form[name].value() for name in typed} == typed


def test_kept_without_scripts_leads_back_to_the_form(as_, alpha_monitor, keep_url, typed):
    response = as_(alpha_monitor).post(keep_url, typed, follow=True)

    assert "Only you can see it" in response.text
    assert CANARY in response.text


def test_keeping_again_replaces_and_two_windows_do_not(as_, alpha_monitor, keep_url, typed):
    client = as_(alpha_monitor)
    for data in (typed, typed | {"summary": "Longer."}, typed | {"form_key": str(uuid.uuid4())}):
        client.post(keep_url, data, **SCRIPT)

    assert sorted(draft.data["summary"][0] for draft in FormDraft.objects.all()) == ["Longer.", CANARY]


def test_saving_ends_what_was_kept(as_, alpha_monitor, url, keep_url, typed):
    client = as_(alpha_monitor)
    client.post(keep_url, typed, **SCRIPT)

    client.post(url, typed | {"starts_on": "2024-05-14"})

    assert Visit.objects.count() == 1
    assert not FormDraft.objects.exists()
    late = client.post(keep_url, typed, **SCRIPT)  # was under way while the form was saved
    assert late.json() == {"saved": True}
    assert not FormDraft.objects.exists()


def test_refused_form_leaves_what_was_kept(as_, alpha_monitor, url, keep_url, typed):
    client = as_(alpha_monitor)
    client.post(keep_url, typed, **SCRIPT)

    client.post(url, typed)

    assert FormDraft.objects.count() == 1


def test_form_of_a_stored_visit_keeps_its_version(as_, alpha_monitor, change_url, draft, typed):
    client = as_(alpha_monitor)
    form = client.get(change_url).context["form"]
    typed |= {name: form[name].value() for name in ("version", "began", "form_key")} | {"starts_on": "2024-05-14"}

    client.post(f"{change_url}kept/", typed, **SCRIPT)

    kept = FormDraft.objects.get()
    assert (kept.visit, kept.version) == (draft, 1)
    assert "typed on" in client.get(change_url).text
    assert client.post(change_url, typed).status_code == 302
    assert not FormDraft.objects.exists()


def test_thrown_away(as_, alpha_monitor, url, keep_url, throw_url, typed):
    client = as_(alpha_monitor)
    client.post(keep_url, typed, **SCRIPT)

    assert client.post(throw_url, {"form_key": typed["form_key"]}).url == url
    assert not FormDraft.objects.exists()


# -- Nobody else ------------------------------------------------------------------------------------------------------
def test_another_person_of_the_body_never_gets_it(as_, alpha, alpha_monitor, url, keep_url, throw_url, typed):
    as_(alpha_monitor).post(keep_url, typed, **SCRIPT)
    other = as_(person("body_lead", alpha, name="Olga Other"))

    assert "did not save" not in other.get(url).text
    assert CANARY not in other.get(url, {"kept": typed["form_key"]}).text
    other.post(throw_url, {"form_key": typed["form_key"]})
    other.post(keep_url, typed | {"summary": "Mine."}, **SCRIPT)

    assert FormDraft.objects.get(user=alpha_monitor).data["summary"] == [CANARY]


@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("coordinator", 403), ("administrator", 403), ("alpha_reader", 403)]
)
def test_who_logs_no_visits_keeps_nothing(request, as_, who, status, keep_url, throw_url, alpha, typed):
    client = as_(request.getfixturevalue(who))

    assert client.post(keep_url, typed, **SCRIPT).status_code == status
    assert client.post(throw_url, typed).status_code == status
    assert not FormDraft.objects.exists()


def test_anonymous_gets_no_place_to_keep_it(as_, keep_url, typed):
    assert as_(None).post(keep_url, typed, **SCRIPT).status_code in (302, 401)
    assert not FormDraft.objects.exists()


def test_wrong_method_405(as_, alpha_monitor, keep_url, throw_url):
    client = as_(alpha_monitor)

    assert (client.get(keep_url).status_code, client.get(throw_url).status_code) == (405, 405)


@pytest.mark.parametrize(("who", "status"), [("beta_monitor", 404), ("alpha_reader", 403)])
def test_form_of_a_visit_is_kept_only_by_who_may_change_it(request, as_, who, status, change_url, typed):
    assert as_(request.getfixturevalue(who)).post(f"{change_url}kept/", typed, **SCRIPT).status_code == status


def test_retired_person_loses_it_at_once(as_, mechanism, alpha, alpha_monitor, administrator, keep_url, typed):
    as_(alpha_monitor).post(keep_url, typed, **SCRIPT)

    retire_person(user=alpha_monitor, mechanism=mechanism, by=administrator)

    assert not FormDraft.objects.exists()


def test_sweep_takes_what_is_old_and_what_belongs_to_nobody_any_more(
    as_, alpha_monitor, alpha_lead, alpha_reader, mechanism, keep_url, typed
):
    for user in (alpha_monitor, alpha_lead, alpha_reader):
        FormDraft.objects.create(user=user, mechanism=mechanism, form_key=uuid.uuid4(), data={})
    old = FormDraft.objects.filter(user=alpha_monitor)
    old.update(updated_at=timezone.now() - timedelta(days=31))

    keeping_drafts.sweep()

    assert [draft.user for draft in FormDraft.objects.all()] == [alpha_lead]


def test_nothing_is_written_down_about_it(as_, alpha_monitor, keep_url, typed, caplog):
    client = as_(alpha_monitor)
    before = AuditEvent.objects.count()

    client.post(keep_url, typed, **SCRIPT)

    assert AuditEvent.objects.count() == before
    assert CANARY not in caplog.text
    assert "2024-02-30" not in caplog.text


# -- Limits and junk --------------------------------------------------------------------------------------------------
def test_too_long_a_text_is_refused_in_words(as_, alpha_monitor, keep_url, typed, monkeypatch):
    monkeypatch.setattr(form_drafts, "MOST_CHARACTERS", 1_000)

    answer = as_(alpha_monitor).post(keep_url, typed | {"summary": "x" * 1_001}, **SCRIPT)

    assert answer.status_code == 422
    assert "too long" in answer.json()["error"]
    assert not FormDraft.objects.exists()


def test_no_more_than_so_many(as_, alpha_monitor, keep_url, typed, monkeypatch):
    monkeypatch.setattr(form_drafts, "MOST_KEPT", 2)
    client = as_(alpha_monitor)
    for _form in range(2):
        client.post(keep_url, typed | {"form_key": str(uuid.uuid4())}, **SCRIPT)

    assert client.post(keep_url, typed, **SCRIPT).status_code == 422
    assert FormDraft.objects.count() == 2


@pytest.mark.parametrize(
    "junk",
    [
        {"form_key": ""},
        {"form_key": "x"},
        {"version": "9" * 30, "summary": "a\x00b", "place": "\x00"},
        {"version": "²", "partners": ["x", "y"], "unknown": "field"},
    ],
)
def test_junk_is_no_error(as_, alpha_monitor, url, keep_url, typed, junk):
    client = as_(alpha_monitor)

    assert client.post(keep_url, typed | junk, **SCRIPT).status_code in (200, 422)
    assert client.get(url).status_code == 200
    for draft in FormDraft.objects.all():
        assert "unknown" not in draft.data
        assert client.get(url, {"kept": str(draft.form_key)}).status_code == 200


@pytest.mark.parametrize("key", ["", "x", "5e0c1f6e-7d4b-4b7c-9a53-0f2f4f6f1b9d"])
def test_unknown_key_opens_an_empty_form(as_, alpha_monitor, url, key):
    client = as_(alpha_monitor)

    assert client.get(url, {"kept": key}).status_code == 200
    assert client.get(url, {"after": key}).status_code == 200


# -- The next visit ---------------------------------------------------------------------------------------------------
def test_save_and_log_another_begins_with_the_same_body_and_day(as_, alpha_monitor, url, entered, alpha):
    response = as_(alpha_monitor).post(url, entered | {"another": "1"}, follow=True)

    form = response.context["form"]
    visit = Visit.objects.get()
    assert (form["lead_body"].value(), form["starts_on"].value(), form["place"].value()) == (
        alpha.pk,
        visit.starts_on,
        None,
    )
    assert f"{visit.reference} has been logged as a draft" in response.text


def test_logging_a_visit_asks_few_questions(as_, alpha_monitor, url, entered, django_assert_max_num_queries):
    """118 visits a second are the bar (benchmarks/writes.py); tests add two savepoints."""
    client = as_(alpha_monitor)
    client.post(url, entered | {"form_key": str(uuid.uuid4())})

    with django_assert_max_num_queries(17):
        client.post(url, entered | {"form_key": str(uuid.uuid4())})

    assert Visit.objects.count() == 2


def test_visit_of_others_gives_no_defaults(as_, alpha_monitor, beta, prison, url):
    other = VisitFactory(place=prison, lead_body=beta, starts_on="2019-03-04", ends_on="2019-03-04")

    form = as_(alpha_monitor).get(url, {"after": str(other.pk)}).context["form"]

    assert form["starts_on"].value() == timezone.localdate()


def test_number_of_a_refused_visit_is_given_to_the_next(alpha_monitor, alpha, prison):
    key = uuid.uuid4()
    for _click in range(2):
        visit = Visit(place=prison, lead_body=alpha, starts_on=timezone.localdate(), ends_on=timezone.localdate())
        actions.log_visit(visit=visit, partners=[], by=alpha_monitor, form_key=key)

    assert VisitNumber.objects.get().last == 1


def test_place_of_another_network_is_not_named_beside_what_was_kept(as_, alpha_monitor, url, mechanism, stranger):
    elsewhere = PlaceFactory(mechanism=stranger.affiliations.get().mechanism, name="Far Prison")
    FormDraft.objects.create(
        user=alpha_monitor, mechanism=mechanism, form_key=uuid.uuid4(), data={"place": [str(elsewhere.pk)]}
    )

    assert "Far Prison" not in as_(alpha_monitor).get(url).text
