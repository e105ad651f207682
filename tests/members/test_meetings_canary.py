"""No byte that reaches an invitee, a colleague without a seat or a stranger holds what a group says inside."""

import re
from datetime import timedelta

import pytest
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from members.actions import groups, meetings, minutes, tasks
from members.documents.minutes_contents import contents_of
from members.models import AgendaItem, Attendance, Decision, GroupSeat, Meeting, MeetingEvent
from npmportal import jobs
from tests.members.test_meetings import decide

CANARY = "kanarie"
OPEN = "open-to-invitees"


@pytest.fixture
def full_of_canaries(steering, meeting, alpha, coordinator):
    """A held meeting with approved, printed minutes and a planned one, with a canary in every inner text."""
    point = AgendaItem.objects.create(meeting=meeting, title=f"{CANARY}-point", paper=f"{CANARY}-paper")
    AgendaItem.objects.create(meeting=meeting, title=f"{OPEN}-point", paper=f"{OPEN}-paper", for_invitees=True)
    rows = [Attendance(body=alpha, presence="present"), Attendance(guest=f"{CANARY}-guest", presence="absent")]
    meetings.record_attendance(meeting=meeting, rows=rows, expected_version=1, by=coordinator)
    for about in (("members.memberbody", str(alpha.pk)), ("", "")):
        decide(meeting, coordinator, f"{CANARY}-decision", about)
    removed = decide(meeting, coordinator, f"{CANARY}-removed")
    meetings.remove_decision(decision=removed, reason=f"{CANARY}-reason", by=coordinator)
    due_on = timezone.localdate() + timedelta(days=3)
    shared = {"mechanism": alpha.mechanism, "due_on": due_on, "meeting": meeting, "by": coordinator}
    tasks.give_task(title=f"{CANARY}-task", note=f"{CANARY}-note", owner=coordinator, concerns=alpha, **shared)
    text = f"{CANARY}-minutes"
    draft = minutes.write_minutes(meeting=meeting, text=text, language="en-gb", expected_version=0, by=coordinator)
    minutes.approve_minutes(minutes=draft, seen=contents_of(draft).seen, by=coordinator)
    minutes.add_to_minutes(minutes=draft, text=f"{CANARY}-addition", by=coordinator)
    draft.refresh_from_db()
    jobs.run(str(draft.job.pk))
    now = timezone.now()
    coming = Meeting(group=steering, title="Coming", starts_at=now + timedelta(days=3), ends_at=now + timedelta(days=4))
    meetings.plan_meeting(meeting=coming, by=coordinator)
    meetings.cancel_meeting(meeting=coming, reason=f"{CANARY}-cancelled", by=coordinator)
    gone = groups.add_seat(
        seat=GroupSeat(group=steering, guest="Gone", standing="member", starts_on=timezone.localdate()), by=coordinator
    )
    groups.end_seat(seat=gone, ends_on=timezone.localdate(), reason=f"{CANARY}-left", by=coordinator)
    return {"group": steering, "meeting": meeting, "point": point, "coming": coming}


def own_addresses(found):
    """Yield every address of groups, meetings and minutes, for each meeting there is."""
    decision = Decision.objects.first()
    others = {"point": found["point"].pk, "decision": decision.pk, "seat": found["group"].seats.first().pk}
    for entry in next(
        e for e in get_resolver().url_patterns if isinstance(e, URLResolver) and e.namespace == "members"
    ).url_patterns:
        if not re.search("group|meeting|seat|minutes|point|decision", entry.name):
            continue
        wanted = set(entry.pattern.regex.groupindex)
        rows = [found["group"]] if "groups/" in str(entry.pattern) else [found["meeting"], found["coming"]]
        for row in rows:
            arguments = {"npm": "examplia", "pk": row.pk} | others
            yield reverse(f"members:{entry.name}", kwargs={name: arguments[name] for name in wanted})


def body_of(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def everything_reached_by(client, first):
    """Fetch ``first`` and every address in the desk that any page links to; return (address, status, bytes)."""
    waiting, seen, found = list(first), set(), []
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        response = client.get(path)
        body = body_of(response)
        found.append((path, response.status_code, body))
        if response.headers.get("Content-Type", "").startswith("text/html"):
            for link in re.findall(rb'(?:href|action)="(/examplia/[^"#]*)', body):
                waiting.append(link.decode().replace("&amp;", "&"))
    return found


@pytest.mark.parametrize("who", ["beta_monitor", "gamma_monitor", "administrator", "stranger"])
def test_nobody_outside_the_group_reaches_a_byte_of_its_inside(request, as_, full_of_canaries, who):
    client = as_(request.getfixturevalue(who))

    found = everything_reached_by(client, ["/examplia/desk/", *own_addresses(full_of_canaries)])

    assert len(found) > 30
    leaks = [path for path, _status, body in found if CANARY.encode() in body]
    assert not leaks
    assert not [path for path, status, _body in found if status >= 500]


def test_the_canaries_sing_for_members_and_the_open_points_for_invitees(
    as_, full_of_canaries, alpha_monitor, beta_monitor
):
    """Else the test above could not fail."""
    client = as_(alpha_monitor)
    bodies = [body for _path, _status, body in everything_reached_by(client, own_addresses(full_of_canaries))]
    sung = {word.decode() for body in bodies for word in re.findall(rb"kanarie-(\w+)", body)}
    everything = {
        "point",
        "paper",
        "guest",
        "decision",
        "removed",
        "reason",
        "task",
        "minutes",
        "addition",
        "cancelled",
    }
    assert sung >= everything | {"left"}

    invited = [body for _p, _s, body in everything_reached_by(as_(beta_monitor), own_addresses(full_of_canaries))]
    heard = {word.decode() for body in invited for word in re.findall(rb"open-to-invitees-(\w+)", body)}
    assert heard == {"point", "paper"}
    assert MeetingEvent.objects.filter(reason__contains=CANARY).count() == 2
