"""A body's own file becomes its visits: new, changed, unchanged, or wrong and not written."""

from datetime import date

import pytest

from npmportal.models import AuditEvent
from tests.visits.import_files import checked, csv_bytes, received, stored
from visits.models import Import, Visit, VisitCombination

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
