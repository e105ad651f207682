"""The work of a large network in bulk: its people, groups, meetings, tasks and letters. All of it is invented."""

from datetime import date, datetime, time, timedelta
from itertools import cycle, islice

from django.db import transaction
from django.utils import timezone

from members.models import (
    Affiliation,
    AgendaItem,
    Attendance,
    Decision,
    GroupSeat,
    Mechanism,
    Meeting,
    MeetingEvent,
    MemberBody,
    Minutes,
    RegisterChange,
    Reminder,
    Task,
    TaskStep,
    User,
    WorkingGroup,
)
from members.models.affiliation_groups import sync_groups

PEOPLE_A_BODY, GROUPS, MEETINGS_A_GROUP, TASKS, CHANGES = 8, 16, 16, 900, 600
INVENTED = "Invented for measuring."


@transaction.atomic
def load(mechanism: Mechanism) -> None:
    """Give ``mechanism`` the people, meetings, tasks and changes of many years. What was loaded before stays."""
    if Task.objects.filter(mechanism=mechanism, note=INVENTED).exists():
        return
    bodies = list(mechanism.bodies.order_by("pk"))
    people = _people(bodies)
    convener = User.objects.filter(affiliations__mechanism=mechanism, affiliations__role="coordinator")[0]
    meetings = _meetings(mechanism, bodies, convener)
    _tasks(mechanism, bodies, people, convener, meetings)
    _changes(mechanism, bodies, convener)


def _people(bodies: list[MemberBody]) -> dict[int, list[User]]:
    """Return the people of each body by its id; the first leads it."""
    found: dict[int, list[User]] = {}
    for body in bodies:
        for number in range(PEOPLE_A_BODY):
            name = f"Invented {body.slug.title()} {number}"
            user = User.objects.create_user(f"measured.{body.slug}.{number}@example.org", name=name)
            role = "body_lead" if number == 0 else "body_monitor"
            Affiliation.objects.create(user=user, body=body, role=role, starts_on=date(2020, 1, 1))
            sync_groups(user)
            found.setdefault(body.pk, []).append(user)
    return found


def _meetings(mechanism: Mechanism, bodies: list[MemberBody], by: User) -> list[Meeting]:
    today, meetings = date.today(), []
    for number in range(GROUPS):
        group = WorkingGroup.objects.create(
            mechanism=mechanism,
            name_en=f"Invented group {number}",
            kind=WorkingGroup.Kind.THEME,
            purpose=INVENTED,
            starts_on=today - timedelta(days=1500),
        )
        members = list(islice(cycle(bodies), number, number + 8))
        for place, body in enumerate(members):
            standing = GroupSeat.Standing.MEMBER if place else GroupSeat.Standing.CHAIR
            GroupSeat.objects.create(group=group, body=body, standing=standing, starts_on=group.starts_on)
        meetings += [
            _meeting(group, today + timedelta(days=90 * (3 - place) + number), members, by)
            for place in range(MEETINGS_A_GROUP)
        ]
    return meetings


def _meeting(group: WorkingGroup, day: date, members: list[MemberBody], by: User) -> Meeting:
    starts_at = datetime.combine(day, time(10), tzinfo=group.zone)
    is_over = starts_at < timezone.now()
    meeting = Meeting.objects.create(
        group=group,
        title="Invented meeting",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        state=Meeting.State.HELD if is_over else Meeting.State.PLANNED,
    )
    points = [AgendaItem(meeting=meeting, position=n, title=f"Point {n}", paper=INVENTED * 20) for n in range(8)]
    AgendaItem.objects.bulk_create(points)
    MeetingEvent.objects.create(meeting=meeting, kind=MeetingEvent.Kind.PLANNED, by=by)
    if is_over:
        presence = Attendance.Presence.PRESENT
        Attendance.objects.bulk_create(Attendance(meeting=meeting, body=b, presence=presence) for b in members)
        Decision.objects.bulk_create(
            Decision(
                meeting=meeting, item=p, text=INVENTED, concerns="members.memberbody", concerns_id=str(members[0].pk)
            )
            for p in points[:3]
        )
        Minutes.objects.create(meeting=meeting, text=f"{INVENTED}\n\n" * 40)
    return meeting


def _tasks(
    mechanism: Mechanism, bodies: list[MemberBody], people: dict[int, list[User]], by: User, meetings: list[Meeting]
) -> None:
    """Give nine tasks in ten to somebody, one to a body that has not said who; half of them are done."""
    today = date.today()
    for number, body in zip(range(TASKS), cycle(bodies), strict=False):
        owner = None if number % 10 == 0 else people[body.pk][number % PEOPLE_A_BODY]
        is_done = number % 2 == 1
        task = Task.objects.create(
            mechanism=mechanism,
            title=f"Invented task {number}",
            note=INVENTED,
            body=body,
            owner=owner,
            due_on=today + timedelta(days=number % 120 - 60),
            created_by=by if number % 3 else people[body.pk][0],
            meeting=meetings[number % len(meetings)] if number % 4 == 0 else None,
            concerns="members.memberbody",
            concerns_id=str(body.pk),
            state=Task.State.DONE if is_done else Task.State.OPEN,
            outcome=INVENTED if is_done else "",
            closed_by=by if is_done else None,
            closed_at=timezone.now() if is_done else None,
        )
        TaskStep.objects.create(task=task, kind=TaskStep.Kind.GIVEN, by=by, new_owner=owner)
        if not is_done and task.due_on < today - timedelta(days=30):
            told = {"task": task, "due_on": task.due_on, "offset": 30, "is_escalation": True}
            Reminder.objects.bulk_create(Reminder(user=user, **told) for user in {by, people[body.pk][0]})


def _changes(mechanism: Mechanism, bodies: list[MemberBody], by: User) -> None:
    RegisterChange.objects.bulk_create(
        RegisterChange(
            mechanism=mechanism,
            body=body,
            act=RegisterChange.Act.CORRECTION,
            record="members.memberbody",
            record_id=str(body.pk),
            before={"website": "", "founded": number},
            after={"website": "https://example.org/", "founded": number + 1},
            reason=INVENTED,
            by=by,
        )
        for number, body in zip(range(CHANGES), cycle(bodies), strict=False)
    )
