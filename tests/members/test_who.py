"""Who can see groups, meetings, tasks, people and the register: the list equals the rule, and each page its access."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members import seeing
from members.models import GroupSeat, Meeting, Task, User, WorkingGroup
from members.models.person import Invitation
from npmportal.access import ROLES
from tests.factories import person

ROLE = st.tuples(st.sampled_from(sorted(ROLES)), st.sampled_from(["alpha", "beta"]), st.booleans())
SEAT = st.tuples(
    st.sampled_from(["body", "person", "both"]),
    st.sampled_from(GroupSeat.Standing.values),
    st.sampled_from(["alpha", "beta"]),
    st.integers(0, 4),
    st.booleans(),
)
LAST_YEAR = date.today() - timedelta(days=365)


def seen_by(mechanism, found):
    return {holding.user_id for holding, _ground in seeing.seers(mechanism, found)}


def let_in(queryset):
    return {user.pk for user in User.objects.all() if queryset(user).exists()}


@pytest.fixture
def group(mechanism):
    return WorkingGroup.objects.create(mechanism=mechanism, kind="theme", name_en="A group", starts_on=LAST_YEAR)


@pytest.fixture
def meeting(group):
    at = datetime(2026, 1, 5, 10, tzinfo=UTC)
    return Meeting.objects.create(group=group, title="A meeting", starts_at=at, ends_at=at + timedelta(hours=2))


def people_with(roles, bodies, mechanism):
    found = []
    for role, where, is_active in roles:
        user = person(role, bodies[where] if ROLES[role].scope == "members.MemberBody" else mechanism)
        User.objects.filter(pk=user.pk).update(is_active=is_active)
        found.append(user)
    return found


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(roles=st.lists(ROLE, min_size=1, max_size=5), seat=SEAT)
def test_group_and_meeting_are_seen_by_those_on_the_list(mechanism, alpha, beta, group, meeting, roles, seat):
    bodies = {"alpha": alpha, "beta": beta}
    people = people_with(roles, bodies, mechanism)
    GroupSeat.objects.all().delete()
    kind, standing, where, number, has_ended = seat
    GroupSeat.objects.create(
        group=group,
        standing=standing,
        starts_on=LAST_YEAR,
        ends_on=date.today() if has_ended else None,
        body=bodies[where] if kind != "person" else None,
        person=people[number % len(people)] if kind != "body" else None,
    )

    found = seen_by(mechanism, seeing.grounds_of_group(group))

    assert found == let_in(lambda user: WorkingGroup.objects.visible_to(user).filter(pk=group.pk))
    assert found == let_in(lambda user: Meeting.objects.visible_to(user).filter(pk=meeting.pk))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    roles=st.lists(ROLE, min_size=1, max_size=5),
    seat=SEAT,
    owner=st.integers(0, 4) | st.none(),
    giver=st.integers(0, 4),
    of_body=st.booleans(),
    in_meeting=st.booleans(),
)
def test_task_is_seen_by_those_on_the_list(
    mechanism, alpha, beta, group, meeting, roles, seat, owner, giver, of_body, in_meeting
):
    bodies = {"alpha": alpha, "beta": beta}
    people = people_with(roles, bodies, mechanism)
    GroupSeat.objects.all().delete()
    kind, standing, where, number, _ended = seat
    GroupSeat.objects.create(
        group=group,
        standing=standing,
        starts_on=LAST_YEAR,
        body=bodies[where] if kind != "person" else None,
        person=people[number % len(people)] if kind != "body" else None,
    )
    task = Task.objects.create(
        mechanism=mechanism,
        title="A task",
        body=alpha if of_body or owner is None else None,
        owner=people[owner % len(people)] if owner is not None else None,
        created_by=people[giver % len(people)],
        due_on=date.today(),
        meeting=meeting if in_meeting else None,
    )

    assert seen_by(mechanism, seeing.grounds_of_task(task)) == let_in(
        lambda user: Task.objects.visible_to(user).filter(pk=task.pk)
    )


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(roles=st.lists(ROLE, min_size=1, max_size=5))
def test_invitations_are_seen_by_those_on_the_list(mechanism, alpha, beta, roles):
    people = people_with(roles, {"alpha": alpha, "beta": beta}, mechanism)
    invitation = Invitation.objects.create(
        email="x@example.org",
        name="X",
        body=alpha,
        role="body_reader",
        secret_hash=str(date.today()),
        invited_by=people[0],
    )

    found = seen_by(mechanism, seeing.grounds_of_people(mechanism, [alpha.pk]))

    assert found == let_in(lambda user: Invitation.objects.manageable_by(user).filter(pk=invitation.pk))
    invitation.delete()


# -- The pages --------------------------------------------------------------------------------------------------------
def test_pages_answer_by_who_sees_the_record(
    client, as_, mechanism, alpha, group, meeting, coordinator, administrator, alpha_lead, beta_monitor, stranger
):
    GroupSeat.objects.create(group=group, body=alpha, standing="invitee", starts_on=LAST_YEAR)
    task = Task.objects.create(
        mechanism=mechanism, title="Canary task", body=alpha, created_by=coordinator, due_on=date.today()
    )
    where = {
        "group_who": {"pk": group.pk},
        "meeting_who": {"pk": meeting.pk},
        "task_who": {"pk": task.pk},
        "body_who": {"body": "alpha"},
        "people_who": {},
    }
    expected = {
        "group_who": {coordinator: 200, alpha_lead: 200, beta_monitor: 404, administrator: 404},
        "meeting_who": {coordinator: 200, alpha_lead: 200, beta_monitor: 404, administrator: 404},
        "task_who": {coordinator: 200, alpha_lead: 200, beta_monitor: 404, administrator: 404},
        "body_who": {coordinator: 200, alpha_lead: 200, beta_monitor: 200, administrator: 200},
        "people_who": {coordinator: 403, alpha_lead: 200, beta_monitor: 403, administrator: 200},
    }
    for name, kwargs in where.items():
        url = reverse(f"members:{name}", kwargs={"npm": mechanism.slug} | kwargs)
        assert {user: as_(user).get(url).status_code for user in expected[name]} == expected[name]
        assert as_(stranger).get(url).status_code == 404
        assert as_(alpha_lead).post(url).status_code == 405
        assert client.get(url).url.startswith(reverse("account_login"))


def test_group_names_the_standing_and_counts_other_bodies(as_, mechanism, alpha, beta, group, alpha_lead, beta_monitor):
    GroupSeat.objects.create(group=group, body=alpha, standing="member", starts_on=LAST_YEAR)
    GroupSeat.objects.create(group=group, body=beta, standing="invitee", starts_on=LAST_YEAR)
    url = reverse("members:group_who", kwargs={"npm": mechanism.slug, "pk": group.pk})

    html = as_(alpha_lead).get(url).content.decode()

    assert "Alva Lead" in html
    assert "Has a seat: member" in html
    assert "1 person of Beta Inspectorate" in html
    assert "Has a seat: invitee" in html
    assert "Bert Monitor" not in html


def test_administrator_reads_all_names_of_those_who_manage_people(as_, mechanism, administrator, alpha_lead):
    url = reverse("members:people_who", kwargs={"npm": mechanism.slug})

    html = as_(administrator).get(url).content.decode()

    assert "Alva Lead" in html
    assert "Adam Administrator" in html


def test_body_of_a_register_that_is_not_public_is_said_to_be_so(as_, mechanism, alpha, alpha_lead):
    url = reverse("members:body_who", kwargs={"npm": mechanism.slug, "body": "alpha"})
    assert "Everybody: this page" in as_(alpha_lead).get(url).content.decode()
    mechanism.is_public = False
    mechanism.save()

    assert "Everybody: this page" not in as_(alpha_lead).get(url).content.decode()
