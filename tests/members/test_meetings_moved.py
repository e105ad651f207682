"""Meetings that were held and are moved afterwards, and meetings that were called off."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.actions import meetings as actions
from members.actions.groups import GroupRefused
from members.models import Meeting
from npmportal.models import AuditEvent
from tests.members.test_meetings import address


def test_moving_a_meeting_that_was_held_is_warned_of_and_has_its_own_name_in_the_history(as_, held, coordinator):
    client, path = as_(coordinator), address(held, "meeting_change")
    before = held.starts_at
    day = (before - timedelta(days=9)).strftime("%Y-%m-%d")
    data = {"title": held.title, "starts_at": f"{day}T10:00", "ends_at": f"{day}T12:00", "version": held.version}

    assert "will then be read as those of the new day" in client.get(path).content.decode()
    assert "Say why the time changes." in client.post(path, data).content.decode()
    client.post(path, data | {"reason": "Written down wrongly."})

    page = client.get(address(held)).content.decode()
    assert "Day or time changed after attendance was recorded" in page
    assert "Written down wrongly." in page
    event = AuditEvent.objects.get(action="meeting.moved")
    assert event.details["new"].startswith(f"{day} 10:00")
    assert event.details["old"].startswith(f"{before:%Y-%m-%d}")
    assert "after it was recorded who attended" in client.get("/examplia/desk/activity/").content.decode()


def test_cancelled_meeting_is_not_among_the_coming_ones(as_, steering, coordinator, alpha_monitor, beta_monitor):
    for title, days in (("Takes place", 3), ("Called off", 4)):
        begin = timezone.now() + timedelta(days=days)
        meeting = Meeting(group=steering, title=title, starts_at=begin, ends_at=begin + timedelta(hours=1))
        actions.plan_meeting(meeting=meeting, by=coordinator)
    actions.cancel_meeting(meeting=meeting, reason="Strike", by=coordinator)

    for path in (reverse("members:meeting_list", args=["examplia"]), address(steering, "group_detail")):
        html = as_(alpha_monitor).get(path).content.decode()
        order = ("Coming meetings", "Takes place", "Cancelled: these do not take place", "Called off")
        assert [html.index(words) for words in order] == sorted(html.index(words) for words in order)
        assert html.count("Called off") == 1
    desk = as_(alpha_monitor).get("/examplia/desk/").content.decode()
    order = ("Coming meetings", "Takes place", "Called off", ">cancelled<")
    assert [desk.index(words) for words in order] == sorted(desk.index(words) for words in order)
    assert desk.count(">cancelled<") == 1
    for reader, knows_why in ((alpha_monitor, True), (beta_monitor, False)):
        html = as_(reader).get(address(meeting)).content.decode()
        assert "This meeting was cancelled." in html
        assert ("Strike" in html) == knows_why


def test_meeting_is_not_moved_to_a_day_without_its_group_nor_after_it_was_held(held, steering, coordinator):
    def move(days):
        moved = Meeting.objects.get(pk=held.pk)
        moved.starts_at, moved.ends_at = moved.starts_at + timedelta(days=days), moved.ends_at + timedelta(days=days)
        return actions.change_meeting(meeting=moved, expected_version=held.version, reason="A slip.", by=coordinator)

    held.refresh_from_db()
    with pytest.raises(GroupRefused, match="later than now"):
        move(3)
    steering.ends_on = date.today() - timedelta(days=5)
    steering.save()
    with pytest.raises(GroupRefused, match="does not exist on that day"):
        move(-1)
    assert move(-9).starts_at < held.starts_at
