"""The quarterly review of leavers: opened by the clock, gone through by the lead, seen by the administrator."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members import keeping_people
from members.actions import reviews
from members.actions.people_rules import PeopleError
from members.models import Affiliation, PeopleReview, User
from members.models.safekeeping import quarter_of
from npmportal.models import AuditEvent
from tests.factories import BodyFactory, person

REVIEWS = "/examplia/desk/people/review/"


@pytest.fixture
def review(alpha, alpha_lead, alpha_monitor):
    PeopleReview.objects.open_quarter(date.today())
    return PeopleReview.objects.get(body=alpha)


def path(review):
    return f"{REVIEWS}{review.pk}/"


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 1, 1), date(2026, 1, 1)),
        (date(2026, 3, 31), date(2026, 1, 1)),
        (date(2026, 4, 1), date(2026, 4, 1)),
        (date(2026, 12, 31), date(2026, 10, 1)),
    ],
)
def test_quarters(day, quarter):
    assert quarter_of(day) == quarter


def test_clock_opens_one_review_a_body_and_quarter(mechanism, alpha, beta, alpha_lead, alpha_monitor, coordinator):
    BodyFactory(mechanism=mechanism, slug="gamma")
    person("body_reader", beta, name="Bob Gone", is_active=False)

    assert keeping_people.open_reviews(date(2026, 4, 1)) == 1
    assert keeping_people.open_reviews(date(2026, 6, 30)) == 0
    assert keeping_people.open_reviews(date(2026, 7, 1)) == 1

    first, second = PeopleReview.objects.order_by("quarter_starts_on")
    assert (first.body, first.quarter_starts_on, first.due_on) == (alpha, date(2026, 4, 1), date(2026, 4, 29))
    assert (second.quarter_starts_on, second.quarter) == (date(2026, 7, 1), 3)
    assert AuditEvent.objects.filter(action="people_review.opened").count() == 2


def test_review_that_opens_late_leaves_four_weeks(alpha_lead):
    PeopleReview.objects.open_quarter(date(2026, 6, 20))

    assert PeopleReview.objects.get().due_on == date(2026, 7, 18)


def test_lead_sees_it_on_the_desk_and_confirms_the_list(as_, fresh_as_, review, alpha_lead, alpha_monitor):
    client = fresh_as_(alpha_lead)
    desk = client.get("/examplia/desk/").content.decode()
    assert "Reviews of leavers" in desk
    assert path(review) in desk
    page = client.get(path(review)).content.decode()
    assert "Alma Monitor" in page
    assert f"/examplia/desk/people/{alpha_monitor.pk}/retire/?from=review" in page

    half = client.post(path(review), {"person": [alpha_lead.pk]})
    assert half.status_code == 200
    assert "Not ticked: Alma Monitor." in half.content.decode()
    assert f'value="{alpha_lead.pk}" checked' in half.content.decode()
    assert client.post(f"/examplia/desk/people/{alpha_monitor.pk}/retire/?from=review").url == REVIEWS
    assert client.post(path(review), {"person": [alpha_lead.pk]}).url == REVIEWS

    review.refresh_from_db()
    assert (review.confirmed_by, review.people) == (alpha_lead, 1)
    assert not User.objects.get(pk=alpha_monitor.pk).is_active
    event = AuditEvent.objects.get(action="people_review.confirmed")
    assert (event.actor, event.body_ids, event.details) == (alpha_lead, [review.body_id], {"people": 1})
    assert "Reviews of leavers" not in client.get("/examplia/desk/").content.decode()
    assert "Confirmed on" in client.get(REVIEWS).content.decode()


def test_confirmed_once(review, alpha_lead, alpha_monitor):
    given = {"review": review, "still_there": [alpha_lead.pk, alpha_monitor.pk], "by": alpha_lead}
    reviews.confirm_review(**given)

    with pytest.raises(PeopleError, match="confirmed already"):
        reviews.confirm_review(**given)


def test_somebody_who_came_meanwhile_is_not_confirmed_unseen(review, alpha, alpha_lead, alpha_monitor):
    person("body_reader", alpha, name="Nina New")

    with pytest.raises(PeopleError, match="Nina New"):
        reviews.confirm_review(review=review, still_there=[alpha_lead.pk, alpha_monitor.pk], by=alpha_lead)


@pytest.mark.parametrize("ticked", ["9" * 5000, "-1", "1.5", "²", "\x00"])
def test_ticks_that_are_no_numbers_tick_nobody(as_, review, alpha_lead, alpha_monitor, ticked):
    answer = as_(alpha_lead).post(path(review), {"person": [ticked, alpha_lead.pk]})

    assert answer.context["problem"].startswith(f"Not ticked: {alpha_monitor.name}.")
    assert PeopleReview.objects.get(pk=review.pk).confirmed_at is None


def test_overdue_is_seen_by_the_administrator(as_, review, administrator, coordinator):
    client = as_(administrator)
    assert "Reviews of leavers" not in client.get("/examplia/desk/").content.decode()

    PeopleReview.objects.update(due_on=date.today() - timedelta(days=1))

    assert "Reviews of leavers" in client.get("/examplia/desk/").content.decode()
    assert "The review of leavers is overdue." in client.get("/examplia/desk/people/").content.decode()
    assert "Overdue" in client.get(REVIEWS).content.decode()
    assert client.get(path(review)).status_code == 200
    assert "Reviews of leavers" not in as_(coordinator).get("/examplia/desk/").content.decode()


def test_reviews_are_for_those_who_manage_the_body(
    client, as_, review, beta, administrator, alpha_lead, alpha_monitor, coordinator, stranger
):
    beta_lead = person("body_lead", beta, name="Bea Lead")
    for address in (REVIEWS, path(review)):
        assert as_(alpha_lead).get(address).status_code == 200
        assert as_(administrator).get(address).status_code == 200
        assert as_(stranger).get(address).status_code == 404
        assert as_(coordinator).get(address).status_code == 403
        assert as_(alpha_monitor).get(address).status_code == 403
        assert client.get(address).url.startswith(reverse("account_login"))
    assert "Alpha" not in as_(beta_lead).get(REVIEWS).content.decode()
    for method in ("get", "post"):
        assert getattr(as_(beta_lead), method)(path(review)).status_code == 404
    assert as_(alpha_lead).post(REVIEWS).status_code == 405
    assert as_(alpha_lead).put(path(review)).status_code == 405
    junk = as_(alpha_lead).post(path(review), {"person": ["x", "²", "-1", "9" * 300]})
    assert "Not ticked" in junk.content.decode()


def test_only_the_newest_review_of_a_body_is_listed(as_, review, alpha_lead):
    PeopleReview.objects.create(
        body=review.body, quarter_starts_on=date(2020, 1, 1), due_on=date(2020, 1, 29), confirmed_at=timezone.now(),
        confirmed_by=alpha_lead, people=3,
    )  # fmt: skip

    assert as_(alpha_lead).get(REVIEWS).content.decode().count("Alpha Inspectorate") == 1


def test_pages_cost_a_constant_number_of_queries(
    as_, mechanism, administrator, alpha, alpha_lead, django_assert_max_num_queries
):
    for n in range(8):
        body = BodyFactory(mechanism=mechanism, slug=f"body-{n}")
        person("body_lead", body, name=f"Lead {n}")
        reader = person("body_reader", alpha, name=f"Reader {n}")
        Affiliation.objects.create(user=reader, body=alpha, role="body_monitor")
    PeopleReview.objects.open_quarter(date.today())
    client = as_(administrator)

    with django_assert_max_num_queries(12):
        assert client.get(REVIEWS).content.decode().count("To be confirmed") == 9
    with django_assert_max_num_queries(12):
        client.get(path(PeopleReview.objects.get(body=alpha)))
