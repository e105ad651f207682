"""Invented groups and meetings for demonstrations. The bodies are those of the register; nothing here ever happened."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from members.actions import groups, meetings, minutes, tasks
from members.demo import PEOPLE, DemonstrationError
from members.documents.minutes_contents import contents_of
from members.models import (
    AgendaItem,
    Attendance,
    Decision,
    GroupSeat,
    Mechanism,
    Meeting,
    MemberBody,
    User,
    WorkingGroup,
)

NAMESPACE = uuid.UUID("6f7a2f0e-54a5-4c1b-9d55-2f2f3f0b7a11")
INVENTED = "Invented for demonstration."
Standing = GroupSeat.Standing


@dataclass(frozen=True)
class DemoGroup:
    """An invented group: its name, and the bodies that sit in it as what; a year ago it began to meet."""

    npm: str
    name_en: str
    name_nl: str
    kind: str
    chair: str
    members: tuple[str, ...]
    invitees: tuple[str, ...] = ()
    zone: str = "Europe/London"
    earlier_chair: str = ""

    @property
    def id(self) -> uuid.UUID:
        return uuid.uuid5(NAMESPACE, f"{self.npm} {self.name_en}")


GROUPS = (
    DemoGroup(
        "uk",
        "Steering group",
        "Stuurgroep",
        WorkingGroup.Kind.STEERING,
        "hmip",
        ("hmip", "cqc", "icva", "hiw", "hmips"),
        earlier_chair="cqc",
    ),
    DemoGroup(
        "uk",
        "Scotland subgroup",
        "Subgroep Schotland",
        WorkingGroup.Kind.NATION,
        "hmips",
        ("hmips", "shrc", "icvs"),
        invitees=("hmip",),
    ),
    DemoGroup(
        "nl",
        "NPM consultation",
        "NPM-overleg",
        WorkingGroup.Kind.CONSULTATION,
        "",
        (),
        zone="Europe/Amsterdam",
    ),
)


@transaction.atomic
def load_meetings() -> int:
    """Load the invented groups, each with a meeting held and one to come; return how many groups were new.

    A group that is there already is left alone, so the command can be run again. DemonstrationError where this is no
    demonstration, or its people or the register are missing.
    """
    if not settings.DEMONSTRATION:
        raise DemonstrationError("This is not a demonstration (DEMONSTRATION is off): no invented meetings are made.")
    return sum(_load(demo) for demo in GROUPS if not WorkingGroup.objects.filter(pk=demo.id).exists())


def _load(demo: DemoGroup) -> bool:
    mechanism = Mechanism.objects.filter(slug=demo.npm).first()
    convener = next((p for p in PEOPLE if p.npm == demo.npm and p.role == "coordinator"), None)
    by = User.objects.filter(email=convener.email).first() if convener else None
    if mechanism is None or by is None:
        raise DemonstrationError("Load the register (load_reference) and the people (demo_accounts) first.")
    began = date.today().replace(day=1) - timedelta(days=400)
    group = WorkingGroup(
        id=demo.id,
        mechanism=mechanism,
        name_en=demo.name_en,
        name_nl=demo.name_nl,
        kind=demo.kind,
        purpose=f"{INVENTED} The members share what they see and agree what to do together.",
        time_zone=demo.zone,
        starts_on=began,
    )
    groups.create_group(group=group, by=by)
    _seat(group, demo, by)
    _hold(group, by)
    _plan(group, by)
    return True


def _seat(group: WorkingGroup, demo: DemoGroup, by: User) -> None:
    bodies = {body.slug: body for body in MemberBody.objects.filter(mechanism=group.mechanism)}
    if demo.kind == WorkingGroup.Kind.CONSULTATION:
        groups.seat_all_who_take_part(group=group, on=group.starts_on, by=by)
    chairs = [(demo.earlier_chair, group.starts_on), (demo.chair, group.starts_on + timedelta(days=200))]
    seats = [
        (Standing.CHAIR, slug, on) for slug, on in (chairs if demo.earlier_chair else [(demo.chair, group.starts_on)])
    ]
    seats += [(Standing.MEMBER, slug, group.starts_on) for slug in demo.members]
    seats += [(Standing.INVITEE, slug, group.starts_on) for slug in demo.invitees]
    for standing, slug, on in seats:
        if body := bodies.get(slug):
            groups.add_seat(seat=GroupSeat(group=group, body=body, standing=standing, starts_on=on), by=by)
    secretary = GroupSeat(group=group, person=by, standing=Standing.SECRETARY, starts_on=group.starts_on)
    groups.add_seat(seat=secretary, by=by)
    guest = GroupSeat(group=group, guest="An invented observer", standing=Standing.INVITEE, starts_on=group.starts_on)
    groups.add_seat(seat=guest, by=by)


def _meeting(group: WorkingGroup, day: date, title: str) -> Meeting:
    day += timedelta(days=(1 - day.weekday()) % 7)  # the next Tuesday
    starts_at = datetime.combine(day, time(10), tzinfo=group.zone)
    return Meeting(
        id=uuid.uuid5(NAMESPACE, f"{group.pk} {title}"),
        group=group,
        title=title,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        where="Room 2 (invented) and by video",
    )


POINTS = (
    ("Minutes of the last meeting", "", True),
    ("What the members saw this quarter", f"{INVENTED} Each body tells in five minutes what is new.", False),
    ("Places nobody visits", f"{INVENTED} A list of kinds of places without a monitor, with a proposal.", False),
    ("Dates", "The group meets once a quarter.", True),
)


def _agenda(meeting: Meeting, by: User) -> list[AgendaItem]:
    return [
        meetings.add_point(point=AgendaItem(meeting=meeting, title=title, paper=paper, for_invitees=for_all), by=by)
        for title, paper, for_all in POINTS
    ]


def _hold(group: WorkingGroup, by: User) -> None:
    """A meeting of three months ago: attendance, decisions, an action, approved minutes."""
    day = date.today().replace(day=1) - timedelta(days=85)
    meeting = meetings.plan_meeting(meeting=_meeting(group, day, "Quarterly meeting"), by=by)
    points = _agenda(meeting, by)
    bodies = list(MemberBody.objects.filter(seats__in=group.seats.as_at(day)).distinct())
    presence = Attendance.Presence
    rows = [
        Attendance(body=b, presence=presence.APOLOGIES if n == 2 else presence.PRESENT) for n, b in enumerate(bodies)
    ]
    meetings.record_attendance(meeting=meeting, rows=rows, expected_version=meeting.version, by=by)
    decision = Decision(
        meeting=meeting, item=points[2], text=f"The members ask the ministry who monitors there. ({INVENTED})"
    )
    about = ("members.memberbody", str(bodies[0].pk)) if bodies else ("", "")
    meetings.record_decision(decision=decision, concerned=about, by=by)
    if bodies:
        tasks.give_task(
            mechanism=group.mechanism,
            title="Draft the letter to the ministry (invented)",
            due_on=date.today() + timedelta(days=21),
            owner=by,
            meeting=meeting,
            concerns=bodies[0],
            by=by,
        )
    text = (
        f"{INVENTED}\n\nThe chair welcomed the members. The minutes of the last meeting were agreed.\n\n"
        "Each body told what it had seen. The members saw the same thing in several places: too few staff in the "
        "evening.\n\nThe group spoke about places nobody visits, and decided to ask."
    )
    written = minutes.write_minutes(meeting=meeting, text=text, language="en-gb", expected_version=0, by=by)
    minutes.approve_minutes(minutes=written, seen=contents_of(written).seen, by=by)


def _plan(group: WorkingGroup, by: User) -> None:
    """One meeting to come and one that was cancelled."""
    month = date.today().replace(day=1)
    coming = meetings.plan_meeting(meeting=_meeting(group, month + timedelta(days=45), "Next quarterly meeting"), by=by)
    _agenda(coming, by)
    other = meetings.plan_meeting(meeting=_meeting(group, month + timedelta(days=60), "Extra meeting"), by=by)
    meetings.cancel_meeting(meeting=other, reason=f"Not needed any more. {INVENTED}", by=by)
    assert coming.ends_at > timezone.now(), "the demonstration’s coming meeting lies ahead"
