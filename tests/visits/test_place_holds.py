"""Something is stored about a place in the very second in which the place is merged into another: two connections."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial

import pytest
from django.db import connection, transaction

from tests.factories import PlaceFactory, VisitFactory
from tests.visits.import_files import checked, csv_bytes, received
from tests.visits.plan_tools import make_plan
from visits import actions
from visits.actions import imports, place_merges
from visits.actions.plans import change_plan
from visits.importing import checking, storing
from visits.importing import jobs as import_jobs
from visits.models import Import, Place, Plan, Visit
from visits.models.place_hold import PlaceGone, hold_places

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 60  # seconds: whoever waits so long waits for good


@pytest.fixture(autouse=True)
def _nobody_is_impatient(monkeypatch):
    monkeypatch.setattr(place_merges, "LONGEST_WAIT", "60s")


def second_record(prison):
    """A second record of the prison, with a setting of its own."""
    settings = prison.mechanism.settings.exclude(pk=prison.setting_id)
    return PlaceFactory(mechanism=prison.mechanism, jurisdiction=prison.jurisdiction, setting=settings.first())


@pytest.fixture
def twin(prison):
    return second_record(prison)


@pytest.fixture
def merging(prison, twin, coordinator):
    """Return what merges the twin, or another record, into the prison."""

    def merge(duplicate=twin):
        return place_merges.merge_places(kept=prison, duplicate=duplicate, reason="Same gate", by=coordinator)

    return merge


def beside(function):
    """Run ``function`` in a connection of its own; return where its answer will be."""

    def run():
        try:
            return function()
        finally:
            connection.close()

    threads = ThreadPoolExecutor(1)
    running = threads.submit(run)
    threads.shutdown(wait=False)
    return running


def wait_until_somebody_waits(running=None):
    """Return when a connection waits for a lock; fail where none does, with what ``running`` failed of if it did."""
    until = time.monotonic() + LONG
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees the connections it saw first
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) "
                "WHERE NOT granted AND datname = current_database())"
            )
            if cursor.fetchone()[0]:
                return
        if running is not None and running.done():
            raise AssertionError(f"it did not wait: {running.result()}")
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def log(place, body, by, **fields):
    said = {"kind": "routine", "notice": "unannounced", "starts_on": date(2024, 5, 14), "ends_on": date(2024, 5, 14)}
    visit = Visit(place=Place.objects.get(pk=place.pk), lead_body=body, **said, **fields)
    return actions.log_visit(visit=visit, partners=None, by=by)


def log_with_reference(place, body, by):
    return log(place, body, by, reference=f"OWN-{place.pk.hex[:8]}")


def change_from_elsewhere(place, body, by):
    elsewhere = PlaceFactory(mechanism=place.mechanism, setting=place.setting, jurisdiction=place.jurisdiction)
    visit = VisitFactory(place=elsewhere, lead_body=body, reference=f"MOVES-{place.pk.hex[:8]}")
    visit.place = Place.objects.get(pk=place.pk)
    return actions.change_visit(visit=visit, partners=None, expected_version=1, by=by)


def plan(place, body, by):
    return make_plan(Place.objects.get(pk=place.pk), body, by=by)


def plan_from_elsewhere(place, body, by):
    elsewhere = PlaceFactory(mechanism=place.mechanism, setting=place.setting, jurisdiction=place.jurisdiction)
    made = plan(elsewhere, body, by)
    made.place = Place.objects.get(pk=place.pk)
    return change_plan(plan=made, partners=(), team=[], expected_version=1, by=by)


WAYS = (log, log_with_reference, change_from_elsewhere, plan, plan_from_elsewhere)


def test_what_is_stored_during_a_merge_is_about_the_kept_place(prison, merging, alpha, alpha_lead):
    for way in WAYS:
        twin = second_record(prison)
        with transaction.atomic():
            merging(twin)
            storing_it = beside(partial(way, twin, alpha, alpha_lead))
            wait_until_somebody_waits(storing_it)

        made = storing_it.result(LONG)

        stored = type(made).objects.get(pk=made.pk)
        assert made.place_id == stored.place_id == prison.pk, way
        assert getattr(stored, "setting_id", prison.setting_id) == prison.setting_id, way


def test_a_merge_waits_for_what_is_being_stored_and_takes_it_along(prison, merging, alpha, alpha_lead):
    for way in WAYS:
        twin = second_record(prison)
        with transaction.atomic():
            made = way(twin, alpha, alpha_lead)
            merge = beside(partial(merging, twin))
            wait_until_somebody_waits(merge)

        moved = merge.result(LONG).moved

        assert type(made).objects.get(pk=made.pk).place_id == prison.pk, way
        assert moved[f"visits.{made._meta.model_name}.place"] == [str(made.pk)], way


def test_those_who_store_something_at_one_place_do_not_wait_for_each_other(
    prison, twin, merging, alpha, beta, alpha_lead, beta_monitor, coordinator, monkeypatch
):
    monkeypatch.setattr(place_merges, "LONGEST_WAIT", "100ms")
    twin.town = "Quozandel"
    with transaction.atomic():
        log(twin, alpha, alpha_lead)
        plan(twin, alpha, alpha_lead)
        beside(lambda: log(twin, beta, beta_monitor)).result(LONG)
        beside(lambda: actions.change_place(place=twin, expected_version=1, by=coordinator)).result(LONG)
        with pytest.raises(place_merges.MergeRefused, match="Try again in a minute"):
            beside(merging).result(LONG)

    assert Visit.objects.filter(place=twin).count() == 2
    merging()
    assert Visit.objects.filter(place=prison).count() == 2


def test_a_visit_that_goes_to_the_kept_place_during_the_merge_does_not_wait_in_a_ring(
    prison, twin, merging, alpha, alpha_lead, monkeypatch
):
    """The merge holds both places before it moves the visit; who changes the visit wants the kept place."""
    visit = VisitFactory(place=twin, lead_body=alpha)
    holds_both, move = threading.Event(), place_merges._move_facts

    def late(*places):
        holds_both.set()
        wait_until_somebody_waits()
        return move(*places)

    monkeypatch.setattr(place_merges, "_move_facts", late)
    merge = beside(merging)
    assert holds_both.wait(LONG)

    visit.place = Place.objects.get(pk=prison.pk)
    actions.change_visit(visit=visit, partners=None, expected_version=1, by=alpha_lead)

    assert merge.result(LONG).moved["visits.visit.place"] == [str(visit.pk)]
    assert Visit.objects.get().place_id == prison.pk


# -- Imports ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def batch(prison, twin, alpha, alpha_lead):
    """Rows at both places, the twin's among them twice: once of a visit that stands there already."""
    VisitFactory(place=twin, lead_body=alpha, reference="A-2", starts_on=date(2024, 5, 14), kind="routine")
    places = [prison.name, prison.name, twin.name, twin.name]
    rows = [[f"A-{n}", place, "2024-05-14", "routine", "unannounced", "New."] for n, place in enumerate(places)]
    return checked(received(csv_bytes(rows), alpha, alpha_lead), alpha_lead)


def test_rows_at_a_place_that_is_merged_while_they_are_stored_move_with_it(
    batch, prison, merging, alpha_lead, monkeypatch
):
    monkeypatch.setattr(checking, "CHUNK", 1)
    merges, show = [], import_jobs._Reporter.show

    def look(self, done):
        show(self, done)
        if not merges:
            merges.append(beside(merging))
            wait_until_somebody_waits(merges[0])

    monkeypatch.setattr(import_jobs._Reporter, "show", look)

    imports.store_rows(batch=batch, only_good=False, by=alpha_lead)
    (merge,) = merges

    assert len(merge.result(LONG).moved["visits.visit.place"]) == 2
    assert Import.objects.get().state == Import.State.DONE
    assert set(Visit.objects.values_list("place", "summary")) == {(prison.pk, "New.")}


def test_rows_at_a_place_that_was_merged_since_the_register_was_read_go_to_the_kept_one(
    batch, prison, merging, alpha_lead, monkeypatch
):
    def late(keys):
        beside(merging).result(LONG)
        return hold_places(keys)

    monkeypatch.setattr(storing, "hold_places", late)

    imports.store_rows(batch=batch, only_good=False, by=alpha_lead)

    batch = Import.objects.get()
    assert (batch.state, batch.counts["new"], batch.counts["updated"]) == (Import.State.DONE, 3, 1)
    assert set(Visit.objects.values_list("place", "setting")) >= {(prison.pk, prison.setting_id)}
    assert not Visit.objects.exclude(place=prison).exists()


# -- Chains, and places that are gone ---------------------------------------------------------------------------------
def test_a_place_is_followed_through_merges_to_the_record_that_stands(prison, twin, merging, coordinator):
    third = PlaceFactory(mechanism=prison.mechanism, jurisdiction=prison.jurisdiction, setting=prison.setting)
    merging()
    place_merges.merge_places(kept=third, duplicate=Place.objects.get(pk=prison.pk), reason="Too", by=coordinator)
    Place.objects.filter(pk=twin.pk).update(merged_into=prison)  # as it was read before the second merge

    with transaction.atomic():
        assert hold_places([twin.pk, third.pk]) == {twin.pk: third.pk, third.pk: third.pk}


def test_a_place_that_is_removed_takes_no_visit_and_leaves_a_plan_its_name(twin, alpha, alpha_lead):
    gone = Place.objects.get(pk=twin.pk)
    said = {"kind": "routine", "notice": "unannounced", "starts_on": date(2024, 5, 14), "ends_on": date(2024, 5, 14)}
    Place.objects.filter(pk=twin.pk).delete()

    for reference in ("", "OWN-1"):
        visit = Visit(place=gone, lead_body=alpha, reference=reference, **said)
        with pytest.raises(PlaceGone):
            actions.log_visit(visit=visit, partners=None, by=alpha_lead)

    made = make_plan(gone, alpha, by=alpha_lead)
    assert (made.place, Plan.objects.get().place, Plan.objects.get().place_name) == (None, None, twin.name)
