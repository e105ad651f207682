from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.actions import groups as actions
from members.models import Affiliation, Designation, GroupSeat, WorkingGroup
from members.models.affiliation_groups import sync_groups
from npmportal.models import AuditEvent
from tests.factories import BodyFactory, MechanismFactory, person

LIST = "/examplia/desk/meetings/"
TODAY = date.today()
DAY = timedelta(days=1)


def address(group, name="group_detail", **more):
    return reverse(f"members:{name}", kwargs={"npm": "examplia", "pk": group.pk} | more)


def seat(group, **fields):
    return GroupSeat(**{"group": group, "standing": "member", "starts_on": TODAY} | fields)


# -- Who may be here --------------------------------------------------------------------------------------------------


def test_group_for_its_members_and_invitees_and_nobody_else(
    client, as_, steering, coordinator, alpha_reader, beta_monitor, gamma_monitor, administrator, stranger, retired
):
    for user, status in (
        (coordinator, 200),
        (alpha_reader, 200),
        (beta_monitor, 200),
        (gamma_monitor, 403),
        (administrator, 403),
        (stranger, 404),
    ):
        for name in ("group_detail", "group_ics"):
            assert as_(user).get(address(steering, name)).status_code == status, (user, name)
    assert client.get(address(steering)).url.startswith(reverse("account_login"))
    assert as_(retired).get(address(steering)).url.startswith(reverse("account_login"))


def test_steps_are_for_those_who_keep_the_group(client, as_, steering, coordinator, alpha_lead, beta_monitor, stranger):
    found = steering.seats.first()
    paths = [
        address(steering, "group_change"),
        address(steering, "group_close"),
        address(steering, "seat_add"),
        address(steering, "seat_end", seat=found.pk),
        address(steering, "meeting_plan"),
    ]
    for path in paths:
        assert as_(coordinator).get(path).status_code == 200, path
        assert as_(alpha_lead).get(path).status_code == 403, path
        assert as_(beta_monitor).post(path).status_code == 403, path
        assert as_(stranger).get(path).status_code == 404, path
        assert client.get(path).url.startswith(reverse("account_login"))
    assert as_(alpha_lead).post(address(steering, "seat_all")).status_code == 403
    assert as_(stranger).post(address(steering, "seat_all")).status_code == 404
    assert as_(coordinator).get(address(steering, "seat_all")).status_code == 405
    assert as_(alpha_lead).get("/examplia/desk/meetings/groups/new/").status_code == 403


def test_list_names_every_group_of_the_mechanism_and_tells_no_more(as_, steering, gamma_monitor, stranger, meeting):
    elsewhere = MechanismFactory(slug="elsewhere")
    WorkingGroup.objects.create(mechanism=elsewhere, name_en="Foreign group", kind="theme", starts_on=TODAY)
    WorkingGroup.objects.filter(pk=steering.pk).update(purpose="the inner purpose")

    html = as_(gamma_monitor).get(LIST).content.decode()

    assert "Steering group" in html
    assert address(steering) not in html
    for private in ("the inner purpose", "Spring meeting", "Foreign group"):
        assert private not in html
    assert as_(stranger).get(LIST).status_code == 404


def test_list_costs_a_constant_number_of_queries(as_, mechanism, steering, alpha_monitor, meeting):
    def queries():
        client = as_(alpha_monitor)
        client.get(LIST)  # what is read once in a process is read now
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LIST).status_code == 200
        return len(captured)

    first = queries()
    for number in range(12):
        meeting.pk, meeting.title = None, f"Meeting {number}"
        meeting.save(force_insert=True)
        WorkingGroup.objects.create(mechanism=mechanism, name_en=f"Group {number}", kind="theme", starts_on=TODAY)

    assert queries() == first


def test_seat_that_ended_and_one_not_begun_show_nothing(as_, steering, alpha_monitor):
    seats = steering.seats.filter(body__slug="alpha")
    seats.update(ends_on=TODAY)
    assert as_(alpha_monitor).get(address(steering)).status_code == 403
    seats.update(starts_on=TODAY + DAY, ends_on=None)
    assert as_(alpha_monitor).get(address(steering)).status_code == 403
    seats.update(starts_on=TODAY)
    assert as_(alpha_monitor).get(address(steering)).status_code == 200


def test_personal_seat_for_a_body_ends_with_the_role_there(as_, steering, mechanism, beta, gamma_monitor):
    GroupSeat.objects.create(
        group=steering,
        body=gamma_monitor.affiliations.get().body,
        person=gamma_monitor,
        standing="member",
        starts_on=TODAY,
    )
    assert as_(gamma_monitor).get(address(steering)).status_code == 200

    Affiliation.objects.filter(user=gamma_monitor).update(ends_on=TODAY)
    Affiliation.objects.create(
        user=gamma_monitor, body=BodyFactory(mechanism=mechanism, slug="delta"), role="body_reader", starts_on=TODAY
    )
    sync_groups(gamma_monitor)

    assert as_(gamma_monitor).get(address(steering)).status_code == 403


def test_person_sitting_for_a_body_opens_nothing_to_the_colleagues(as_, steering, gamma_monitor):
    body = gamma_monitor.affiliations.get().body
    colleague = person("body_lead", body)
    steering.seats.create(body=body, person=gamma_monitor, standing="member", starts_on=TODAY)

    assert as_(gamma_monitor).get(address(steering)).status_code == 200
    assert as_(colleague).get(address(steering)).status_code == 403


def test_chair_of_a_body_acts_through_its_lead(as_, steering, alpha, alpha_lead, alpha_monitor, alpha_reader):
    steering.seats.create(body=alpha, standing="chair", starts_on=TODAY)

    assert as_(alpha_lead).get(address(steering, "meeting_plan")).status_code == 200
    assert as_(alpha_monitor).get(address(steering, "meeting_plan")).status_code == 403
    assert as_(alpha_reader).get(address(steering, "meeting_plan")).status_code == 403
    assert as_(alpha_reader).get(address(steering)).status_code == 200


def test_the_four_circles_lie_inside_each_other(
    steering, alpha, coordinator, alpha_lead, alpha_reader, beta_monitor, gamma_monitor, stranger, retired
):
    steering.seats.create(body=alpha, standing="secretary", starts_on=TODAY)
    of = WorkingGroup.objects
    circles = (of.known_to, of.visible_to, of.known_inside_to, of.kept_by, of.chaired_by)
    expected = {
        coordinator: 5,
        alpha_lead: 4,
        alpha_reader: 3,
        beta_monitor: 2,
        gamma_monitor: 1,
        stranger: 0,
        retired: 0,
    }
    for user, depth in expected.items():
        assert [circle(user).exists() for circle in circles] == [True] * depth + [False] * (5 - depth), user


# -- Groups -----------------------------------------------------------------------------------------------------------


def form(**changes):
    return {
        "name_en": "Mental health",
        "kind": "theme",
        "purpose": "To share",
        "starts_on": "2024-05-01",
        "time_zone": "Europe/Amsterdam",
    } | changes


def test_create_and_change_a_group(as_, mechanism, coordinator):
    client = as_(coordinator)
    client.post("/examplia/desk/meetings/groups/new/", form())
    group = WorkingGroup.objects.get()
    assert (group.name_en, group.time_zone, group.starts_on) == ("Mental health", "Europe/Amsterdam", date(2024, 5, 1))

    response = client.post(address(group, "group_change"), form(name_nl="Geestelijk", version=1))

    assert response.url == address(group)
    group.refresh_from_db()
    assert (group.name_nl, group.version) == ("Geestelijk", 2)
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "group.created",
        "group.changed",
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name_en": ""}, "Give the group a name"),
        ({"starts_on": "2024-02-31"}, "Write a day that exists"),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"kind": "x" * 900}, "Select a valid choice"),
        ({"purpose": "\x00"}, "Null characters"),
    ],
)
def test_group_that_cannot_be_is_not_stored_and_what_was_typed_stays(as_, coordinator, mechanism, changes, words):
    response = as_(coordinator).post("/examplia/desk/meetings/groups/new/", form(**changes))

    assert response.status_code == 200
    assert words in response.content.decode()
    assert "To share" in response.content.decode() or "purpose" in changes
    assert not WorkingGroup.objects.exists()


def test_change_of_a_group_that_was_changed_shows_both_and_stores_nothing(as_, coordinator, steering):
    client = as_(coordinator)
    for stale in ("0", "junk", "²", ""):
        response = client.post(address(steering, "group_change"), form(version=stale))
        html = response.content.decode()
        assert response.status_code == 409
        assert "Steering group" in html
        assert "Mental health" in html
    steering.refresh_from_db()
    assert steering.name_en == "Steering group"

    # The page stands on the stored version now: saving once more replaces it, knowingly.
    assert client.post(address(steering, "group_change"), form(version=1)).status_code == 302


def test_close_a_group_ends_its_seats_and_keeps_its_records_with_who_convenes(
    as_, coordinator, alpha_monitor, steering
):
    steering.seats.create(guest="later", standing="member", starts_on=TODAY + 30 * DAY)
    client = as_(coordinator)
    path = address(steering, "group_close")

    assert "Give a reason." in client.post(path, {"ends_on": TODAY.isoformat()}).content.decode()
    client.post(path, {"ends_on": TODAY.isoformat(), "reason": "Done"})

    assert as_(alpha_monitor).get(address(steering)).status_code == 403
    assert client.get(address(steering)).status_code == 200
    assert not steering.seats.as_at(TODAY).exists()
    assert not steering.seats.as_at(TODAY + 40 * DAY).exists()
    assert "was closed already" in client.post(path, {"ends_on": TODAY.isoformat(), "reason": "x"}).content.decode()


# -- Seats ------------------------------------------------------------------------------------------------------------


def test_add_and_end_a_seat_on_the_pages(as_, coordinator, steering, gamma_monitor):
    body = gamma_monitor.affiliations.get().body
    client = as_(coordinator)

    client.post(address(steering, "seat_add"), {"standing": "member", "body": body.pk, "starts_on": TODAY.isoformat()})
    assert as_(gamma_monitor).get(address(steering)).status_code == 200
    found = steering.seats.get(body=body)
    ending = {"ends_on": TODAY.isoformat(), "reason": "left the network"}
    client.post(address(steering, "seat_end", seat=found.pk), ending)

    assert as_(gamma_monitor).get(address(steering)).status_code == 403
    html = client.get(address(steering)).content.decode()
    assert "left the network" in html
    assert client.post(address(steering, "seat_end", seat=found.pk), ending).status_code == 404


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "Say who has the seat"),
        ({"guest": "Ms Guest", "body": "alpha"}, "A guest has a seat of its own"),
        ({"body": "alpha", "person": "beta_monitor"}, "does not work for the body"),
        ({"body": "alpha", "ends_on": "2019-01-01"}, "The seat must end after it begins"),
        ({"body": "alpha", "starts_on": "2019-06-01"}, "The group does not exist on that day"),
        ({"body": "alpha"}, "There is such a seat already"),
        ({"body": "999999999999999999999"}, "Select a valid choice"),
    ],
)
def test_seat_that_cannot_be(as_, coordinator, steering, alpha, beta_monitor, typed, words):
    keys = {"alpha": alpha.pk, "beta_monitor": beta_monitor.pk}
    data = {"standing": "member", "starts_on": TODAY.isoformat()} | {k: keys.get(v, v) for k, v in typed.items()}

    response = as_(coordinator).post(address(steering, "seat_add"), data)

    assert words in response.content.decode()
    assert "violated" not in response.content.decode()  # the name of a constraint of the database
    assert steering.seats.count() == 2


def test_body_and_person_of_another_mechanism_cannot_be_seated(as_, coordinator, steering, stranger):
    foreign = BodyFactory(mechanism=MechanismFactory(slug="elsewhere"), slug="foreign")
    client = as_(coordinator)

    for typed in ({"body": foreign.pk}, {"person": stranger.pk}):
        data = {"standing": "member", "starts_on": TODAY.isoformat()} | typed
        assert "Select a valid choice" in client.post(address(steering, "seat_add"), data).content.decode()
    with pytest.raises(PermissionDenied):
        actions.add_seat(seat=seat(steering, body=foreign), by=coordinator)
    with pytest.raises(IntegrityError), transaction.atomic():
        seat(steering, body=foreign).save()
    assert steering.seats.count() == 2


def test_rotating_chair_hands_over_and_nobody_shares_the_chair(coordinator, steering, alpha, beta):
    three_years = TODAY - 3 * 365 * DAY
    actions.add_seat(seat=seat(steering, body=alpha, standing="chair", starts_on=three_years), by=coordinator)
    actions.add_seat(seat=seat(steering, body=beta, standing="chair"), by=coordinator)

    chairs = steering.seats.filter(standing="chair").order_by("starts_on")
    assert [(c.body, c.starts_on, c.ends_on) for c in chairs] == [(alpha, three_years, TODAY), (beta, TODAY, None)]
    assert [c.body for c in chairs.as_at(TODAY - DAY)] == [alpha]
    assert [c.body for c in chairs.as_at(TODAY)] == [beta]
    with pytest.raises(actions.GroupRefused, match="is chair from"):
        actions.add_seat(seat=seat(steering, body=alpha, standing="chair"), by=coordinator)
    with pytest.raises(IntegrityError), transaction.atomic():
        seat(steering, guest="Somebody", standing="chair", starts_on=TODAY + DAY).save()


def test_chair_seats_members_but_makes_no_officers(steering, alpha, beta, alpha_lead):
    steering.seats.create(body=alpha, standing="chair", starts_on=TODAY)
    actions.add_seat(seat=seat(steering, guest="Ms Guest", standing="invitee"), by=alpha_lead)

    for standing in GroupSeat.OFFICERS:
        with pytest.raises(PermissionDenied):
            actions.add_seat(seat=seat(steering, person=alpha_lead, standing=standing), by=alpha_lead)
    with pytest.raises(PermissionDenied):
        actions.end_seat(seat=steering.seats.get(standing="chair"), ends_on=TODAY, reason="x", by=alpha_lead)


def test_seat_all_gives_a_seat_to_each_body_that_takes_part(as_, mechanism, alpha, beta, coordinator):
    observer, unknown = (BodyFactory(mechanism=mechanism, slug=slug) for slug in ("observer", "unknown"))
    Designation.objects.filter(body=observer).update(takes_part=False)
    Designation.objects.filter(body=unknown).update(takes_part=None)
    BodyFactory(mechanism=MechanismFactory(slug="elsewhere"), slug="foreign")
    group = WorkingGroup.objects.create(
        mechanism=mechanism, name_en="Consultation", kind="consultation", starts_on=date(2020, 1, 1)
    )
    group.seats.create(body=alpha, standing="invitee", starts_on=TODAY)
    client = as_(coordinator)

    client.post(address(group, "seat_all"))
    client.post(address(group, "seat_all"))

    assert {(s.body.slug, s.standing) for s in group.seats.all()} == {("alpha", "invitee"), ("beta", "member")}


def test_group_page_costs_a_constant_number_of_queries(
    as_, mechanism, steering, alpha_monitor, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_(alpha_monitor)
    with CaptureQueriesContext(connection) as first:
        client.get(address(steering))
    for number in range(8):
        steering.seats.create(
            body=BodyFactory(mechanism=mechanism, slug=f"b{number}"), standing="member", starts_on=TODAY
        )

    with django_assert_num_queries(len(first)):
        assert "B7 Inspectorate" in client.get(address(steering)).content.decode()
