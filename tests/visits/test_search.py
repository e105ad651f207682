"""Searching by words: only what the reader may read is found, counted, shown."""

import importlib
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import Affiliation
from members.models.affiliation_groups import sync_groups
from npmportal.field_table import parse
from npmportal.models import AuditEvent
from tests.factories import PlaceFactory, VisitFactory
from visits import field_table
from visits.models import Attachment, PlaceName, SavedView, Visit, VisitNote, VisitText
from visits.searching import excerpts, words
from visits.searching.excerpts import BEGIN, END, with_marks

CANARY = "quetzalcoatlus"


@pytest.fixture
def url(mechanism):
    return reverse("visits:search", kwargs={"npm": mechanism.slug})


@pytest.fixture
def place(mechanism):
    return PlaceFactory(mechanism=mechanism, name="Marlowe House", town="Quayside")


@pytest.fixture
def visit(place, alpha):
    return VisitFactory(place=place, lead_body=alpha, state="approved", summary="Mould in three cells; isolation.")


def found(response):
    return [row.pk for row, _excerpts in response.context["rows"]]


def note(visit, by, *, side="bodies", is_shared=False, text=f"A {CANARY} note", kind="note"):
    return VisitNote.objects.create(visit=visit, side=side, is_shared=is_shared, text=text, kind=kind, by=by)


def file(visit, by, **fields):
    base = {"name": f"{CANARY}.txt", "extension": "txt", "size": 1, "received_size": 1, "sha256": "a" * 64}
    return Attachment.objects.create(visit=visit, uploaded_by=by, received_sha256="a" * 64, **(base | fields))


# -- Who --------------------------------------------------------------------------------------------------------------
def test_lead_finds_own_visit(as_, alpha_lead, url, visit):
    response = as_(alpha_lead).get(url, {"q": "mould"})

    assert response.status_code == 200
    assert found(response) == [visit.pk]
    assert "<mark>Mould</mark> in three cells" in response.content.decode()


def test_stranger_404(as_, stranger, url):
    assert as_(stranger).get(url, {"q": "mould"}).status_code == 404


def test_administrator_reads_no_visits_403(as_, administrator, url):
    assert as_(administrator).get(url, {"q": "mould"}).status_code == 403


def test_anonymous_to_login(as_, url):
    assert as_(None).get(url, {"q": "mould"}).url.startswith(reverse("account_login"))


def test_wrong_method_405(as_, alpha_lead, url):
    assert as_(alpha_lead).post(url, {"q": "mould"}).status_code == 405


@pytest.mark.parametrize(
    "q", ["", " ", "\x00", "x" * 300, "'; --", "& | ! ( :* \\", "the", '"', "-", "<b>", "%", "é\ud83d"]
)
def test_whatever_is_typed_gets_an_answer(as_, alpha_lead, url, visit, q):
    response = as_(alpha_lead).get(url, {"q": q.encode("utf-8", "ignore").decode()})

    assert response.status_code == 200
    assert b"<b>" not in response.content


# -- What -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("q", "is_found"),
    [
        ("isolated", True),  # English stems
        ("ISOLATION", True),
        ("Marlowe", True),
        ("quayside mould", True),
        ("maaltijd", True),
        ("koude maaltijden", True),  # Dutch stems
        ('"three cells"', True),
        ('"cells three"', False),
        ("mould -isolation", False),
        ("fire or mould", True),
        ("fire", False),
    ],
)
def test_words(as_, alpha_lead, url, visit, q, is_found):
    Visit.objects.filter(pk=visit.pk).update(isolation_note="De maaltijden waren koud en de koude bleef.")

    assert found(as_(alpha_lead).get(url, {"q": q})) == ([visit.pk] if is_found else [])


@pytest.mark.parametrize("field", words.TEXTS)
def test_every_text_of_a_record_is_found_and_shown(as_, alpha_lead, url, visit, field):
    Visit.objects.filter(pk=visit.pk).update(**{field: CANARY})

    response = as_(alpha_lead).get(url, {"q": CANARY})

    assert found(response) == [visit.pk]
    assert f"<mark>{CANARY}</mark>" in response.content.decode()


def test_places_are_found_by_earlier_names_too_and_visits_with_them(as_, alpha_lead, url, visit, place):
    PlaceName.objects.filter(place=place).update(starts_on="2001-01-01")
    PlaceName.objects.create(place=place, name=f"{CANARY} Hall", ends_on="2001-01-01", starts_on="2000-01-01")

    response = as_(alpha_lead).get(url, {"q": CANARY})

    assert found(response) == [visit.pk]
    assert response.context["places"] == [place]


def test_a_renamed_place_takes_its_visits_with_it(as_, alpha_lead, url, visit, place):
    PlaceName.objects.filter(place=place).update(name="Dovecote")

    assert found(as_(alpha_lead).get(url, {"q": "dovecote"})) == [visit.pk]
    assert found(as_(alpha_lead).get(url, {"q": "marlowe"})) == []


def test_what_is_no_longer_there_is_not_found(as_, alpha_lead, url, visit):
    remark, photo = note(visit, alpha_lead), file(visit, alpha_lead, name="heron.txt")
    remark.delete()
    Attachment.objects.filter(pk=photo.pk).update(state="removed", taken_back_at="2024-05-14T10:00Z",
        taken_back_by=alpha_lead, taken_back_reason="Wrong")  # fmt: skip
    Visit.objects.filter(pk=visit.pk).update(summary="Dry.")

    for q in (CANARY, "heron", "mould"):
        assert found(as_(alpha_lead).get(url, {"q": q})) == []
    visit.delete()
    assert not VisitText.objects.exists()


def test_title_and_name_of_a_file(as_, alpha_lead, coordinator, url, visit):
    file(visit, alpha_lead, name="wing_b-roof.txt", title="Damp ceiling")

    for q in ("roof", "ceilings"):
        assert found(as_(coordinator).get(url, {"q": q})) == [visit.pk]


# -- Rights before counting -------------------------------------------------------------------------------------------
def everywhere(visit, by):
    Visit.objects.filter(pk=visit.pk).update(**dict.fromkeys(words.TEXTS, CANARY))
    note(visit, by, is_shared=True)
    file(visit, by)


@pytest.mark.parametrize("state", ["draft", "returned", "discarded"])
def test_words_of_drafts_are_of_the_body_alone(as_, url, visit, alpha_lead, coordinator, beta_monitor, state):
    everywhere(visit, alpha_lead)
    Visit.objects.filter(pk=visit.pk).update(state=state)

    assert found(as_(alpha_lead).get(url, {"q": CANARY})) == [visit.pk]
    for other in (coordinator, beta_monitor):
        assert_nothing(as_(other).get(url, {"q": CANARY}))


def assert_nothing(response):
    assert found(response) == []
    assert response.context["count"] == (0, False)
    content = response.content.decode().partition("<main")[2].partition("</main>")[0]
    # It stands there once: in the field it was typed into.
    assert content.count(CANARY) == 1
    assert "<mark>" not in content


def test_another_body_finds_nothing_of_an_approved_visit(as_, url, visit, alpha_lead, beta_monitor):
    everywhere(visit, alpha_lead)

    assert_nothing(as_(beta_monitor).get(url, {"q": CANARY}))
    assert AuditEvent.objects.get(action="visits.searched_by_body").details["visits"] == 0


@pytest.mark.parametrize(
    ("side", "is_shared", "seen_by"),
    [
        ("bodies", False, {"alpha_lead"}),
        ("coordinator", False, {"coordinator"}),
        ("bodies", True, {"alpha_lead", "coordinator"}),
        ("coordinator", True, {"alpha_lead", "coordinator"}),
    ],
)
def test_notes_are_found_by_their_side(request, as_, url, visit, alpha_lead, side, is_shared, seen_by):
    note(visit, alpha_lead, side=side, is_shared=is_shared)

    for name in ("alpha_lead", "coordinator", "beta_monitor"):
        response = as_(request.getfixturevalue(name)).get(url, {"q": CANARY})
        assert found(response) == ([visit.pk] if name in seen_by else []), name


def test_notes_of_bodies_are_not_found_by_somebody_of_another_body_who_is_coordinator_too(
    as_, url, visit, mechanism, beta_monitor, alpha_lead
):
    Affiliation.objects.create(user=beta_monitor, mechanism=mechanism, role="coordinator", starts_on="2020-01-01")
    sync_groups(beta_monitor)
    note(visit, alpha_lead)

    assert_nothing(as_(beta_monitor).get(url, {"q": CANARY}))
    assert found(as_(beta_monitor).get(url, {"q": "mould"})) == [visit.pk]


@pytest.fixture
def hidden(monkeypatch):
    """A network whose field table keeps the summary, the notes and the files from the coordinator."""
    lines = field_table.FILE.read_text().splitlines()
    for number, line in enumerate(lines):
        if line.startswith(("summary,", "history,", "attachments,")):
            lines[number] = line.replace("handed in", "never")
    monkeypatch.setattr(field_table, "TABLE", parse(lines, field_table.SHAPE, "test"))


def test_a_text_the_field_table_hides_is_not_found_by_its_words(as_, url, hidden, visit, coordinator, alpha_lead):
    Visit.objects.filter(pk=visit.pk).update(summary=CANARY, access_note="Locked stairwell.")
    note(visit, alpha_lead, is_shared=True)
    file(visit, alpha_lead)

    assert found(as_(alpha_lead).get(url, {"q": CANARY})) == [visit.pk]
    assert_nothing(as_(coordinator).get(url, {"q": CANARY}))
    assert found(as_(coordinator).get(url, {"q": f"stairwell {CANARY}"})) == []


def test_what_is_hidden_does_not_take_away_from_what_is_found(as_, url, hidden, visit, coordinator):
    Visit.objects.filter(pk=visit.pk).update(summary=CANARY, access_note="Locked stairwell.")

    assert found(as_(coordinator).get(url, {"q": f"stairwell -{CANARY}"})) == [visit.pk]
    assert found(as_(coordinator).get(url, {"q": "marlowe stairwell"})) == [visit.pk]


def test_the_list_filters_by_words_as_the_search_finds_and_downloads_the_same(
    as_, mechanism, alpha_lead, coordinator, visit, monkeypatch
):
    draft = VisitFactory(place=visit.place, lead_body=visit.lead_body, state="draft", summary="Mould in the draft.")
    VisitFactory(place=visit.place, lead_body=visit.lead_body, state="approved", summary="Dry.")
    names = ("visit_list", "visits_json", "saved_view_new", "search")
    listed, file, view, searched = (reverse(f"visits:{name}", kwargs={"npm": mechanism.slug}) for name in names)
    query = {"words": "mould", "place_name": "marlowe"}

    for who, expected in ((coordinator, [visit]), (alpha_lead, [draft, visit])):
        response = as_(who).get(listed, query)
        assert {row.pk for row in response.context["rows"]} == {each.pk for each in expected}
        assert [active.value for active in response.context["active"]] == ["mould", "marlowe"]
        lines = json.loads(as_(who).get(file, query).getvalue())["visits"]
        assert {row["reference"] for row in lines} == {each.reference for each in expected}
        assert "words=mould" in as_(who).get(searched, {"q": "mould"}).content.decode()
    event = AuditEvent.objects.filter(action="visits.searched").first()
    assert (event.actor, event.details) == (coordinator, {"visits": 1, "more": False, "places": 0})
    assert AuditEvent.objects.filter(action="visits.exported").get().details["filters"] == ["place_name", "words"]
    as_(alpha_lead).post(f"{view}?words=mould", {"name": "Damp"})
    assert SavedView.objects.get().query == "words=mould"
    monkeypatch.setattr(words, "RARE", 0)
    assert found_in_list(as_(coordinator).get(listed, query)) == [visit.pk]
    assert as_(coordinator).get(listed, {"words": "x" * 300}).status_code == 200


def test_the_list_finds_nothing_by_words_that_are_hidden(as_, mechanism, hidden, visit, coordinator):
    listed = reverse("visits:visit_list", kwargs={"npm": mechanism.slug})
    Visit.objects.filter(pk=visit.pk).update(summary=CANARY, access_note="Locked stairwell.")

    assert found_in_list(as_(coordinator).get(listed, {"words": CANARY})) == []
    assert found_in_list(as_(coordinator).get(listed, {"words": f"stairwell -{CANARY}"})) == [visit.pk]


def found_in_list(response):
    return [row.pk for row in response.context["rows"]]


# -- Besides ----------------------------------------------------------------------------------------------------------
def test_a_search_is_written_down_without_its_words(as_, url, visit, coordinator):
    as_(coordinator).get(url, {"q": "mould"})

    event = AuditEvent.objects.get(action="visits.searched")
    assert (event.actor, event.details) == (coordinator, {"visits": 1, "more": False, "places": 0})


def test_marks_cannot_bring_in_markup(as_, alpha_lead, url, visit):
    Visit.objects.filter(pk=visit.pk).update(summary=f"<script>alert(1)</script> {END} mould {BEGIN} <mark>")

    page = as_(alpha_lead).get(url, {"q": "mould"}).content.decode()

    assert "<script>alert" not in page
    assert page.count("<mark>") == page.count("</mark>") == 1
    assert with_marks(f"a<{BEGIN}b{END}") == "a&lt;<mark>b</mark>"


def test_texts_beyond_measure_are_stored_and_found_by_their_beginning(as_, alpha_lead, url, visit):
    long = f"{CANARY} " + " ".join(f"word{number}" for number in range(200_000))
    Visit.objects.filter(pk=visit.pk).update(summary=long)

    assert found(as_(alpha_lead).get(url, {"q": CANARY})) == [visit.pk]


def test_queries_are_constant_in_the_number_of_visits(as_, coordinator, alpha_lead, url, place, alpha):
    client = as_(coordinator)
    VisitFactory(place=place, lead_body=alpha, state="approved", summary="mould")
    client.get(url, {"q": "mould"})  # what the process keeps of the register is read the first time alone
    with CaptureQueriesContext(connection) as few:
        client.get(url, {"q": "mould"})
    for visit in VisitFactory.create_batch(12, place=place, lead_body=alpha, state="approved", summary="mould"):
        note(visit, alpha_lead, is_shared=True, text="mould")
        file(visit, alpha_lead, title="mould")
    with CaptureQueriesContext(connection) as many:
        client.get(url, {"q": "mould"})

    assert len(many) == len(few)


def test_fields_of_the_code_are_those_of_the_triggers():
    assert words.TEXTS == importlib.import_module("visits.migrations.0019_words_of_visits").FIELDS
    assert excerpts.LETTERS == 100_000


@pytest.mark.parametrize("page", ["search/?q={word}", "visits/?words={word}"])
def test_a_hidden_text_that_holds_the_word_asks_the_database_nothing_else(page, as_, visit, beta_monitor):
    """Else it could be timed, word by word, what stands in texts of others."""
    client = as_(beta_monitor)
    client.get(f"/examplia/desk/{page.format(word='warm')}")
    asked = {}
    for word in ("zzzxq", "mould"):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/examplia/desk/{page.format(word=word)}")
        asked[word] = [query["sql"].replace(word, "…") for query in queries if "visittext" in query["sql"]]
        asked[f"{word}, in all"] = len(queries)

    assert asked["zzzxq"] == asked["mould"] != []
    assert asked["zzzxq, in all"] == asked["mould, in all"]
    assert not [sql for sql in asked["mould"] if str(visit.pk) in sql]
