import io
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from members.models import RemitBody
from tests.factories import RemitFactory, person
from tests.visits.question_tools import scale_of
from visits.management.commands.load_demo import LOCK
from visits.models import (
    Answer,
    NeedExamined,
    Place,
    PlaceRequest,
    QuestionVersion,
    TeamMember,
    Visit,
    VisitChange,
    VisitEvent,
    VisitFigure,
    VisitRating,
)
from visits.models.completeness import gaps_in, is_within_remit

UNTIL = "2025-06-30"


@pytest.fixture(autouse=True)
def _demonstration(settings, monkeypatch):
    """Demonstration on; the accounts of the real networks are none of this test's business."""
    settings.DEMONSTRATION = True
    monkeypatch.setattr("visits.management.commands.load_demo.get_commands", dict)


@pytest.fixture
def network(mechanism, alpha, beta):
    """Alpha leads with beta in the prisons of the north; beta alone took over the cells in the south in 2022."""
    north, south = mechanism.jurisdictions.all()
    prisons, cells = mechanism.settings.all()
    RemitFactory(setting=prisons, bodies=[alpha, beta], spanning=[north])
    RemitFactory(setting=cells, bodies=[alpha], spanning=[south], ends_on=date(2022, 7, 1))
    RemitFactory(setting=cells, bodies=[beta], spanning=[south], starts_on=date(2022, 7, 1))
    assert RemitBody.objects.count() == 4
    return mechanism


def load(number, **options):
    out = io.StringIO()
    call_command("load_demo", visits=number, until=date.fromisoformat(UNTIL), stdout=out, **options)
    return out.getvalue()


def test_somebody_asks_for_a_place_once(network, alpha, alpha_monitor):
    for _time in range(2):
        load(40)

    asked = PlaceRequest.objects.get()
    assert (asked.body, asked.asked_by, asked.state) == (alpha, alpha_monitor, "waiting")
    assert "(invented)" in asked.name
    assert not Place.objects.filter(name=asked.name).exists()


@pytest.fixture(autouse=True)
def _no_vacuum(monkeypatch):
    """VACUUM cannot run inside a test's transaction."""
    monkeypatch.setattr("visits.management.commands.load_demo.Command._tidy", lambda self: None)


def test_number_asked_for_is_there_and_the_same_again_changes_nothing(network):
    assert "Added 300 invented visits" in load(300)
    before = list(Visit.objects.order_by("pk").values())

    assert "Nothing to add: 300" in load(300)

    assert list(Visit.objects.order_by("pk").values()) == before


def test_larger_number_adds_and_keeps_the_first(network):
    load(100, places=30)
    before = {visit["id"]: visit for visit in Visit.objects.values()}

    load(250, places=30)

    after = {visit["id"]: visit for visit in Visit.objects.values()}
    assert len(after) == 250
    assert all(after[pk] == visit for pk, visit in before.items())


def test_every_body_visits_within_its_remit_of_the_day(network):
    load(300)

    assert all(is_within_remit(visit) for visit in Visit.objects.select_related("lead_body", "setting", "jurisdiction"))
    assert Visit.objects.filter(partner_rows__isnull=False).exists()


def test_what_is_handed_in_is_complete_and_has_its_history(network):
    load(300)

    handed_in = Visit.objects.filter(state__in=Visit.HANDED_IN)
    assert handed_in.exists()
    assert not [visit for visit in handed_in if gaps_in(visit)]
    assert VisitEvent.objects.filter(to_state="approved").count() == Visit.objects.filter(state="approved").count()


def test_lead_approves_what_a_monitor_logged_and_nobody_approves_the_own(
    network, alpha, alpha_lead, alpha_monitor, beta
):
    lead_of_beta = person("body_lead", beta)
    load(300)

    approved = VisitEvent.objects.filter(to_state="approved")
    assert set(approved.filter(visit__lead_body=alpha).values_list("by", flat=True)) == {alpha_lead.pk}
    assert not approved.filter(by=lead_of_beta).exists()  # who submitted them all
    assert not approved.filter(by=F("visit__submitted_by")).exists()


def test_bodies_of_each_visit_are_lead_and_partners(network):
    load(200)

    for visit in Visit.objects.prefetch_related("partner_rows"):
        partners = sorted(row.body_id for row in visit.partner_rows.all())
        assert visit.body_ids == [visit.lead_body_id, *partners]


def test_every_place_says_that_it_is_invented(network):
    load(50)

    assert Place.objects.exists()
    assert not Place.objects.filter(is_invented=False).exists()
    assert not Place.objects.exclude(name__endswith="(invented)").exists()


def test_dates_lie_within_six_reporting_years_and_not_after_the_last_day(network):
    load(300)

    days = Visit.objects.values_list("starts_on", "ends_on")
    assert min(first for first, _last in days) >= date(2020, 4, 1)
    assert max(last for _first, last in days) <= date.fromisoformat(UNTIL)


def test_some_numbers_are_not_recorded(network):
    load(300)

    assert Visit.objects.filter(people_in_custody=None).exists()
    assert Visit.objects.exclude(people_in_custody=None).exists()


def test_of_one_visit_in_ten_nobody_said_what_gave_rise_to_it(network):
    load(300)

    assert Visit.objects.filter(trigger="").count() == 30
    assert Visit.objects.filter(trigger="programme").count() > 100


def test_newest_visits_have_teams_numbers_and_needs(network, monkeypatch):
    monkeypatch.setattr("visits.demonstration.record.NEWEST", 40)
    load(200)
    newest = Visit.objects.newest_first()[:40]

    assert all(visit.team.exists() for visit in newest)
    assert not TeamMember.objects.exclude(visit__in=list(newest)).exists()
    assert not TeamMember.objects.exclude(name="").exclude(name__endswith="(invented)").exists()
    made = [visit for visit in newest if visit.validity == "valid"]
    assert all(visit.figures.get(measure="held").value is not None for visit in made)
    assert any(visit.needs.exists() for visit in made)
    assert any(visit.privacy for visit in made)
    assert all(row.body_id in row.visit.body_ids for row in TeamMember.objects.select_related("visit"))


def test_record_that_is_there_or_that_a_person_changed_stays(network):
    load(30)
    changed = Visit.objects.newest_first().first()
    VisitChange.objects.create(visit=changed, state="draft", fields={}, by=changed.created_by)
    changed.team.all().delete()
    changed.figures.all().delete()
    changed.needs.all().delete()
    before = [list(model.objects.order_by("pk").values()) for model in (TeamMember, VisitFigure, NeedExamined)]

    load(30)

    assert [list(model.objects.order_by("pk").values()) for model in (TeamMember, VisitFigure, NeedExamined)] == before


def test_refused_where_it_is_no_demonstration(network, settings):
    settings.DEMONSTRATION = False

    with pytest.raises(CommandError, match="not a demonstration"):
        load(10)

    assert not Visit.objects.exists()


@pytest.mark.parametrize("number", [0, -1, 10_000_000])
def test_impossible_number_is_refused(network, number):
    with pytest.raises(CommandError):
        load(number)


def test_second_run_at_the_same_time_is_refused(network):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        with pytest.raises(CommandError, match="already"):
            load(10)
    finally:
        other.close()

    assert not Visit.objects.exists()
    assert "Added 10" in load(10)


def test_without_a_network_it_says_what_to_do_first(db):
    with pytest.raises(CommandError, match="load_reference"):
        load(10)


def test_newest_visits_are_rated_and_answered_once(network, alpha, alpha_lead):
    scale_of(alpha, alpha_lead)
    load(300)
    before = (VisitRating.objects.count(), Answer.objects.count())
    load(350)

    assert all(before)
    assert (VisitRating.objects.count(), Answer.objects.count()) == before
    assert {answer.availability for answer in Answer.objects.all()} >= {"recorded", "not_asked"}
    assert not QuestionVersion.objects.filter(starts_on=None).exists()
