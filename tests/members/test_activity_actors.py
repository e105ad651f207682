"""Who works for another body is not told by what that person has read or taken along: domain.md 1.4, ADR 0028."""

from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.activity import ACTIONS
from members.activity_entries import entries, events_of
from members.models import Affiliation
from npmportal import audit
from npmportal.access import remember_for_request
from tests.factories import BodyFactory, PlaceFactory, VisitFactory, person
from tests.visits.plan_tools import address, make_plan
from visits.actions import mandate_letters
from visits.models import MandateLetter, VisitPartner

ACTIVITY, CSV = "/examplia/desk/activity/", "/examplia/desk/activity.csv"


@pytest.fixture
def place(mechanism):
    return PlaceFactory(mechanism=mechanism)


@pytest.fixture
def plan(place, alpha, beta, alpha_monitor, beta_monitor):
    """A plan of alpha, with a guest of beta whose address was typed."""
    return make_plan(place, alpha, by=alpha_monitor, partners=[beta], guests=[beta_monitor.email])


@pytest.fixture
def bait(place, alpha, beta):
    """A restricted draft of alpha that names beta as partner, unasked."""
    visit = VisitFactory(place=place, lead_body=alpha, confidentiality="restricted")
    VisitPartner.objects.create(visit=visit, body=beta)
    visit.refresh_from_db()
    return visit


@pytest.fixture
def read_by(as_):
    """Return a function that gives what the reader is told of what happened: page, file, and each with a filter."""

    def told(user, **asked):
        page, file = (as_(user).get(path, asked) for path in (ACTIVITY, CSV))
        shown = page.content.decode().partition('<ol class="timeline"')[2]
        return shown + b"".join(file.streaming_content).decode()

    return told


def takes_the_calendar(client, plan, by):
    client.get(address(plan, "plan_ics"))


def takes_the_letter(client, plan, by):
    letter = mandate_letters.make_letter(letter=MandateLetter(plan=plan, language="en-gb", names=["x"]), by=by)
    letter.pdf.save("", ContentFile(b"x"))
    assert b"".join(client.get(f"/examplia/desk/plans/letters/{letter.pk}/letter.pdf").streaming_content) == b"x"


@pytest.mark.parametrize("takes", [takes_the_calendar, takes_the_letter])
def test_a_guest_who_takes_a_plan_along_is_not_named_to_who_planned(
    takes, as_, plan, alpha_lead, alpha_monitor, beta_monitor, read_by
):
    takes(as_(beta_monitor), plan, alpha_monitor)

    told = read_by(alpha_lead)
    assert "Somebody of BETA downloaded" in told
    assert beta_monitor.name not in told
    assert alpha_monitor.name in told


def test_who_opens_what_another_body_has_laid_out_is_not_named_to_it(
    as_, bait, beta, alpha_lead, beta_monitor, read_by
):
    reader = person("body_reader", beta, name="Berta Reader")
    as_(reader).get(f"/examplia/desk/visits/{bait.pk}/")
    b"".join(as_(beta_monitor).get("/examplia/desk/visits.csv").streaming_content)

    told = read_by(alpha_lead)

    assert "Somebody of BETA read" in told
    assert "Somebody of BETA downloaded a list of visits" in told
    assert reader.name not in told
    assert beta_monitor.name not in told


def test_the_own_lead_and_who_manages_people_read_the_name(
    as_, bait, beta, administrator, alpha_lead, beta_monitor, read_by
):
    as_(beta_monitor).get(f"/examplia/desk/visits/{bait.pk}/")
    audit.record("coverage.downloaded", by=beta_monitor, mechanism=beta.mechanism)

    assert beta_monitor.name in read_by(person("body_lead", beta, name="Bea Lead"))
    assert beta_monitor.name in read_by(administrator)
    assert beta_monitor.name in read_by(beta_monitor)
    assert beta_monitor.name not in read_by(alpha_lead)


def test_the_coordinator_is_named_and_other_people_are_not_named_to_the_coordinator(
    as_, alpha, alpha_lead, beta_monitor, coordinator, mechanism, read_by
):
    audit.record("visit.read", by=coordinator, mechanism=mechanism, bodies=[alpha.pk])
    audit.record("visit.read", by=beta_monitor, mechanism=mechanism, bodies=[alpha.pk])

    assert coordinator.name in read_by(alpha_lead)
    assert beta_monitor.name not in read_by(coordinator)
    assert "Somebody of BETA read" in read_by(coordinator)


def test_who_changes_what_bodies_share_is_named(as_, alpha, beta, alpha_lead, beta_monitor, mechanism, read_by):
    audit.record("visit.answered", by=beta_monitor, mechanism=mechanism, bodies=[alpha.pk, beta.pk])

    assert beta_monitor.name in read_by(alpha_lead)


def test_what_counts_is_for_whom_they_worked_on_the_day(alpha, beta, alpha_lead, beta_monitor, mechanism, read_by):
    """Somebody who comes over from another body was not a colleague before; who has left still was one."""
    audit.record("visit.read", by=beta_monitor, mechanism=mechanism, bodies=[alpha.pk, beta.pk])
    tomorrow = date.today() + timedelta(days=1)
    Affiliation.objects.create(user=beta_monitor, body=alpha, role="body_reader", starts_on=tomorrow)
    assert "Somebody of BETA" in read_by(alpha_lead)
    assert beta_monitor.name not in read_by(alpha_lead, person="Bert")

    Affiliation.objects.filter(body=alpha, user=beta_monitor).update(starts_on=date(2020, 1, 1), ends_on=tomorrow)
    assert beta_monitor.name in read_by(alpha_lead, person="Bert")
    Affiliation.objects.filter(body=alpha, user=beta_monitor).update(ends_on=date.today())
    assert beta_monitor.name in read_by(alpha_lead, person="Bert")
    Affiliation.objects.filter(body=alpha, user=beta_monitor).update(ends_on=date.today() - timedelta(days=1))
    assert beta_monitor.name not in read_by(alpha_lead, person="Bert")


def test_the_filter_by_person_tries_no_name_that_is_not_told(alpha, beta, alpha_lead, beta_monitor, mechanism, read_by):
    about = {"by": beta_monitor, "mechanism": mechanism, "bodies": [alpha.pk, beta.pk]}
    audit.record("visit.draft_read", **about)
    assert "which is restricted" not in read_by(alpha_lead, person="Bert")
    assert "which is restricted" in read_by(alpha_lead, person="")

    audit.record("visit.answered", **about)
    told = read_by(alpha_lead, person="Bert")
    assert "answered a question" in told
    assert "which is restricted" not in told


def test_of_somebody_from_elsewhere_no_body_is_told(alpha, alpha_lead, stranger, mechanism, read_by):
    outside = person("body_reader", BodyFactory(mechanism=stranger.affiliations.get().mechanism, slug="omega"))
    audit.record("visit.read", by=outside, mechanism=mechanism, bodies=[alpha.pk])

    told = read_by(alpha_lead)
    assert "Somebody read" in told
    assert "OMEGA" not in told


def test_of_two_bodies_of_one_person_the_one_concerned_is_told(alpha, beta, alpha_lead, mechanism, read_by):
    both = person("body_reader", beta, name="Berta Both")
    gamma = BodyFactory(mechanism=mechanism, slug="gamma")
    Affiliation.objects.create(user=both, body=gamma, role="body_reader", starts_on=date(2020, 1, 1))
    audit.record("visit.read", by=both, mechanism=mechanism, bodies=[alpha.pk, beta.pk])

    told = read_by(alpha_lead)
    assert "Somebody of BETA read" in told
    assert "GAMMA" not in told


def test_several_people_of_another_body_are_told_as_one_line(alpha, beta, alpha_lead, beta_monitor, mechanism, as_):
    """Else it would be counted how many of them there are, one by one."""
    for reader in (beta_monitor, person("body_reader", beta)):
        audit.record("visit.read", by=reader, mechanism=mechanism, bodies=[alpha.pk, beta.pk])

    page = as_(alpha_lead).get(ACTIVITY)
    assert [line.times for line in page.context["happened"]] == [2]


def test_each_reading_says_who_at_the_beginning_of_its_sentence():
    """There stands “Somebody of …”."""
    readings = {name: str(action.sentence) for name, action in ACTIONS.items() if action.is_reading}

    assert {"visit.read", "attachment.downloaded", "plans.calendar_downloaded", "mandate.downloaded"} <= set(readings)
    assert all(sentence.startswith("{who}") for sentence in readings.values())
    taken = {name for name in ACTIONS if name.endswith(("read", "downloaded", "exported", "fetched"))}
    assert taken - set(readings) == {"report.downloaded"}  # by who makes the report: the mechanism’s own staff


def test_it_takes_no_query_more_however_many_there_are(alpha, beta, alpha_lead, mechanism):
    asked, _grants = [], remember_for_request(alpha_lead)
    for _round in range(2):
        for number in range(5):
            audit.record("visit.read", by=person("body_reader", beta), mechanism=mechanism, bodies=[alpha.pk, number])
        with CaptureQueriesContext(connection) as queries:
            entries(events_of(mechanism, alpha_lead), alpha_lead)
        asked.append(len(queries))

    assert asked[0] == asked[1]
