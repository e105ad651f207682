"""A body's own file becomes its visits: new, changed, unchanged, or wrong and not written."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from npmportal.jobs import JobError
from npmportal.models import AuditEvent
from tests.factories import PlaceFactory, VisitFactory
from tests.visits.import_files import HEADER, checked, csv_bytes, received, stored
from visits.actions import imports
from visits.actions.visits import next_reference
from visits.importing import jobs as import_jobs
from visits.importing.files import forget_expired
from visits.models import (
    Import,
    PlaceCode,
    Visit,
    VisitCombination,
    VisitEvent,
    VisitFigure,
    VisitNumber,
)

GOOD = ["A-1", "Quozandel Prison (invented)", "14/05/2024", "Routine monitoring", "Unannounced", "Quiet."]


@pytest.fixture
def batch(prison, alpha, alpha_lead):
    return received(
        csv_bytes([GOOD, ["A-2", *GOOD[1:2], "2024-05-31", "In-depth", "announced", ""]]), alpha, alpha_lead
    )


def test_columns_are_guessed_from_their_headings(batch):
    assert batch.state == Import.State.OPEN
    assert list(batch.columns.values()) == ["reference", "place", "starts_on", "kind", "notice", "summary"]


def test_rows_become_drafts_with_references_events_and_one_audit_event(batch, alpha, alpha_lead, prison):
    batch = checked(batch, alpha_lead, date_order="dmy")
    assert batch.state == Import.State.CHECKED, batch.job.error
    assert batch.counts["new"] == 2
    assert not Visit.objects.exists()

    batch = stored(batch, alpha_lead)

    assert batch.state == Import.State.DONE, batch.job.error
    first, second = Visit.objects.order_by("reference")
    assert (first.reference, first.starts_on, first.kind, first.notice) == (
        "A-1",
        date(2024, 5, 14),
        "routine",
        "unannounced",
    )
    assert (second.kind, second.notice, second.ends_on) == ("in_depth", "announced", date(2024, 5, 31))
    assert first.state == "draft"
    assert (first.place_id, first.setting_id, first.body_ids) == (prison.pk, prison.setting_id, [alpha.pk])
    assert first.created_by == alpha_lead
    assert VisitCombination.objects.filter(body_ids=[alpha.pk], kind="routine").exists()
    event = AuditEvent.objects.get(action="import.done")
    assert (event.object_id, event.details["new"], event.body_ids) == (str(batch.pk), 2, [alpha.pk])
    assert not AuditEvent.objects.filter(action="visit.logged").exists()


def test_a_second_run_changes_nothing(batch, alpha, alpha_lead):
    stored(checked(batch, alpha_lead, date_order="dmy"), alpha_lead)

    again = checked(received(csv_bytes([GOOD]), alpha, alpha_lead), alpha_lead, date_order="dmy")

    assert (again.counts["unchanged"], again.counts["new"], again.counts["updated"]) == (1, 0, 0)


def test_a_changed_row_updates_its_draft_and_keeps_what_stood_there(batch, prison, alpha, alpha_lead):
    stored(checked(batch, alpha_lead, date_order="dmy"), alpha_lead)
    changed = [*GOOD[:3], "Follow-up", *GOOD[4:5], ""]

    second = checked(received(csv_bytes([changed]), alpha, alpha_lead), alpha_lead, date_order="dmy")
    assert (second.counts["updated"], second.counts["new"]) == (1, 0)
    second = stored(second, alpha_lead)

    visit = Visit.objects.get(reference="A-1")
    assert (visit.kind, visit.version) == ("follow_up", 2)
    assert visit.summary == "Quiet."  # an empty cell takes nothing away
    assert visit.changes.get().fields == {"kind": ["routine", "follow_up"]}
    assert second.visits.get().before == {"kind": "routine"}

    imports.undo_import(batch=second, reason="Wrong kind.", by=alpha_lead)
    visit.refresh_from_db()
    assert (visit.kind, visit.version) == ("routine", 3)


def test_partners_make_a_joint_visit(prison, alpha, beta, alpha_lead, beta_monitor):
    content = csv_bytes([[*GOOD, "BETA; ALPHA"], ["A-2", *GOOD[1:], "Beta Inspectorate"]], [*HEADER, "Joint with"])

    stored(checked(received(content, alpha, alpha_lead), alpha_lead, date_order="dmy"), alpha_lead)

    visits = Visit.objects.all()
    assert [visit.body_ids for visit in visits] == [[alpha.pk, beta.pk]] * 2
    assert Visit.objects.visible_to(beta_monitor).count() == 2


def test_rows_without_a_reference_get_one_and_are_known_again(prison, alpha, alpha_lead):
    VisitNumber.objects.create(body=alpha, year=2024, last=7)
    VisitFactory(place=prison, lead_body=alpha, reference="ALPHA-2024-0009", starts_on=date(2024, 1, 1))
    rows = [["", *GOOD[1:2], f"2024-05-{day}", *GOOD[3:]] for day in (14, 15)]

    first = stored(checked(received(csv_bytes(rows), alpha, alpha_lead), alpha_lead), alpha_lead)

    assert first.state == Import.State.DONE, first.job.error
    made = Visit.objects.filter(imported__batch=first).order_by("starts_on")
    assert [visit.reference for visit in made] == ["ALPHA-2024-0008", "ALPHA-2024-0010"]
    again = checked(received(csv_bytes(rows), alpha, alpha_lead), alpha_lead)
    assert (again.counts["skipped"], again.counts["new"]) == (2, 0)
    assert next_reference(VisitFactory.build(lead_body=alpha, place=prison, starts_on=date(2024, 1, 1))) not in {
        visit.reference for visit in Visit.objects.all()
    }


def test_a_file_may_bring_the_reference_that_would_have_been_given(prison, alpha, alpha_lead):
    rows = [["", *GOOD[1:2], "2024-05-14", *GOOD[3:]], ["ALPHA-2024-0001", *GOOD[1:2], "2024-05-15", *GOOD[3:]]]

    batch = stored(checked(received(csv_bytes(rows), alpha, alpha_lead), alpha_lead), alpha_lead)

    assert batch.state == Import.State.DONE, batch.job.error
    assert {visit.reference for visit in Visit.objects.all()} == {"ALPHA-2024-0001", "ALPHA-2024-0002"}


def test_places_are_found_by_own_code_official_code_and_former_name(prison, alpha, beta, alpha_lead):
    other = PlaceFactory(mechanism=alpha.mechanism, name="Vrimble")
    codes = PlaceCode.objects
    codes.create(mechanism=alpha.mechanism, place=prison, body=alpha, code="12")
    codes.create(mechanism=alpha.mechanism, place=other, body=beta, code="12")
    codes.create(mechanism=alpha.mechanism, place=other, code="VRI")
    rows = [[f"A-{n}", name, "2024-05-14", *GOOD[3:]] for n, name in enumerate(["12", "VRI", "vrimble "])]

    stored(checked(received(csv_bytes(rows), alpha, alpha_lead), alpha_lead), alpha_lead)

    found = Visit.objects.order_by("reference").values_list("place__name", flat=True)
    assert list(found) == [prison.name, "Vrimble", "Vrimble"]


def test_complete_visits_are_handed_in_where_that_was_asked_for(prison, alpha, alpha_lead):
    rows = [[*GOOD, "full"], ["A-2", *GOOD[1:], ""]]
    batch = received(csv_bytes(rows, [*HEADER, "Access"]), alpha, alpha_lead)

    batch = stored(checked(batch, alpha_lead, date_order="dmy", hand_in=True), alpha_lead)

    assert batch.counts["handed_in"] == 1
    first, second = Visit.objects.order_by("reference")
    assert (first.state, second.state) == ("submitted", "draft")
    assert first.submitted_at is not None
    event = VisitEvent.objects.get()
    assert (event.visit, event.transition, event.by) == (first, "submit", alpha_lead)
    with pytest.raises(imports.ImportRefused, match="used"):
        imports.undo_import(batch=batch, reason="No.", by=alpha_lead)


@pytest.mark.parametrize("use", ["changed", "submitted", "noted"])
def test_what_was_used_cannot_be_undone(use, batch, alpha_lead, prison):
    batch = stored(checked(batch, alpha_lead, date_order="dmy"), alpha_lead)
    visit = Visit.objects.get(reference="A-1")
    if use == "noted":
        VisitFigure.objects.create(visit=visit, measure="held", value=3)
    else:
        Visit.objects.filter(pk=visit.pk).update(
            **{"changed": {"version": 2}, "submitted": {"state": "submitted"}}[use]
        )

    if use == "noted":
        imports.undo_import(batch=batch, reason="No.", by=alpha_lead)
        batch.refresh_from_db()
        assert "can no longer be undone" in batch.job.error
    else:
        with pytest.raises(imports.ImportRefused, match="used"):
            imports.undo_import(batch=batch, reason="No.", by=alpha_lead)

    assert Visit.objects.count() == 2


def test_somebody_who_lost_the_right_meanwhile_writes_nothing(batch, alpha, alpha_lead):
    batch = checked(batch, alpha_lead, date_order="dmy")
    alpha_lead.groups.clear()

    with pytest.raises(imports.PermissionDenied):
        imports.store_rows(batch=batch, only_good=False, by=alpha_lead)

    assert not Visit.objects.exists()


def test_a_step_that_fails_leaves_nothing_and_is_done_once_afterwards(batch, alpha_lead, monkeypatch):
    batch = checked(batch, alpha_lead, date_order="dmy")
    publish = import_jobs._publish

    def cannot(*args):
        raise JobError("The disk is full.")

    monkeypatch.setattr(import_jobs, "_publish", cannot)
    batch = stored(batch, alpha_lead)
    assert batch.job.state == "failed"
    assert not Visit.objects.exists()

    monkeypatch.setattr(import_jobs, "_publish", publish)
    assert imports.retry_import(batch=batch, by=alpha_lead)

    assert Visit.objects.count() == 2


def test_files_are_removed_when_their_time_is_over(batch, alpha_lead, django_capture_on_commit_callbacks):
    storage, name = batch.rows.storage, batch.rows.name
    assert forget_expired() == 0
    Import.objects.update(expires_at=timezone.now())

    with django_capture_on_commit_callbacks(execute=True):
        assert forget_expired() == 1

    assert not storage.exists(name)
    assert Import.objects.get().rows == ""


def test_no_other_body_and_no_coordinator_learns_of_an_import(
    prison, alpha, alpha_lead, beta_monitor, coordinator, as_
):
    rows = [["CANARY-1", *GOOD[1:5], "canary summary"]]
    batch = received(csv_bytes(rows), alpha, alpha_lead, name="canary-file.csv")
    stored(checked(batch, alpha_lead, date_order="dmy"), alpha_lead)

    for person in (beta_monitor, coordinator):
        client = as_(person)
        for name in ("import_list", "visit_list", "visits_csv", "place_list"):
            answer = client.get(reverse(f"visits:{name}", kwargs={"npm": alpha.mechanism.slug}))
            text = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert b"canary" not in text.lower(), (person, name)
        activity = client.get(reverse("members:activity", kwargs={"npm": alpha.mechanism.slug}))
        assert b"canary" not in activity.content.lower()
    assert (
        b"canary-file" in as_(alpha_lead).get(reverse("members:activity", kwargs={"npm": alpha.mechanism.slug})).content
    )


def test_retrying_is_written_down_or_not_done(batch, alpha_lead, monkeypatch):
    batch = checked(batch, alpha_lead, date_order="dmy")
    monkeypatch.setattr(import_jobs, "_publish", lambda *args: (_ for _ in ()).throw(JobError("The disk is full.")))
    batch = stored(batch, alpha_lead)
    assert batch.job.state == "failed"
    monkeypatch.setattr(imports.audit, "record", lambda *args, **more: (_ for _ in ()).throw(ZeroDivisionError))

    with pytest.raises(ZeroDivisionError):
        imports.retry_import(batch=batch, by=alpha_lead)

    batch.job.refresh_from_db()
    assert batch.job.state == "failed"
