"""Undoing an import of places tells nobody of a visit that is not their business, and takes nothing from its author."""

import re
from datetime import date

import pytest
from django.db import connection, transaction
from django.urls import reverse

from members.models import Affiliation, User
from members.models.affiliation_groups import sync_groups
from npmportal.models import AuditEvent
from tests.factories import PlaceFactory, VisitFactory
from tests.visits.import_files import checked, csv_bytes, received, stored
from tests.visits.plan_tools import make_plan
from tests.visits.test_import_places import imported
from tests.visits.test_plans_attack import differing, masked
from visits import actions
from visits.actions import imports, places
from visits.actions.place_merges import tell_apart
from visits.importing import storing
from visits.models import FormDraft, Import, Place, PlaceSuccession, Plan, Visit, VisitInterval
from visits.models.place_hold import hold_places
from visits.struck_off import sweep

HEAD = ["code", "name", "operator", "capacity", "town"]
LIST = [["Q1", "Quozandel", "XYZ", "100", "Quoz"], ["V1", "Vrimble", "XYZ", "200", "Vrim"]]
UNITS = [["U1", "Vrimble wing", "Vrimble"]]
PAGES = (
    "visits:place_list",
    "visits:place_map",
    "visits:place_coverage",
    "visits:place_coverage_csv",
    "visits:place_overdue",
    "visits:place_duplicates",
    "visits:interval_list",
    "visits:plan_meetings",
    "visits:visit_list",
    "visits:import_list",
    "members:activity",
    "members:activity_csv",
)


@pytest.fixture
def batch(mechanism, alpha, coordinator):
    return stored(imported(csv_bytes(LIST, HEAD), coordinator, mechanism), coordinator)


@pytest.fixture
def vrimble(batch):
    return Place.objects.get(name="Vrimble")


def undo(batch, by):
    imports.undo_import(batch=batch, reason="The wrong list.", by=by)
    batch.refresh_from_db()
    return batch


def body_of(response):
    content = b"".join(response.streaming_content) if response.streaming else response.content
    # How many acts the register has seen is counted on where an earlier world was taken back.
    return response.status_code, re.sub(r"registerchange \d+", "ID", masked(content.decode()))


def url_of(name, mechanism, **more):
    return reverse(name, kwargs={"npm": mechanism.slug, **more})


def seen_by(client, mechanism, batch, old):
    """All that somebody sees who keeps the register: its pages, the import, the addresses of the places it added."""
    found = [(name, body_of(client.get(url_of(name, mechanism)))) for name in PAGES]
    found += [("search", body_of(client.get(url_of("visits:search", mechanism), {"q": "Vrimble"})))]
    for name in ("import_detail", "import_records"):
        found.append((name, body_of(client.get(url_of(f"visits:{name}", mechanism, pk=batch.pk)))))
    for name in ("place_detail", "place_history", "place_change", "place_who"):
        found += [(name, client.get(url_of(f"visits:{name}", mechanism, pk=pk)).status_code) for pk in old]
    return found


@pytest.mark.parametrize("role", ["coordinator", "administrator"])
def test_undoing_and_importing_again_look_the_same_with_an_unseen_draft_and_without(
    role, request, as_, mechanism, alpha, alpha_lead, batch, vrimble
):
    keeper = request.getfixturevalue(role)
    old = list(Place.objects.values_list("pk", flat=True))
    tell_apart(one=vrimble, other=Place.objects.get(name="Quozandel"), reason="Two gates", by=keeper)

    def world(state):
        """What the keeper sees after the undoing, and after importing the same file again; undone afterwards."""
        with transaction.atomic():
            if state:
                VisitFactory(place=vrimble, lead_body=alpha, state=state, summary="Unseen")
                make_plan(vrimble, alpha, by=alpha_lead)
            client, seen = as_(keeper), []
            undone = undo(Import.objects.get(pk=batch.pk), keeper)
            seen += [("undone", undone.state, undone.job.error), *seen_by(client, mechanism, batch, old)]
            again = stored(imported(csv_bytes(LIST, HEAD), keeper, mechanism), keeper)
            now = set(Place.objects.in_register().values_list("pk", flat=True))
            seen += [("again", again.counts, again.preview, len(now), now.isdisjoint(old))]
            seen += seen_by(client, mechanism, again, old)
            events = AuditEvent.objects.exclude(action__startswith="plan.").order_by("pk")
            seen.append(("events", list(events.values_list("action", "object_type", "details"))))
            transaction.set_rollback(True)
        return seen

    nothing = world(None)

    assert nothing[0] == ("undone", "undone", "")
    assert next(said for said in nothing if said[0] == "again")[-2:] == (2, True)
    assert differing(world("draft"), nothing) == []
    assert differing(world("discarded"), nothing) == []


def test_the_draft_stays_with_its_author_who_chooses_another_place(
    as_, mechanism, prison, alpha, alpha_monitor, coordinator, batch, vrimble, entered
):
    visit = VisitFactory(place=vrimble, lead_body=alpha, access="full", summary="Kept word for word")
    undo(batch, coordinator)
    client = as_(alpha_monitor)
    page, form = (client.get(url_of(f"visits:visit_{name}", mechanism, pk=visit.pk)) for name in ("detail", "change"))

    assert "Choose another place: Vrimble is no longer in the register." in page.text
    assert url_of("visits:place_detail", mechanism, pk=vrimble.pk) not in page.text
    assert "Vrimble is no longer in the register of places" in form.text
    assert "Kept word for word" in form.text
    with pytest.raises(actions.VisitIncomplete, match="another place"):
        actions.take_transition(visit=visit, name="submit", by=alpha_monitor)

    data = entered | {"summary": "Typed now", "version": visit.version, "access": "full", "reference": "R1"}
    refused = client.post(url_of("visits:visit_change", mechanism, pk=visit.pk), data | {"place": str(vrimble.pk)})
    assert refused.context["form"].errors.keys() == {"place"}
    assert "Typed now" in refused.text
    assert client.post(url_of("visits:visit_change", mechanism, pk=visit.pk), data).status_code == 302
    visit.refresh_from_db()
    assert (visit.place, visit.summary) == (prison, "Typed now")
    sweep()
    assert not Place.objects.filter(pk=vrimble.pk).exists()


@pytest.mark.parametrize("way", ["file", "form"])
def test_a_place_that_is_entered_again_has_its_drafts(way, mechanism, alpha, coordinator, batch, vrimble):
    visit = VisitFactory(place=vrimble, lead_body=alpha, access="full")
    undo(batch, coordinator)
    if way == "file":
        stored(imported(csv_bytes(LIST, HEAD), coordinator, mechanism), coordinator)
    else:
        again = Place(mechanism=mechanism, name="Vrimble", setting=vrimble.setting, jurisdiction=vrimble.jurisdiction)
        places.add_place(place=again, by=coordinator)

    visit.refresh_from_db()
    assert (visit.place.name, visit.place.is_struck_off, visit.place == vrimble) == ("Vrimble", False, False)
    assert not Place.objects.filter(is_struck_off=True).exists()


def test_a_place_stays_as_long_as_a_unit_of_it_that_left_with_another_import(
    mechanism, alpha, alpha_lead, coordinator, batch, vrimble
):
    second = stored(imported(csv_bytes(UNITS, ["code", "name", "parent"]), coordinator, mechanism), coordinator)
    wing = Place.objects.get(name="Vrimble wing")
    assert wing.parent == vrimble
    VisitFactory(place=wing, lead_body=alpha)
    plan = make_plan(vrimble, alpha, by=alpha_lead)

    with pytest.raises(imports.ImportRefused, match="used"):
        undo(batch, coordinator)
    assert [undo(each, coordinator).state for each in (second, batch)] == ["undone", "undone"]

    assert set(Place.objects.filter(is_struck_off=True)) == {wing, vrimble}
    assert (Plan.objects.get(pk=plan.pk).place, plan.place_name) == (None, "Vrimble")


@pytest.mark.parametrize("has_draft", [False, True])
def test_a_unit_does_not_go_back_into_a_place_that_left_the_register(
    has_draft, mechanism, alpha, coordinator, batch, vrimble
):
    older = PlaceFactory(mechanism=mechanism, name="Older", setting=vrimble.setting, jurisdiction=vrimble.jurisdiction)
    wing = PlaceFactory(
        mechanism=mechanism, parent=vrimble, name="Wing", setting=older.setting, jurisdiction=older.jurisdiction
    )
    moving = stored(imported(csv_bytes([["Wing", "Older"]], ["name", "parent"]), coordinator, mechanism), coordinator)
    assert Place.objects.get(pk=wing.pk).parent == older
    if has_draft:
        VisitFactory(place=vrimble, lead_body=alpha)
    undo(batch, coordinator)

    assert undo(moving, coordinator).state == "done"

    assert moving.job.error.startswith("“Wing” would go back into a place that is no longer in the register")
    assert Place.objects.get(pk=wing.pk).parent == older


@pytest.mark.parametrize("use", ["submitted", "returned", "approved once", "own draft", "successor", "rule"])
def test_what_the_register_builds_on_and_what_the_person_sees_keeps_an_import_from_being_undone(
    use, mechanism, alpha, coordinator, administrator, batch, vrimble
):
    by = administrator
    if use in ("submitted", "returned"):
        VisitFactory(place=vrimble, lead_body=alpha, state=use)
    elif use == "approved once":
        VisitFactory(place=vrimble, lead_body=alpha, approved_at=batch.done_at)
    elif use == "own draft":
        by = User.objects.get(pk=coordinator.pk)
        Affiliation.objects.create(user=by, role="body_reader", body=alpha, starts_on=date(2020, 1, 1))
        sync_groups(by)
        VisitFactory(place=vrimble, lead_body=alpha)
    elif use == "successor":
        older = PlaceFactory(mechanism=mechanism, name="Older")
        PlaceSuccession.objects.create(
            predecessor=older, successor=vrimble, kind="replaced", happened_on=date(2024, 1, 1)
        )
    else:
        given = {"months": 12, "criterion": "type", "reason": "Every year"}
        VisitInterval.objects.create(mechanism=mechanism, place=vrimble, starts_on=date(2024, 1, 1), **given)

    with pytest.raises(imports.ImportRefused, match="used"):
        undo(batch, by)
    assert Place.objects.in_register().filter(pk=vrimble.pk).exists()


# -- Imports of visits ------------------------------------------------------------------------------------------------
def test_what_a_colleague_types_into_a_visit_does_not_hold_up_the_undoing_and_stays(
    prison, alpha, alpha_lead, alpha_monitor
):
    content = csv_bytes([["Q7", prison.name, "14/05/2024", "Routine", "Unannounced", ""]])
    terms = {"kind": {"routine": "routine"}, "notice": {"unannounced": "unannounced"}}
    batch = stored(checked(received(content, alpha, alpha_lead), alpha_lead, terms=terms), alpha_lead)
    visit = Visit.objects.get(reference="Q7")
    key = "7e7a3f5e-3f39-4cf5-8a41-0ad9f2a7d0b1"
    given = {"mechanism": prison.mechanism, "form_key": key, "version": 1, "data": {"summary": ["Half a sentence"]}}
    FormDraft.objects.create(user=alpha_monitor, visit=visit, **given)
    typed = {
        "f0_text": ["Cold at night."],
        "f0_basis": ["seen", "staff"],
        "f1_text": [""],
        "seen": ["x"],
        "count": ["2"],
    }
    given |= {"form_key": "7e7a3f5e-3f39-4cf5-8a41-0ad9f2a7d0b2", "part": "findings", "data": typed}
    FormDraft.objects.create(user=alpha_lead, visit=visit, **given)

    assert undo(batch, alpha_lead).state == "undone"

    connection.check_constraints()
    assert not Visit.objects.exists()
    kept = FormDraft.objects.visible_to(alpha_monitor).of_form(prison.mechanism, None).get()
    assert kept.data == {"summary": ["Half a sentence"]}
    kept = FormDraft.objects.visible_to(alpha_lead).of_form(prison.mechanism, None).get()
    assert kept.data == {"summary": ["f0_text: Cold at night.\nf0_basis: seen\nf0_basis: staff"]}


@pytest.mark.parametrize("has_other_draft", [False, True])
def test_visits_do_not_go_back_to_a_place_that_left_the_register(
    has_other_draft, mechanism, prison, alpha, beta, alpha_lead, coordinator, batch, vrimble
):
    visit = VisitFactory(place=vrimble, lead_body=alpha, reference="Q7", kind="routine")
    content = csv_bytes([["Q7", prison.name, "14/05/2024", "Routine", "Unannounced", ""]])
    terms = {"kind": {"routine": "routine"}, "notice": {"unannounced": "unannounced"}}
    second = stored(checked(received(content, alpha, alpha_lead), alpha_lead, terms=terms), alpha_lead)
    visit.refresh_from_db()
    assert visit.place == prison
    if has_other_draft:
        VisitFactory(place=vrimble, lead_body=beta)
    undo(batch, coordinator)

    assert undo(second, alpha_lead).state == "done"

    assert "no longer in the register" in second.job.error
    visit.refresh_from_db()
    assert visit.place == prison


def test_rows_at_a_place_that_is_struck_off_meanwhile_are_not_stored(
    mechanism, alpha, beta, alpha_lead, coordinator, batch, vrimble, monkeypatch
):
    content = csv_bytes([["Q7", "Vrimble", "14/05/2024", "Routine", "Unannounced", ""]])
    terms = {"kind": {"routine": "routine"}, "notice": {"unannounced": "unannounced"}}
    visits = checked(received(content, alpha, alpha_lead), alpha_lead, terms=terms, hand_in=True)
    VisitFactory(place=vrimble, lead_body=beta)

    def late(keys):
        undo(batch, coordinator)
        return hold_places(keys)

    monkeypatch.setattr(storing, "hold_places", late)

    visits = stored(visits, alpha_lead)
    assert (visits.state, Visit.objects.filter(lead_body=alpha).count()) == ("checked", 0), visits.job.error
    assert "check them again" in visits.job.error
