from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from members.actions import meetings as actions
from members.actions.groups import GroupRefused
from members.models import AgendaItem, Attendance, Decision, Meeting, MeetingEvent, Task
from npmportal.models import AuditEvent
from tests.factories import PlaceFactory, VisitFactory

GROUP_STEPS = ("meeting_plan",)
STEPS = (
    "meeting_change",
    "meeting_cancel",
    "meeting_attendance",
    "point_add",
    "decision_add",
    "meeting_task_add",
    "minutes_write",
)


def address(meeting, name="meeting_detail", **more):
    return reverse(f"members:{name}", kwargs={"npm": "examplia", "pk": meeting.pk} | more)


def plan(group, **changes):
    data = {"title": "Next meeting", "starts_at": "2031-06-03T10:00", "ends_at": "2031-06-03T12:00", "where": "Room 2"}
    return data | changes


def decide(meeting, by, text="We ask the ministry.", concerned=("", "")):
    return actions.record_decision(decision=Decision(meeting=meeting, text=text), concerned=concerned, by=by)


# -- Who may be here --------------------------------------------------------------------------------------------------


def test_meeting_for_who_has_a_seat_and_not_found_by_anybody_else(
    client, as_, meeting, coordinator, alpha_reader, beta_monitor, gamma_monitor, administrator, stranger
):
    for name in ("meeting_detail", "meeting_ics"):
        for user in (coordinator, alpha_reader, beta_monitor):
            assert as_(user).get(address(meeting, name)).status_code == 200
        for user in (gamma_monitor, administrator, stranger):
            assert as_(user).get(address(meeting, name)).status_code == 404
        assert client.get(address(meeting, name)).url.startswith(reverse("account_login"))
        assert as_(coordinator).post(address(meeting, name)).status_code == 405


def test_steps_are_for_those_who_keep_the_meeting(
    client, as_, held, coordinator, alpha_lead, beta_monitor, gamma_monitor, stranger
):
    point, decision = held.agenda.first(), decide(held, coordinator)
    paths = [address(held, name) for name in STEPS]
    paths += [address(held, name, point=point.pk) for name in ("point_change", "point_remove")]
    paths += [address(held, name, decision=decision.pk) for name in ("decision_change", "decision_remove")]
    for path in paths:
        assert as_(coordinator).get(path).status_code == 200, path
        for method in ("get", "post"):
            assert getattr(as_(alpha_lead), method)(path).status_code == 403, path
            assert getattr(as_(beta_monitor), method)(path).status_code == 403, path
            assert getattr(as_(gamma_monitor), method)(path).status_code == 404, path
            assert getattr(as_(stranger), method)(path).status_code == 404, path
        assert client.post(path).url.startswith(reverse("account_login"))
    up = address(held, "point_up", point=point.pk)
    assert as_(alpha_lead).post(up).status_code == 403
    assert as_(coordinator).get(up).status_code == 405
    assert held.agenda.count() == 2


def test_points_and_decisions_of_another_meeting_are_not_found(as_, held, steering, coordinator):
    now = timezone.now()
    other = Meeting.objects.create(group=steering, title="Other", starts_at=now, ends_at=now + timedelta(hours=1))
    decision = decide(held, coordinator)
    client = as_(coordinator)

    assert client.get(address(other, "point_change", point=held.agenda.first().pk)).status_code == 404
    assert client.get(address(other, "decision_change", decision=decision.pk)).status_code == 404
    wrong = Decision(meeting=other, text="x", item=held.agenda.first())
    with pytest.raises(PermissionDenied):
        actions.record_decision(decision=wrong, by=coordinator)


# -- Planning, changing, cancelling -----------------------------------------------------------------------------------


def test_plan_takes_the_time_of_the_groups_own_clock(as_, steering, coordinator):
    type(steering).objects.update(time_zone="Europe/Amsterdam")

    response = as_(coordinator).post(address(steering, "meeting_plan"), plan(steering))

    meeting = Meeting.objects.get()
    assert response.url == address(meeting)
    assert meeting.starts_at == datetime(2031, 6, 3, 10, tzinfo=ZoneInfo("Europe/Amsterdam"))
    assert "10:00–12:00 (Europe/Amsterdam)" in as_(coordinator).get(address(meeting)).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends_at": "2031-06-03T09:00"}, "The meeting must end after it begins"),
        ({"starts_at": "tomorrow"}, "Write day and time"),
        ({"starts_at": "2031-02-31T10:00"}, "Write day and time"),
        ({"starts_at": "0001-01-01T00:00"}, "Write day and time"),
        ({"starts_at": "2031-03-30T01:30"}, "There is no such hour"),
        ({"title": ""}, "This field is required"),
        ({"title": "x" * 201}, "at most 200 characters"),
    ],
)
def test_meeting_that_cannot_be(as_, steering, coordinator, changes, words):
    response = as_(coordinator).post(address(steering, "meeting_plan"), plan(steering, **changes))

    html = response.content.decode()
    assert words in html
    assert "Room 2" in html
    assert not Meeting.objects.exists()


def test_change_needs_a_reason_for_another_time_and_counts_for_calendars(as_, meeting, coordinator):
    client, path = as_(coordinator), address(meeting, "meeting_change")

    assert "Say why the time changes." in client.post(path, plan(meeting, version=1)).content.decode()
    client.post(path, plan(meeting, version=1, reason="The room was taken"))
    meeting.refresh_from_db()
    assert (meeting.title, meeting.sequence, meeting.version) == ("Next meeting", 1, 2)
    client.post(path, plan(meeting, version=2, title="Only the title"))
    meeting.refresh_from_db()
    assert (meeting.title, meeting.sequence, meeting.version) == ("Only the title", 1, 3)

    event = MeetingEvent.objects.filter(reason="The room was taken").get()
    assert "Spring meeting" in event.before
    assert "The room was taken" not in str(AuditEvent.objects.values_list("details", flat=True))


def test_change_of_a_meeting_that_was_changed_shows_both_and_loses_nothing(as_, meeting, coordinator):
    client = as_(coordinator)
    theirs = Meeting.objects.get(pk=meeting.pk)
    theirs.where = "Attic"
    actions.change_meeting(meeting=theirs, expected_version=1, reason="", by=coordinator)

    response = client.post(address(meeting, "meeting_change"), plan(meeting, version=1, reason="r"))

    html = response.content.decode()
    assert response.status_code == 409
    for words in ("Attic", "Room 2", "Spring meeting", "Next meeting"):
        assert words in html
    meeting.refresh_from_db()
    assert (meeting.title, meeting.where) == ("Spring meeting", "Attic")


def test_cancel_needs_a_reason_and_ends_the_meeting(as_, meeting, coordinator):
    client, path = as_(coordinator), address(meeting, "meeting_cancel")

    assert "Give a reason." in client.post(path, {"reason": " "}).content.decode()
    assert client.post(path, {"reason": "Strike"}).url == address(meeting)
    meeting.refresh_from_db()
    assert (meeting.state, meeting.sequence) == ("cancelled", 1)
    assert "was cancelled" in client.post(path, {"reason": "again"}).content.decode()
    assert "was cancelled" in client.post(address(meeting, "point_add"), {"title": "Late point"}).content.decode()
    assert "was cancelled" in client.post(address(meeting, "decision_add"), {"text": "Late"}).content.decode()
    assert not Decision.objects.exists()


# -- The agenda -------------------------------------------------------------------------------------------------------


def test_points_are_added_moved_changed_and_removed(as_, meeting, coordinator):
    client = as_(coordinator)
    client.post(address(meeting, "point_add"), {"title": "Third point", "paper": "third paper"})
    third = meeting.agenda.get(title="Third point")
    client.post(address(meeting, "point_up", point=third.pk))
    client.post(address(meeting, "point_up", point=third.pk))
    client.post(address(meeting, "point_up", point=third.pk))
    assert [p.title for p in meeting.agenda.all()] == ["Third point", "Inner point", "Open point"]

    client.post(
        address(meeting, "point_change", point=third.pk), {"title": "Renamed", "for_invitees": "on", "version": 1}
    )
    third.refresh_from_db()
    assert (third.title, third.paper, third.for_invitees, third.version) == ("Renamed", "", True, 2)
    stale = client.post(address(meeting, "point_change", point=third.pk), {"title": "Mine", "version": 1})
    assert stale.status_code == 409
    assert "Renamed" in stale.content.decode()

    remove = address(meeting, "point_remove", point=third.pk)
    assert "Give a reason." in client.post(remove, {"reason": ""}).content.decode()
    client.post(remove, {"reason": "withdrawn"})
    assert not AgendaItem.objects.filter(pk=third.pk).exists()
    assert "Renamed" in client.get(address(meeting)).content.decode()  # in the history


# -- Attendance -------------------------------------------------------------------------------------------------------


def test_attendance_and_decisions_wait_until_the_meeting_begins(as_, meeting, coordinator, alpha, beta):
    rows = {f"row_b{alpha.pk}": "present", f"row_b{beta.pk}": ""}
    Meeting.objects.update(starts_at=timezone.now() + timedelta(minutes=5))
    client = as_(coordinator)

    for name, data in (("meeting_attendance", rows | {"version": 1}), ("decision_add", {"text": "Early"})):
        assert "has not begun yet" in client.post(address(meeting, name), data).content.decode()
    with pytest.raises(GroupRefused):
        decide(meeting, coordinator)


# -- Decisions and actions, and the records they concern --------------------------------------------------------------


def test_decision_concerns_a_record_chosen_or_named_by_its_address(as_, held, coordinator, alpha, mechanism):
    place = PlaceFactory(mechanism=mechanism)
    place_url = reverse("visits:place_detail", kwargs={"npm": "examplia", "pk": place.pk})
    client = as_(coordinator)

    client.post(address(held, "decision_add"), {"text": "About alpha", "about": f"members.memberbody {alpha.pk}"})
    client.post(
        address(held, "decision_add"), {"text": "About a place", "about_address": f"http://testserver{place_url}?x=1#y"}
    )

    found = {d.text: (d.concerns, d.concerns_id) for d in Decision.objects.all()}
    assert found["About alpha"] == ("members.memberbody", str(alpha.pk))
    assert found["About a place"] == ("visits.place", str(place.pk))
    html = client.get(address(held)).content.decode()
    assert "Body: Alpha Inspectorate" in html
    assert f"Place: {place.name}" in html
    assert "About a place" in client.get(place_url).content.decode()
    assert "About alpha" in client.get("/examplia/desk/members/alpha/").content.decode()
    assert "About alpha" not in client.get("/examplia/members/alpha/").content.decode()


@pytest.mark.parametrize(
    "junk", ["x", "/", "/examplia/desk/visits/00000000-0000-4000-8000-000000000000/", "http://", "\x01"]
)
def test_address_of_no_record_is_an_error(as_, held, coordinator, junk):
    response = as_(coordinator).post(address(held, "decision_add"), {"text": "Typed", "about_address": junk})

    assert "No record that you may open" in response.content.decode()
    assert "Typed" in response.content.decode()
    assert not Decision.objects.exists()


def test_record_of_another_mechanism_or_that_one_may_not_see_cannot_be_named(as_, held, coordinator, alpha, stranger):
    draft = VisitFactory(lead_body=alpha, place__mechanism=alpha.mechanism)
    theirs = reverse("visits:visit_detail", kwargs={"npm": "examplia", "pk": draft.pk})
    client = as_(coordinator)

    assert (
        "No record"
        in client.post(address(held, "decision_add"), {"text": "x", "about_address": theirs}).content.decode()
    )
    assert (
        "Select a valid"
        in client.post(address(held, "decision_add"), {"text": "x", "about": "visits.visit 1"}).content.decode()
    )


def test_record_the_reader_may_not_open_is_not_named(as_, held, coordinator, beta, alpha_monitor, beta_monitor):
    visit = VisitFactory(lead_body=beta, place__mechanism=beta.mechanism, submitted=True, reference="BETA-SECRET")
    decide(held, coordinator, concerned=("visits.visit", str(visit.pk)))

    assert "Visit: BETA-SECRET" in as_(coordinator).get(address(held)).content.decode()
    html = as_(alpha_monitor).get(address(held)).content.decode()
    assert "a record you cannot open" in html
    assert "BETA-SECRET" not in html
    # The other way round: beta reads its visit and, as an invitee, not what was decided about it.
    visit_url = reverse("visits:visit_detail", kwargs={"npm": "examplia", "pk": visit.pk})
    assert "We ask the ministry." not in as_(beta_monitor).get(visit_url).content.decode()
    assert "We ask the ministry." in as_(coordinator).get(visit_url).content.decode()


def test_decision_worded_anew_keeps_the_old_words_and_a_reason(as_, held, coordinator):
    decision = decide(held, coordinator, "Old words")
    client, path = as_(coordinator), address(held, "decision_change", decision=decision.pk)

    assert "required" in client.post(path, {"text": "New words", "version": 1}).content.decode()
    client.post(path, {"text": "New words", "version": 1, "reason": "a slip"})
    decision.refresh_from_db()
    assert (decision.text, decision.version) == ("New words", 2)
    assert client.post(path, {"text": "Third", "version": 1, "reason": "late"}).status_code == 409
    client.post(address(held, "decision_remove", decision=decision.pk), {"reason": "never decided"})

    assert not Decision.objects.exists()
    events = MeetingEvent.objects.filter(kind__startswith="decision").order_by("pk").values_list("before", "reason")
    assert list(events) == [("Old words", "a slip"), ("New words", "never decided")]


def test_action_agreed_in_a_meeting(as_, held, coordinator, alpha_monitor, beta_monitor, alpha):
    client = as_(coordinator)
    due_on = (timezone.localdate() + timedelta(days=9)).isoformat()
    data = {
        "title": "Write the letter",
        "who": f"-{alpha.pk}",
        "due_on": due_on,
        "about": f"members.memberbody {alpha.pk}",
    }

    response = client.post(address(held, "meeting_task_add"), data)

    task = Task.objects.get()
    assert response.url == f"{address(held)}#actions"
    assert (task.meeting, task.body, task.concerns) == (held, alpha, "members.memberbody")
    assert "Write the letter" in as_(alpha_monitor).get(address(held)).content.decode()
    assert "Write the letter" not in as_(beta_monitor).get(address(held)).content.decode()
    body_page = "/examplia/desk/members/alpha/"
    assert "Write the letter" in as_(alpha_monitor).get(body_page).content.decode()
    assert "Write the letter" not in as_(beta_monitor).get(body_page).content.decode()
    assert (
        "This day has passed"
        in client.post(address(held, "meeting_task_add"), data | {"due_on": "2020-01-01"}).content.decode()
    )


def test_meeting_page_costs_a_constant_number_of_queries(
    as_, held, coordinator, alpha, mechanism, django_assert_num_queries
):
    place = PlaceFactory(mechanism=mechanism)

    def add(number):
        decide(held, coordinator, f"Decision {number}", ("members.memberbody", str(alpha.pk)))
        decide(held, coordinator, f"Other {number}", ("visits.place", str(place.pk)))
        AgendaItem.objects.create(meeting=held, title=f"Point {number}")
        Attendance.objects.create(meeting=held, guest=f"Guest {number}", presence="present")
        Task.objects.create(
            mechanism=mechanism,
            meeting=held,
            title=f"T{number}",
            body=alpha,
            created_by=coordinator,
            due_on=timezone.localdate(),
        )

    add(0)
    client = as_(coordinator)
    client.get(address(held))  # what is read once in a process is read now
    with CaptureQueriesContext(connection) as first:
        client.get(address(held))
    for number in range(1, 8):
        add(number)

    with django_assert_num_queries(len(first)):
        assert "Other 7" in client.get(address(held)).content.decode()


def test_desk_home_shows_the_next_meetings_of_my_groups(as_, meeting, alpha_monitor, gamma_monitor):
    assert "Spring meeting" in as_(alpha_monitor).get("/examplia/desk/").content.decode()
    assert "Spring meeting" not in as_(gamma_monitor).get("/examplia/desk/").content.decode()
