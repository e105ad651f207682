"""Reminders of what is due, escalation of what is late, and the one letter a day that tells of them.

A reminder is a row, once for each task, person, due day and offset; running twice, or after days of outage, makes no
second one, and after an outage only the latest offset that has passed makes one. The digest is sent at most once a
person and day: a row of the letter, unique for person and day, is stored before the mail server is asked. A letter the
server refused is tried again at the next run; one whose process ended in between is given up for that day, since it
may have gone out, and what it told of is told the next day.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from members.models import Affiliation, Mechanism, Reminder, ReminderChoice, Task, TaskStep, User
from members.models.affiliation_groups import sync_groups
from members.models.task import OFFSETS
from npmportal import links, mail
from npmportal.models import MailRecord

TEMPLATE = "digest"
LEAD_FROM, COORDINATOR_FROM = 7, 30  # days after the due day
NEWS_DAYS = 14  # what is older is told by the desk alone: a digest asked for again does not begin with last year
MANY = 1_000


@dataclass(frozen=True)
class Staff:
    """Who works where on a day, and who leads and who convenes: ids of active people, by body or by mechanism."""

    of_body: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    leads: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    of_mechanism: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    coordinators: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def as_at(cls, on: date) -> "Staff":
        """Read the affiliations of the day ``on``."""
        staff = cls()
        held = Affiliation.objects.as_at(on).filter(user__is_active=True)
        for user, body, mechanism, role in held.values_list("user", "body", "mechanism", "role"):
            if body:
                staff.of_body[body].add(user)
                if role == "body_lead":
                    staff.leads[body].add(user)
            elif mechanism:
                staff.of_mechanism[mechanism].add(user)
                if role == "coordinator":
                    staff.coordinators[mechanism].add(user)
        return staff

    def who_does(self, task: Task) -> set[int]:
        """Return the owner, while the person works there; else who names a new one: the leads, or who convenes."""
        here = self.of_body[task.body_id] if task.body_id else self.of_mechanism[task.mechanism_id]
        if task.owner_id and task.owner_id in here | self.coordinators[task.mechanism_id]:
            return {task.owner_id}
        leads = self.leads[task.body_id] if task.body_id else set()
        return leads or self.coordinators[task.mechanism_id]

    def who_hears_of_delay(self, task: Task, days_late: int) -> dict[int, int]:
        """Return who beside the owner hears that the task is late, with the step of lateness that has been reached."""
        heard: dict[int, int] = {}
        if days_late >= COORDINATOR_FROM:
            heard |= dict.fromkeys(self.coordinators[task.mechanism_id], COORDINATOR_FROM)
        if days_late >= LEAD_FROM and task.body_id:
            step = COORDINATOR_FROM if days_late >= COORDINATOR_FROM else LEAD_FROM
            heard |= dict.fromkeys(self.leads[task.body_id], step)
        return heard


def make_reminders(on: date) -> int:
    """Store the reminders that are due on the day ``on`` and are not there yet; return how many."""
    staff = Staff.as_at(on)
    chosen = dict(ReminderChoice.objects.values_list("user", "offsets"))
    near = Task.objects.open_ones().filter(due_on__lte=on - timedelta(days=OFFSETS[0])).order_by("pk")
    fields = ("mechanism", "body", "owner", "created_by", "due_on")
    made = 0
    rows = near.only(*fields).iterator(chunk_size=MANY)
    while tasks := list(islice(rows, MANY)):
        wanted = [reminder for task in tasks for reminder in _reminders_of(task, on, staff, chosen)]
        told = _told_already(tasks)
        new = [r for r in wanted if told.get((r.task_id, r.user_id, r.due_on), OFFSETS[0] - 1) < r.offset]
        Reminder.objects.bulk_create(new, ignore_conflicts=True)
        made += len(new)
    return made


def _reminders_of(task: Task, on: date, staff: Staff, chosen: dict[int, list[int]]) -> Iterator[Reminder]:
    days = (on - task.due_on).days
    row = {"task": task, "due_on": task.due_on, "made_on": on}
    doers = staff.who_does(task)
    for user in doers:
        if passed := [offset for offset in chosen.get(user, OFFSETS) if offset <= days]:
            yield Reminder(**row, user_id=user, offset=max(passed))
    if task.created_by_id in doers:
        return  # what somebody set for oneself is nobody else's affair
    for user, offset in staff.who_hears_of_delay(task, days).items():
        if user not in doers:
            yield Reminder(**row, user_id=user, offset=offset, is_escalation=True)


def _told_already(tasks: list[Task]) -> dict[tuple[Any, int, date], int]:
    """Return the latest offset at which each person was reminded of each of ``tasks``, for each due day."""
    rows = Reminder.objects.filter(task__in=[task.pk for task in tasks]).order_by("offset")
    told = rows.values_list("task", "user", "due_on", "offset")
    return {(task, user, due_on): offset for task, user, due_on, offset in told}


def send_digests(on: date) -> int:
    """Send each person for whom there is something new the digest of the day ``on``; return how many letters went out.

    Stops after three refusals in a row: the mail server is away, and the next run tries again.
    """
    sent = refused = 0
    for user_id in sorted(_people_with_news(on)):
        letter = send_digest(user_id, on)
        sent += bool(letter and letter.is_sent)
        refused = refused + 1 if letter and letter.has_failed else 0
        if refused == 3:
            break
    return sent


@transaction.atomic
def send_digest(user_id: int, on: date) -> MailRecord | None:
    """Send one person the digest of the day ``on``, unless there is nothing to tell, or no letter is wanted or allowed.

    Whoever was retired, has no role or has left the body is found out here, whatever was true when the reminder was
    made: the groups are brought up to date first, and only tasks the person still sees are counted.
    """
    user = User.objects.select_for_update(of=("self",)).filter(pk=user_id, is_active=True).first()
    if user is None or _had_one(user, on):
        return None
    choice = ReminderChoice.objects.filter(user=user).first()
    if choice and not choice.by_mail:
        return None
    sync_groups(user)
    reminders = _untold(on).filter(user=user)
    things = _tasks_to_tell(user, reminders, on)
    if not things:
        return None
    letter = mail.send(
        template=TEMPLATE,
        to=user.email,
        context={"count": len(things), "link": links.absolute(reverse("members:start"))},
        language=(choice and choice.language) or _language_of(things[0].mechanism),
        user=user,
        day=on,
    )
    reminders.filter(task__in=things).update(letter=letter)
    return letter


def _people_with_news(on: date) -> set[int]:
    reminded = set(_untold(on).values_list("user", flat=True).distinct())
    return reminded | set(_recently_given(on).values_list("new_owner", flat=True).distinct())


def _untold(on: date) -> QuerySet[Reminder]:
    """Return the reminders that no letter has told of yet: a letter that failed has not."""
    untold = Q(letter=None) | Q(letter__state=MailRecord.State.FAILED)
    return Reminder.objects.filter(untold, made_on__gt=on - timedelta(days=NEWS_DAYS), made_on__lte=on)


def _recently_given(on: date) -> QuerySet[TaskStep]:
    """Return the steps by which somebody was given a task by somebody else in the last days."""
    since = timezone.make_aware(datetime.combine(on - timedelta(days=NEWS_DAYS), time.min))
    given = TaskStep.objects.filter(new_owner__isnull=False, at__gt=since)
    return given.exclude(by=F("new_owner"))


def _tasks_to_tell(user: User, reminders: QuerySet[Reminder], on: date) -> list[Task]:
    """Return the open tasks ``user`` may see that the reminders are about, or that were given since the last digest."""
    given = _recently_given(on).filter(new_owner=user)
    last = MailRecord.objects.filter(user=user, template=TEMPLATE, state=MailRecord.State.SENT).first()
    if last:
        given = given.filter(at__gt=last.written_at)
    # The few keys first: asked for in one go, PostgreSQL looks at every open task.
    reminded, got = (set(rows.values_list("task", flat=True)) for rows in (reminders, given))
    tasks = Task.objects.visible_to(user).open_ones().filter(pk__in=reminded | got).select_related("mechanism")
    return [task for task in tasks if task.pk in reminded or task.owner_id == user.pk]


def _had_one(user: User, on: date) -> bool:
    """Tell whether the digest of the day went out, waits, or may have gone out."""
    of_the_day = MailRecord.objects.filter(user=user, template=TEMPLATE, day=on)
    return of_the_day.exclude(state=MailRecord.State.FAILED).exists() or of_the_day.filter(error=mail.LOST).exists()


def _language_of(mechanism: Mechanism) -> str:
    return mechanism.languages[0] if mechanism.languages else "en-gb"
