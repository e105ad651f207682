"""Whoever reads a restricted visit is written down, and a reviewer who reads one has looked: by whatever page."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from npmportal.models import AuditEvent
from tests.access_records import one_of_everything
from tests.factories import VisitFactory, person
from tests.test_access_table import named_arguments, targets
from tests.visits.attachment_tools import attached, url_of
from visits import actions
from visits.models import Attachment, Finding, Visit

READINGS = {"visit.read", "visit.draft_read", "attachment.downloaded", "attachment.draft_downloaded"}
# Who may see the visit stands there, and its reference: nothing that it says.
PRINTS_NO_TEXT = {"visits:visit_who"}
PRINTED = {200, 409, 422}
WAYS = {"GET": {}, "POST": {}, "a piece": {"HX-Request": "true", "X-Background": "yes"}}


@pytest.fixture
def records(mechanism, alpha, administrator, coordinator, alpha_lead):
    """One of everything, each visit restricted; its files are of a submitted one, which the coordinator reads too."""
    found = one_of_everything(mechanism, alpha, administrator, coordinator, alpha_lead)
    Attachment.objects.update(visit=found["visits"]["submitted"])
    Visit.objects.update(confidentiality="restricted", summary="CANARY of the summary")
    return found | {"visits": {state: found["visits"][state] for state in ("draft", "submitted", "approved")}}


def addresses_of_visits(records):
    for name, wanted in sorted(set(named_arguments())):
        if name.startswith(("visits:visit_", "visits:attachment_")) and "pk" in wanted:
            for _label, kwargs in targets(name, wanted, records):
                yield name, kwargs


def visit_of(kwargs):
    return Visit.objects.filter(pk=kwargs["pk"]).first() or Attachment.objects.get(pk=kwargs["pk"]).visit


def answered(client, way, path):
    """What the page answers, and which readings and looks it kept; all of it is undone."""
    with transaction.atomic():
        before = AuditEvent.objects.count()
        looked = Visit.objects.exclude(looked_at=None).count()
        response = client.generic("POST" if way == "POST" else "GET", path, "", headers=WAYS[way])
        if response.streaming:
            b"".join(response.streaming_content)
        new = AuditEvent.objects.order_by("pk")[before:]
        read = [event.object_id for event in new if event.action in READINGS]
        has_looked = Visit.objects.exclude(looked_at=None).count() > looked
        transaction.set_rollback(True)
    return response.status_code, read, has_looked


@pytest.mark.parametrize("who", ["alpha_lead", "alpha_reader", "coordinator"])
def test_every_page_of_a_restricted_visit_writes_down_who_read_it(who, request, records, as_):
    client = as_(request.getfixturevalue(who))
    silent, unseen, printed = set(), set(), set()
    for name, kwargs in addresses_of_visits(records):
        visit = visit_of(kwargs)
        for way in WAYS if "attachment" in name else ("GET", "POST"):
            status, read, has_looked = answered(client, way, reverse(name, kwargs=kwargs))
            if status not in PRINTED:
                continue
            printed.add(name)
            assert len(read) <= 1
            if not read:
                silent.add(name)
            if who == "coordinator" and visit.state == "submitted" and not has_looked:
                unseen.add(name)

    assert silent == PRINTS_NO_TEXT
    assert unseen <= PRINTS_NO_TEXT
    assert printed >= {
        "visits:visit_detail",
        "visits:visit_files",
        "visits:attachment_part",
        "visits:attachment_download",
    }
    if who == "alpha_lead":
        assert printed >= {f"visits:visit_{part}" for part in ("change", "team", "situation", "needs", "findings")}


def test_of_a_visit_that_is_not_restricted_no_reading_is_written_down(records, as_, alpha_lead):
    Visit.objects.update(confidentiality="network")

    for name, kwargs in addresses_of_visits(records):
        _status, read, _looked = answered(as_(alpha_lead), "GET", reverse(name, kwargs=kwargs))
        assert not read or name == "visits:attachment_download"


@pytest.mark.parametrize("sent", ["visit_transition return", "visit_note note", "visit_note question"])
def test_a_form_that_comes_back_with_errors_is_a_reading_and_a_look(sent, as_, draft, alpha_monitor, coordinator):
    """It comes back in the page of the visit; nobody needs to have opened that before."""
    visit = submitted_restricted(draft, alpha_monitor)
    name, _space, word = sent.partition(" ")
    more = {"transition" if name == "visit_transition" else "kind": word}

    response = as_(coordinator).post(reverse(f"visits:{name}", kwargs={"npm": "examplia", "pk": visit.pk} | more), {})

    assert response.status_code == 422
    assert "CANARY" in response.content.decode()
    assert AuditEvent.objects.filter(action="visit.read", actor=coordinator, object_id=str(visit.pk)).count() == 1
    with pytest.raises(actions.StepRefused, match="A reviewer has opened this visit already"):
        actions.take_transition(visit=visit, name="recall", by=alpha_monitor, reason="A slip.")


def test_a_conflict_prints_what_somebody_else_saved_and_is_a_reading(as_, draft, alpha_monitor, alpha_lead, entered):
    Visit.objects.filter(pk=draft.pk).update(confidentiality="restricted", version=5, summary="CANARY")
    sent = entered | {"confidentiality": "restricted", "summary": "Mine", "version": "1", "reference": draft.reference}

    response = as_(alpha_lead).post(url_of("visit_change", draft.mechanism, draft.pk), sent)

    assert response.status_code == 409
    assert "CANARY" in response.content.decode()
    assert AuditEvent.objects.filter(action="visit.draft_read", actor=alpha_lead).count() == 1


@pytest.mark.parametrize(("stored", "typed", "readings"), [("restricted", "network", 1), ("network", "restricted", 0)])
def test_what_is_typed_does_not_say_whether_it_is_a_reading(stored, typed, readings, as_, draft, alpha_lead, entered):
    """A form that comes back may hold what is stored, field by field; what was typed into it is not stored."""
    Visit.objects.filter(pk=draft.pk).update(confidentiality=stored, summary="CANARY")
    sent = entered | {"confidentiality": typed, "starts_on": "", "version": "1", "reference": draft.reference}
    sent |= {"asked": "summary", "choice_summary": "theirs"}

    response = as_(alpha_lead).post(url_of("visit_change", draft.mechanism, draft.pk), sent)

    assert "CANARY" in response.content.decode()
    assert AuditEvent.objects.filter(action="visit.draft_read", actor=alpha_lead).count() == readings


def test_what_a_form_saves_is_no_reading_of_its_own(as_, draft, alpha_lead):
    Visit.objects.filter(pk=draft.pk).update(confidentiality="restricted")

    address = reverse("visits:visit_note", kwargs={"npm": "examplia", "pk": draft.pk, "kind": "note"})
    response = as_(alpha_lead).post(address, {"text": "Beside it.", "is_shared": ""})

    assert response.status_code == 302
    assert not AuditEvent.objects.filter(action__in=READINGS).exists()


def submitted_restricted(draft, by):
    Visit.objects.filter(pk=draft.pk).update(confidentiality="restricted", summary="CANARY of the summary")
    Finding.objects.create(visit=draft, kind="concern", text="CANARY of a finding", position=1)
    draft.refresh_from_db()
    return actions.take_transition(visit=draft, name="submit", by=by)


# -- A piece of a page that fetches itself every two seconds ----------------------------------------------------------
@pytest.fixture
def piece(draft, alpha_lead, no_broker):
    Visit.objects.filter(pk=draft.pk).update(confidentiality="restricted")
    return attached(draft, alpha_lead, title="CANARY of a title")


def test_a_piece_that_fetches_itself_is_one_reading(as_, draft, piece, alpha_lead):
    client, address = as_(alpha_lead), url_of("attachment_part", draft.mechanism, piece.pk)
    readings = AuditEvent.objects.filter(action="visit.draft_read", actor=alpha_lead)
    client.get(url_of("visit_files", draft.mechanism, draft.pk))
    assert readings.count() == 1

    for _time in range(3):
        client.get(address, headers=WAYS["a piece"])

    assert readings.count() == 1


def test_a_piece_that_nobody_opened_a_page_for_is_a_reading_too(
    as_, draft, piece, alpha_lead, alpha_reader, monkeypatch
):
    address = url_of("attachment_part", draft.mechanism, piece.pk)
    as_(alpha_lead).get(url_of("visit_files", draft.mechanism, draft.pk))  # another person’s reading
    client = as_(alpha_reader)

    assert "CANARY" in client.get(address, headers=WAYS["a piece"]).content.decode()
    client.get(address, headers=WAYS["a piece"])
    assert AuditEvent.objects.filter(action="visit.draft_read", actor=alpha_reader).count() == 1

    later = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr("visits.actions.transitions.timezone.now", lambda: later)
    as_(alpha_reader).get(address, headers=WAYS["a piece"])
    assert AuditEvent.objects.filter(action="visit.draft_read", actor=alpha_reader).count() == 2


# -- A reviewer who reads what was submitted, elsewhere than on the page of the visit ---------------------------------
@pytest.fixture
def submitted(draft, alpha_monitor):
    Visit.objects.filter(pk=draft.pk).update(summary="The quokka was warm.")
    Finding.objects.create(visit=draft, kind="concern", text="Cold cells.", position=1)
    draft.refresh_from_db()
    return actions.take_transition(visit=draft, name="submit", by=alpha_monitor)


def looked_at(visit):
    return Visit.objects.get(pk=visit.pk).looked_at


def read(client, path, **query):
    response = client.get(f"/examplia/desk/{path}", query)
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize("path", ["visits.json", "visits.csv", "visits.xlsx", "search/?q=quokka", "places/{place}/"])
def test_a_reviewer_who_reads_what_was_submitted_elsewhere_has_looked(path, as_, submitted, coordinator):
    read(as_(coordinator), path.format(place=submitted.place_id))

    assert looked_at(submitted) is not None


@pytest.mark.parametrize("path", ["visits.json", "search/?q=quokka", "places/{place}/"])
def test_who_submitted_it_or_does_not_review_has_not_looked(path, as_, submitted, alpha_monitor, alpha_reader):
    for user in (alpha_monitor, alpha_reader):
        read(as_(user), path.format(place=submitted.place_id))

    assert looked_at(submitted) is None


def test_a_lead_who_submitted_it_has_not_looked_and_another_has(as_, draft, alpha, alpha_lead):
    visit = actions.take_transition(visit=draft, name="submit", by=alpha_lead)
    read(as_(alpha_lead), "visits.json")
    assert looked_at(visit) is None

    read(as_(person("body_lead", alpha, name="Ada Lead")), "visits.json")
    assert looked_at(visit) is not None


@pytest.mark.parametrize("path", ["visits/", "search/?q=Quozandel", "visits.json?state=approved", "places/"])
def test_what_prints_no_text_of_a_visit_is_no_look(path, as_, submitted, coordinator):
    read(as_(coordinator), path)

    assert looked_at(submitted) is None


def test_a_restricted_visit_that_is_found_and_not_shown_is_not_looked_at(as_, submitted, coordinator):
    Visit.objects.update(confidentiality="restricted")

    assert b"this visit is restricted" in read(as_(coordinator), "search/?q=quokka").lower()
    assert looked_at(submitted) is None


def test_what_waits_in_other_states_is_not_touched_by_a_file(as_, submitted, coordinator):
    VisitFactory(place=submitted.place, lead_body=submitted.lead_body, state="approved")
    read(as_(coordinator), "visits.json")

    assert Visit.objects.exclude(looked_at=None).get() == submitted
