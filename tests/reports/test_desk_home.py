"""The desk's home: three lists, of what the person may see and no more."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Invitation
from npmportal.models import Job
from reports.models import Report
from reports.worklists import work_lists
from tests.factories import PlaceFactory, ReportingYearFactory, VisitFactory
from visits.actions import answer, ask, settle
from visits.models import Visit

URL = "/examplia/desk/"


@pytest.fixture
def visits(mechanism, alpha, beta):
    """A visit of each body in each state, approved just now; the reference names both."""
    place = PlaceFactory(mechanism=mechanism)
    return [
        VisitFactory(
            place=place,
            lead_body=body,
            state=state,
            reference=f"{body.slug}-{state}",
            approved_at=timezone.now() if state == Visit.State.APPROVED else None,
        )
        for body in (alpha, beta)
        for state in Visit.State.values
    ]


def references(user, mechanism):
    return [
        {row.reference for group in work.groups if group.kind == "visit" for row in group.rows}
        for work in work_lists(user, mechanism)
    ]


def test_monitor_finds_the_own_bodys_visits(visits, alpha_monitor, mechanism):
    assert references(alpha_monitor, mechanism) == [
        {"alpha-returned", "alpha-draft"},
        {"alpha-submitted"},
        {"alpha-approved"},
    ]


def test_link_below_what_is_done_says_that_it_leads_to_more_than_is_counted(as_, visits, alpha_monitor, mechanism):
    old = {"approved_at": timezone.now() - timedelta(days=40), "state": Visit.State.APPROVED}
    VisitFactory(place__mechanism=mechanism, lead_body=visits[0].lead_body, reference="alpha-old", **old)

    page = " ".join(as_(alpha_monitor).get(URL).content.decode().split())

    done = page[page.index("Done in the last 30 days") :]
    assert "Approved visits <" in done
    assert "(1)" in done
    assert '?state=approved">See those of earlier days too<' in done
    assert "See them all" not in page


def test_reader_of_a_body_has_nothing_to_do_but_sees(visits, alpha_reader, mechanism):
    assert references(alpha_reader, mechanism) == [set(), {"alpha-submitted"}, {"alpha-approved"}]


def test_coordinator_reviews_what_was_submitted_and_sees_no_draft(visits, coordinator, mechanism):
    assert references(coordinator, mechanism) == [
        {"alpha-submitted", "beta-submitted"},
        set(),
        {"alpha-approved", "beta-approved"},
    ]


def test_lead_approves_what_others_of_the_body_submitted(draft_of_alpha, alpha_lead, coordinator, mechanism):
    assert references(alpha_lead, mechanism)[0] == {"by-monitor"}
    assert references(coordinator, mechanism)[0] == {"by-lead"}  # alpha has no second lead


def test_question_stands_on_the_bodys_desk_until_answered_and_its_answer_on_the_coordinators(
    visits, alpha_monitor, beta_monitor, coordinator, mechanism
):
    approved = Visit.objects.get(reference="alpha-approved")
    question = ask(visit=approved, text="Why?", by=coordinator)
    assert "alpha-approved" in references(alpha_monitor, mechanism)[0]
    assert "alpha-approved" not in references(beta_monitor, mechanism)[0]
    assert "alpha-approved" not in references(coordinator, mechanism)[0]

    answer(question=question, text="Because.", by=alpha_monitor)
    assert "alpha-approved" not in references(alpha_monitor, mechanism)[0]
    assert "alpha-approved" in references(coordinator, mechanism)[0]

    settle(question=question, by=coordinator)
    assert "alpha-approved" not in references(coordinator, mechanism)[0]


@pytest.fixture
def draft_of_alpha(mechanism, alpha, alpha_lead, alpha_monitor):
    """Two submitted visits of alpha, one by its only lead."""
    for reference, by in (("by-lead", alpha_lead), ("by-monitor", alpha_monitor)):
        where = {"place__mechanism": mechanism, "lead_body": alpha}
        VisitFactory(submitted=True, reference=reference, submitted_by=by, **where)


def test_administrator_sees_no_visit_but_the_open_invitations(as_, visits, administrator, mechanism, alpha):
    open_one = {"role": "body_reader", "body": alpha, "invited_by": administrator}
    Invitation.objects.create(email="n@example.org", name="Nora New", secret_hash="a", **open_one)
    gone = timezone.now() - timedelta(minutes=1)
    Invitation.objects.create(email="o@example.org", name="Olga Old", secret_hash="b", expires_at=gone, **open_one)

    page = as_(administrator).get(URL).content.decode()

    assert references(administrator, mechanism) == [set(), set(), set()]
    assert "Nora New" in page
    assert "Olga Old" not in page


def test_coordinator_finds_reports_by_what_became_of_them(coordinator, mechanism):
    year = ReportingYearFactory(mechanism=mechanism)
    for edition, state in enumerate([Job.State.FAILED, Job.State.RUNNING, Job.State.DONE], start=1):
        Report.objects.create(
            year=year,
            edition=edition,
            job=Job.objects.create(kind="annual_report", key=f"report-{edition}", state=state),
            built_at=timezone.now() if state == Job.State.DONE else None,
        )

    lists = work_lists(coordinator, mechanism)

    editions = [[r.edition for g in work.groups if g.kind == "report" for r in g.rows] for work in lists]
    assert editions == [[1], [2], [3]]


def test_what_was_approved_long_ago_is_not_shown(alpha_monitor, mechanism, alpha):
    VisitFactory(
        place__mechanism=mechanism, lead_body=alpha, approved=True, approved_at=timezone.now() - timedelta(days=31)
    )

    assert references(alpha_monitor, mechanism) == [set(), set(), set()]


def test_long_list_shows_ten_and_leads_to_the_rest(as_, alpha_monitor, mechanism, alpha, monkeypatch):
    monkeypatch.setattr("reports.worklists.COUNTED", 11)
    place = PlaceFactory(mechanism=mechanism)
    for _number in range(12):
        VisitFactory(place=place, lead_body=alpha)

    drafts = work_lists(alpha_monitor, mechanism)[0].groups[0]
    page = as_(alpha_monitor).get(URL).content.decode()

    assert (len(drafts.rows), drafts.count, drafts.has_more) == (10, 11, True)
    assert "more than 11" in page
    assert "?state=draft" in page


def test_stranger_finds_nothing_at_this_address(as_, mechanism, stranger):
    assert as_(stranger).get(URL).status_code == 404


def test_anonymous_reader_is_asked_to_sign_in(client, mechanism):
    response = client.get(URL)

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ["alpha_lead", "coordinator"])
def test_desk_asks_the_same_number_of_questions_for_many_visits(
    request, as_, name, mechanism, alpha, beta, django_assert_max_num_queries, django_assert_num_queries
):
    client = as_(request.getfixturevalue(name))
    place = PlaceFactory(mechanism=mechanism)

    def more():
        for state in Visit.State.values:
            approved_at = None if state == Visit.State.DISCARDED else timezone.now()
            for body in (alpha, beta):
                for _number in range(12):
                    VisitFactory(place=place, lead_body=body, state=state, approved_at=approved_at)

    more()
    client.get(URL)  # what the register leaves to be explained is remembered until the next act on it
    with django_assert_max_num_queries(25) as first:
        client.get(URL)
    more()

    with django_assert_num_queries(len(first)):
        client.get(URL)


def test_administrator_is_offered_what_an_administrator_does(as_, administrator, coordinator, mechanism):
    address = reverse("reports:desk_home", kwargs={"npm": mechanism.slug})

    assert "Invite somebody" in as_(administrator).get(address).text
    assert "Invite somebody" not in as_(coordinator).get(address).text
