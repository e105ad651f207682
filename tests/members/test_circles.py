"""What a person knows of groups is asked once a page, and anew for the next one."""

from datetime import date, timedelta

import pytest

from members.models import Decision, GroupSeat, Meeting, Task, User, WorkingGroup
from members.models.group import circles_of
from npmportal import access, page_memory

pytestmark = pytest.mark.django_db
TODAY = date.today()


@pytest.fixture
def group(mechanism):
    return WorkingGroup.objects.create(
        mechanism=mechanism, name_en="Access", kind=WorkingGroup.Kind.THEME, starts_on=TODAY
    )


@pytest.fixture
def seat(group, alpha):
    return give_seat(group, alpha, "chair")


def give_seat(group, body, standing, starts_on=TODAY):
    return GroupSeat.objects.create(group=group, body=body, standing=standing, starts_on=starts_on)


def test_a_page_asks_once_for_the_seats_of_its_reader(seat, alpha_lead, django_assert_num_queries):
    access.remember_for_request(alpha_lead)
    page_memory.read_only(alpha_lead)
    with django_assert_num_queries(1):
        for model in (WorkingGroup, Meeting, Decision, Task):
            model.objects.visible_to(alpha_lead)
        assert seat.group_id in circles_of(alpha_lead).kept.ids


def test_where_something_may_change_it_is_asked_each_time(seat, alpha_lead):
    assert circles_of(alpha_lead).chaired
    GroupSeat.objects.filter(pk=seat.pk).update(ends_on=TODAY)
    assert not circles_of(alpha_lead).seated


def test_the_next_request_knows_what_the_one_before_did_not(seat, alpha_lead):
    page_memory.read_only(alpha_lead)
    assert circles_of(alpha_lead).seated
    GroupSeat.objects.filter(pk=seat.pk).update(ends_on=TODAY)
    assert not circles_of(User.objects.get(pk=alpha_lead.pk)).seated


def test_new_groups_of_a_person_forget_what_was_remembered(seat, alpha_lead):
    access.remember_for_request(alpha_lead)
    page_memory.read_only(alpha_lead)
    assert circles_of(alpha_lead).seated
    access.set_groups(alpha_lead, [])
    assert not circles_of(alpha_lead).seated


@pytest.mark.parametrize(
    ("standing", "who", "expected"),
    [
        ("chair", "alpha_lead", (True, True, True, True)),
        ("chair", "alpha_reader", (True, True, False, False)),
        ("secretary", "alpha_lead", (True, True, True, False)),
        ("member", "alpha_lead", (True, True, False, False)),
        ("invitee", "alpha_lead", (True, False, False, False)),
        ("chair", "beta_monitor", (False, False, False, False)),
    ],
)
def test_circles_lie_inside_each_other(request, group, alpha, standing, who, expected):
    give_seat(group, alpha, standing)
    circles = circles_of(request.getfixturevalue(who))
    assert tuple(map(bool, (circles.seated, circles.inside, circles.kept, circles.chaired))) == expected


def test_seats_of_other_days_give_nothing(group, alpha, alpha_lead):
    give_seat(group, alpha, "member", TODAY + timedelta(days=1))
    assert not circles_of(alpha_lead).seated
