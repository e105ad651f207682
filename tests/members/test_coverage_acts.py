"""Acts on the coverage matrix: what they leave behind, what they refuse, and what the database itself refuses."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from members.actions import coverage as actions
from members.actions.coverage_advice import cautions, objections
from members.coverage import build_matrix
from members.models import CoverageGap, RegisterChange, Remit, RemitBody
from members.reference.fields import Day
from npmportal.models import AuditEvent
from tests.factories import BodyFactory, RemitFactory, SourceFactory


@pytest.fixture
def cells(mechanism):
    """The setting of prisons and the two jurisdictions, north and south."""
    return mechanism.settings.get(slug="prisons"), *mechanism.jurisdictions.order_by("position")


def given(cells, *bodies, where=None, since="2014-01-01", relation="lead", scope="", **more):
    setting, north, south = cells
    parts = tuple(actions.PartGiven(body, relation, scope) for body in bodies)
    since = Day(date.fromisoformat(since), "day")
    fields = {"layer": "inspection", "source": SourceFactory()} | more
    return actions.RemitGiven(
        setting=setting, jurisdictions=(north,) if where is None else where, parts=parts, since=since, **fields
    )


def words_on(mechanism, day, jurisdiction="north"):
    matrix = build_matrix(mechanism, date.fromisoformat(day))
    cells = [cell for cell in matrix.cells if jurisdiction in cell.jurisdictions]
    return "; ".join(entry.text for cell in cells for entry in cell.entries)


def test_start_remit_writes_the_cell_and_the_trace(mechanism, cells, alpha, beta, coordinator):
    remit = actions.start_remit(given=given(cells, alpha, where=cells[1:]), by=coordinator)

    assert words_on(mechanism, "2014-01-01", "south") == "ALPHA"
    assert not words_on(mechanism, "2013-12-31")
    assert remit.key == "north-south-inspection-2014-01-01"
    change = RegisterChange.objects.get(record="members.remit", record_id=str(remit.pk))
    assert (change.act, change.body, change.before) == ("change", alpha, {})
    assert change.after["parts"] == ["alpha lead"]
    assert change.after["jurisdictions"] == ["North", "South"]
    assert AuditEvent.objects.filter(action="register.changed").count() == 1


def test_change_remit_ends_the_old_one_on_the_day_the_new_one_starts(mechanism, cells, alpha, beta, coordinator):
    old = actions.start_remit(given=given(cells, alpha), by=coordinator)

    new = actions.change_remit(remit=old, given=given(cells, beta, since="2016-05-01"), by=coordinator)

    old.refresh_from_db()
    assert old.ends_on == new.starts_on == date(2016, 5, 1)
    assert new.position == old.position
    assert [words_on(mechanism, day) for day in ("2016-04-30", "2016-05-01")] == ["ALPHA", "BETA"]
    assert RegisterChange.objects.count() == 3


def test_correction_keeps_the_row_and_needs_a_reason(mechanism, cells, alpha, beta, coordinator):
    remit = actions.start_remit(given=given(cells, alpha), by=coordinator)

    with pytest.raises(ValueError, match="reason"):
        actions.correct_remit(remit=remit, given=given(cells, beta), reason=" ", by=coordinator)
    assert words_on(mechanism, "2015-01-01") == "ALPHA"
    actions.correct_remit(remit=remit, given=given(cells, beta), reason="The brochure says Beta.", by=coordinator)

    assert words_on(mechanism, "2015-01-01") == "BETA"
    change = RegisterChange.objects.filter(act="correction").get()
    assert change.before["parts"] == ["alpha lead"]
    assert change.after == {"parts": ["beta lead"]}


def test_end_and_removal(mechanism, cells, alpha, coordinator):
    remit = actions.start_remit(given=given(cells, alpha), by=coordinator)

    actions.end_remit(remit=remit, until=Day(date(2015, 1, 1), "day"), by=coordinator)
    assert [bool(words_on(mechanism, day)) for day in ("2014-12-31", "2015-01-01")] == [True, False]
    with pytest.raises(actions.CoverageError, match="begins on that day"):
        actions.end_remit(remit=remit, until=Day(date(2014, 1, 1), "day"), by=coordinator)
    with pytest.raises(actions.CoverageError, match="had ended before"):
        actions.end_remit(remit=remit, until=Day(date(2016, 1, 1), "day"), by=coordinator)
    actions.remove_remit(remit=remit, reason="It never was.", by=coordinator)

    assert not Remit.objects.exists()
    assert RegisterChange.objects.get(act="removal").before["parts"] == ["alpha lead"]
    with pytest.raises(actions.CoverageError, match="removed this remit meanwhile"):
        actions.end_remit(remit=remit, until=Day(date(2015, 1, 1), "day"), by=coordinator)


def test_only_who_keeps_the_register_acts(cells, alpha, alpha_lead, stranger, coordinator, administrator):
    for person in (alpha_lead, stranger):
        with pytest.raises(PermissionDenied):
            actions.start_remit(given=given(cells, alpha), by=person)
    assert actions.start_remit(given=given(cells, alpha), by=administrator)


def test_rehearsal_leaves_nothing(mechanism, cells, alpha, coordinator):
    found = actions.rehearse(
        lambda: actions.start_remit(given=given(cells, alpha), by=coordinator),
        lambda: words_on(mechanism, "2014-01-01"),
    )

    assert found == "ALPHA"
    assert not Remit.objects.exists()
    assert not RegisterChange.objects.exists()
    assert not AuditEvent.objects.filter(action="register.changed").exists()


def test_same_body_twice_in_a_cell_is_refused_in_words(cells, alpha, beta, coordinator):
    actions.start_remit(given=given(cells, alpha), by=coordinator)
    second = given(cells, alpha, since="2015-01-01", layer="inspection_and_lay")

    assert "ALPHA stands in this cell already" in objections(second)[0]
    with pytest.raises(actions.CoverageError, match="twice on one day"):
        actions.start_remit(given=second, by=coordinator)
    assert Remit.objects.count() == 1
    for fine in (
        given(cells, alpha, scope="in relation to huts"),
        given(cells, alpha, layer="lay"),
        given(cells, alpha, where=(cells[2],)),
        given(cells, beta),
    ):
        assert not objections(fine)
        assert actions.start_remit(given=fine, by=coordinator)


def test_somebody_and_nobody_in_a_cell_is_refused_in_words(cells, alpha, coordinator):
    actions.start_remit(given=given(cells), by=coordinator)

    assert "nobody monitors here" in objections(given(cells, alpha))[0]
    with pytest.raises(actions.CoverageError, match="somebody and by nobody"):
        actions.start_remit(given=given(cells, alpha), by=coordinator)


@pytest.mark.django_db(transaction=True)
def test_database_refuses_a_contradiction_written_past_the_portal(mechanism, alpha):
    prisons, north = mechanism.settings.first(), mechanism.jurisdictions.first()
    first = RemitFactory(setting=prisons, bodies=[alpha], spanning=[north])
    second = RemitFactory(setting=prisons, spanning=[], starts_on=date(2015, 1, 1))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_remitbody (remit_id, body_id, relation, scope, scope_nl, position)"
            " VALUES (%s, %s, 'lead', '', '', 0)",
            [second.pk, alpha.pk],
        )

    into_the_cell = "INSERT INTO members_remit_jurisdictions (remit_id, jurisdiction_id) VALUES (%s, %s)"

    @transaction.atomic
    def put_into_the_cell():
        with connection.cursor() as cursor:
            cursor.execute(into_the_cell, [second.pk, north.pk])
        assert second.jurisdictions.count() == 1  # refused at the end of the transaction, not before

    @transaction.atomic
    def empty_the_second():
        Remit.objects.filter(pk=first.pk).update(ends_on=None)
        RemitBody.objects.filter(remit=second).delete()

    with pytest.raises(IntegrityError, match="same cell twice"):
        put_into_the_cell()

    Remit.objects.filter(pk=first.pk).update(ends_on=date(2015, 1, 1))
    put_into_the_cell()
    with pytest.raises(IntegrityError, match="same cell twice"):
        Remit.objects.filter(pk=first.pk).update(ends_on=date(2015, 1, 2))
    with pytest.raises(IntegrityError, match="somebody and by nobody"):
        empty_the_second()


def test_cautions(mechanism, cells, alpha, beta, coordinator):
    guest = BodyFactory(mechanism=mechanism, slug="guest")
    guest.designations.update(ends_on=date(2012, 1, 1))
    gap = CoverageGap.objects.create(
        setting=cells[0], layer="inspection", key="gap", starts_on=date(2010, 1, 1), source=SourceFactory()
    )
    gap.jurisdictions.set([cells[2]])
    old = actions.start_remit(given=given(cells, alpha, where=cells[1:]), by=coordinator)

    said = cautions(given(cells, guest, since="2015-01-01"), old)

    assert said == [
        "GUEST holds no membership on 1 Jan 2015.",
        "The present remit ends in South too, and nothing takes its place there.",
    ]
    assert "A gap is recorded for this cell" in cautions(given(cells, beta, where=(cells[2],)), old)[0]
    assert "ALPHA hold the cell under a remit of their own" in cautions(given(cells, beta))[0]


def test_leads_of_all_bodies_of_a_joint_remit_read_of_it(mechanism, cells, alpha, beta, alpha_lead, coordinator):
    remit = actions.start_remit(given=given(cells, alpha, beta), by=coordinator)
    actions.correct_remit(remit=remit, given=given(cells, beta), reason="Never was Alpha.", by=coordinator)

    started, corrected = AuditEvent.objects.filter(action="register.changed").order_by("pk")
    assert [event.body_ids for event in (started, corrected)] == [sorted([alpha.pk, beta.pk])] * 2
    assert AuditEvent.objects.visible_to(alpha_lead).filter(action="register.changed").count() == 2
