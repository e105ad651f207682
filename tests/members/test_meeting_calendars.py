from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from members.actions import meetings as actions
from members.demo import load_people
from members.models import AgendaItem, Designation, GroupSeat, Meeting, Minutes, WorkingGroup
from npmportal.models import AuditEvent
from tests.members.test_meetings import address

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def events_of(response):
    return icalendar.Calendar.from_ical(response.content).walk("VEVENT")


@pytest.fixture
def planned(steering, coordinator):
    """A meeting in summer time, in Amsterdam."""
    WorkingGroup.objects.update(time_zone="Europe/Amsterdam")
    steering.refresh_from_db()
    starts_at = datetime(2031, 7, 1, 10, tzinfo=AMSTERDAM)
    meeting = Meeting(
        group=steering,
        title="About Ms Name; dismissal",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        where="Room 2, first floor",
    )
    actions.plan_meeting(meeting=meeting, by=coordinator)
    AgendaItem.objects.create(meeting=meeting, title="Agenda words", paper="Paper words", for_invitees=True)
    return meeting


def test_calendar_file_says_when_where_and_which_group_and_no_more(as_, planned, beta_monitor):
    response = as_(beta_monitor).get(address(planned, "meeting_ics"))

    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="examplia-meeting-2031-07-01.ics"'
    assert response.headers["Cache-Control"] == "no-store"
    (event,) = events_of(response)
    assert event.decoded("dtstart") == planned.starts_at
    assert event["dtstart"].params["TZID"] == "Europe/Amsterdam"
    assert b"DTSTART;TZID=Europe/Amsterdam:20310701T100000" in response.content
    assert b"BEGIN:VTIMEZONE" in response.content
    assert event["summary"] == "Steering group"
    assert event["location"] == "Room 2, first floor"
    assert event["description"] == f"http://testserver{address(planned)}"
    assert event["uid"] == f"{planned.pk}@npm-portal"
    assert (event["sequence"], event["status"]) == (0, "CONFIRMED")
    for private in (b"Ms Name", b"Agenda words", b"Paper words", b"Cora", b"ORGANIZER", b"ATTENDEE", b"@example"):
        assert private not in response.content
    assert AuditEvent.objects.filter(action="calendar.downloaded", actor=beta_monitor).count() == 1


def test_link_in_a_calendar_file_leads_to_this_installation_whatever_host_was_asked(
    as_, planned, beta_monitor, settings
):
    settings.PORTAL_URL, settings.ALLOWED_HOSTS = "https://npm.example.org", ["*"]

    response = as_(beta_monitor).get(address(planned, "meeting_ics"), headers={"host": "evil.example.com"})

    assert b"evil" not in response.content
    assert events_of(response)[0]["url"] == f"https://npm.example.org{address(planned)}"


def test_change_and_cancellation_are_new_editions_of_the_same_entry(as_, planned, coordinator):
    client = as_(coordinator)
    planned.where = "Attic"
    actions.change_meeting(meeting=planned, expected_version=1, reason="", by=coordinator)
    actions.cancel_meeting(meeting=planned, reason="a private reason", by=coordinator)

    response = client.get(address(planned, "meeting_ics"))

    (event,) = events_of(response)
    assert event["uid"] == f"{planned.pk}@npm-portal"
    assert (event["sequence"], event["status"], event["location"]) == (2, "CANCELLED", "Attic")
    assert b"a private reason" not in response.content


def test_words_cannot_add_lines_to_a_calendar_file(as_, planned, coordinator):
    WorkingGroup.objects.update(name_en="Group\r\nATTENDEE:mailto:x@example.org")
    Meeting.objects.update(where="Here\r\nBEGIN:VEVENT\nSUMMARY:second")

    (event,) = events_of(as_(coordinator).get(address(planned, "meeting_ics")))

    assert "attendee" not in event
    assert "second" in event["location"]


def test_coming_meetings_of_a_group_in_one_file(as_, planned, meeting, steering, coordinator, alpha_reader):
    past = timezone.now() - timedelta(days=9)
    Meeting.objects.create(group=steering, title="Past", starts_at=past, ends_at=past + timedelta(hours=1))
    other = WorkingGroup.objects.create(
        mechanism=steering.mechanism, name_en="Other", kind="theme", starts_on=steering.starts_on
    )
    Meeting.objects.create(group=other, title="Other", starts_at=planned.starts_at, ends_at=planned.ends_at)

    response = as_(alpha_reader).get(address(steering, "group_ics"))

    assert [event["uid"] for event in events_of(response)] == [f"{m.pk}@npm-portal" for m in (meeting, planned)]


def test_calendar_file_of_a_group_without_meetings_is_a_calendar(as_, steering, coordinator):
    response = as_(coordinator).get(address(steering, "group_ics"))

    assert response.status_code == 200
    assert events_of(response) == []


# -- The demonstration ------------------------------------------------------------------------------------------------


def test_demonstration_meetings_are_loaded_once_and_say_that_they_are_invented(uk, nl, settings, capsys):
    settings.DEMONSTRATION = True
    load_people()

    call_command("load_demo_meetings")
    call_command("load_demo_meetings")

    assert capsys.readouterr().out.splitlines() == ["3 groups with meetings loaded.", "0 groups with meetings loaded."]
    assert WorkingGroup.objects.count() == 3
    assert all("Invented" in group.purpose for group in WorkingGroup.objects.all())
    assert Minutes.objects.filter(state="approved").count() == 3
    consultation = WorkingGroup.objects.get(kind="consultation")
    assert consultation.time_zone == "Europe/Amsterdam"
    seated = {seat.body_id for seat in consultation.seats.filter(standing="member")}
    recorded = Designation.objects.as_at(consultation.starts_on).filter(body__mechanism=nl, takes_part=True)
    assert seated == set(recorded.values_list("body", flat=True))
    assert GroupSeat.objects.filter(group__name_en="Steering group", standing="chair").count() == 2


def test_demonstration_meetings_are_refused_anywhere_else(uk, settings):
    settings.DEMONSTRATION = False
    with pytest.raises(CommandError, match="not a demonstration"):
        call_command("load_demo_meetings")
    settings.DEMONSTRATION = True
    with pytest.raises(CommandError, match="Load the register"):
        call_command("load_demo_meetings")
    assert not WorkingGroup.objects.exists()
