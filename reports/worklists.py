"""What stands on a person's desk: to do, waiting for others, done (ux.md section 2).

Every row and every count comes from ``visible_to`` or a narrower method of the records themselves. A list shows its
newest ten and counts no further than a hundred, so that a desk over a million visits opens as fast as one over ten.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.coverage.explaining import to_explain_as_at
from members.models import Invitation, Mechanism, Meeting, MemberBody, PeopleReview, RoleRequest
from npmportal.access import (
    CONVENE,
    MAKE_REPORTS,
    MANAGE_BODY_PEOPLE,
    MANAGE_MEMBERS,
    MANAGE_PEOPLE,
    Grants,
    grants_of,
)
from npmportal.models import Job
from npmportal.paging import capped_count
from reports.models import Report
from reports.task_groups import Sorted, sorted_tasks
from reports.visit_groups import DONE_DAYS, VisitGroup, visit_groups

SHOWN = 10
COUNTED = 100


@dataclass(frozen=True)
class Group:
    """Things of one kind on a work list: the newest of them, how many there are, and where the rest is."""

    kind: str  # visit, report, task or invitation: how a row is printed
    title: str | Promise
    rows: list[Any]
    count: int
    has_more: bool  # than the count says
    query: str = ""  # of the list that shows them all


@dataclass(frozen=True)
class WorkList:
    """One of the three lists of a desk."""

    title: str | Promise
    nothing: str | Promise
    groups: list[Group]


def work_lists(user: Any, mechanism: Mechanism) -> list[WorkList]:
    """Return the three lists of ``user``'s desk in ``mechanism``. The number of queries does not grow with the rows."""
    grants = grants_of(user)
    tasks = sorted_tasks(user, mechanism, grants, shown=SHOWN, counted=COUNTED)
    visits = visit_groups(user, mechanism, grants, shown=SHOWN, counted=COUNTED)
    to_do = _to_do(user, mechanism, grants, tasks, visits)
    waiting = _waiting(user, mechanism, grants, tasks, visits)
    done = _done(user, mechanism, grants, visits)
    return [
        WorkList(_("To do"), _("Nothing waits for you."), list(to_do)),
        WorkList(_("Waiting for others"), _("Nothing waits for others."), list(waiting)),
        WorkList(_("Done in the last 30 days"), _("Nothing yet."), list(done)),
    ]


def _to_do(
    user: Any, mechanism: Mechanism, grants: Grants, tasks: dict[str, Sorted], visits: dict[str, VisitGroup]
) -> Iterator[Group]:
    yield from _tasks(_("Tasks"), tasks.get("own"), "")
    yield from _tasks(_("Tasks of your body that nobody does yet"), tasks.get("unnamed"), "state=nobody")
    late = "whose=all&state=late" if mechanism.pk in grants.on(CONVENE) else "whose=body&state=late"
    yield from _tasks(_("Tasks of others that are long overdue"), tasks.get("late"), late)
    yield from _visits(_("Returned to your body"), visits.get("returned"), "state=returned")
    yield from _visits(_("Drafts of your body"), visits.get("draft"), "state=draft")
    yield from _visits(_("Questions about your visits"), visits.get("questions"), "")
    yield from _visits(_("Visits to approve"), visits.get("to_approve"), "state=submitted")
    yield from _visits(_("Questions that were answered"), visits.get("answered"), "")
    if mechanism.pk in grants.on(MANAGE_MEMBERS):
        questions = to_explain_as_at(mechanism, date.today())
        if questions:
            yield Group("cell", _("Coverage to be explained"), questions[:SHOWN], len(questions), False)
    if mechanism.pk in grants.on(MAKE_REPORTS):
        failed = Report.objects.visible_to(user).filter(year__mechanism=mechanism, job__state=Job.State.FAILED)
        yield from _reports(_("Reports that were not finished"), failed)
    yield from _people(user, mechanism, grants)
    yield from _meetings(user, mechanism)


def _people(user: Any, mechanism: Mechanism, grants: Grants) -> Iterator[Group]:
    """Give what keeps the list of people right: reviews of leavers, and roles that take a second person."""
    if MANAGE_BODY_PEOPLE in grants or mechanism.pk in grants.on(MANAGE_PEOPLE):
        led = Q(body__in=grants.on(MANAGE_BODY_PEOPLE)) | Q(due_on__lt=date.today())
        reviews = PeopleReview.objects.manageable_by(user).waiting().filter(led, body__mechanism=mechanism)
        names = Prefetch("body", MemberBody.objects.with_names_as_at(date.today()))
        yield from _group("review", _("Reviews of leavers"), reviews.prefetch_related(names).order_by("due_on", "pk"))
    if MANAGE_BODY_PEOPLE in grants or mechanism.pk in grants.on(MANAGE_PEOPLE) | grants.on(CONVENE):
        asked = RoleRequest.objects.for_second_person(user).filter(mechanism=mechanism)
        yield from _group("role", _("Roles to agree to as the second person"), asked.select_related("asked_by"))


def _meetings(user: Any, mechanism: Mechanism) -> Iterator[Group]:
    coming = Meeting.objects.visible_to(user).filter(group__mechanism=mechanism, state=Meeting.State.PLANNED)
    return _group("meeting", _("Coming meetings"), coming.for_list().coming(timezone.now()))


def _waiting(
    user: Any, mechanism: Mechanism, grants: Grants, tasks: dict[str, Sorted], visits: dict[str, VisitGroup]
) -> Iterator[Group]:
    yield from _tasks(_("Overdue tasks that you gave"), tasks.get("given"), "whose=given&state=late")
    yield from _visits(_("Submitted, not yet approved"), visits.get("submitted"), "state=submitted")
    if mechanism.pk in grants.on(MAKE_REPORTS):
        live = Report.objects.visible_to(user).filter(year__mechanism=mechanism, job__state__in=Job.LIVE)
        yield from _reports(_("Reports being made"), live)
    if MANAGE_PEOPLE in grants or MANAGE_BODY_PEOPLE in grants:
        invitations = Invitation.objects.manageable_by(user).filter(
            Q(mechanism=mechanism) | Q(body__mechanism=mechanism),
            accepted_at=None,
            withdrawn_at=None,
            expires_at__gt=timezone.now(),
        )
        yield from _group("invitation", _("Open invitations"), invitations.order_by("expires_at"))


def _done(user: Any, mechanism: Mechanism, grants: Grants, visits: dict[str, VisitGroup]) -> Iterator[Group]:
    yield from _visits(_("Approved visits"), visits.get("approved"), "state=approved")
    if mechanism.pk in grants.on(MAKE_REPORTS):
        since = timezone.now() - timedelta(days=DONE_DAYS)
        built = Report.objects.visible_to(user).filter(year__mechanism=mechanism, built_at__gte=since)
        yield from _reports(_("Reports"), built)


def _visits(title: Promise, found: VisitGroup | None, query: str) -> Iterator[Group]:
    if found:
        yield Group("visit", title, found.rows, found.count, found.has_more, query)


def _tasks(title: Promise, found: Sorted | None, query: str) -> Iterator[Group]:
    if found:
        yield Group("task", title, found.rows, found.count, found.has_more, query)


def _reports(title: Promise, rows: QuerySet[Report]) -> Iterator[Group]:
    return _group("report", title, rows.for_list())  # type: ignore[attr-defined]


def _group(kind: str, title: Promise, rows: QuerySet[Any], query: str = "") -> Iterator[Group]:
    """Give the group of ``rows``, in the order they have, or nothing where there are none."""
    shown = list(rows[:SHOWN])
    if not shown:
        return
    count, has_more = (len(shown), False) if len(shown) < SHOWN else capped_count(rows, COUNTED)
    yield Group(kind, title, shown, count, has_more, query)
