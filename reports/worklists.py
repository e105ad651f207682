"""What stands on a person's desk: to do, waiting for others, done (ux.md section 2).

Every row and every count comes from ``visible_to`` or a narrower method of the records themselves. A list shows its
newest ten and counts no further than a hundred, so that a desk over a million visits opens as fast as one over ten.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.coverage.explaining import to_explain_as_at
from members.models import Invitation, Mechanism, Meeting, MemberBody, PeopleReview, RoleRequest
from npmportal.access import (
    CONVENE,
    MANAGE_BODY_PEOPLE,
    MANAGE_MEMBERS,
    MANAGE_PEOPLE,
    Grants,
    grants_of,
)
from npmportal.paging import capped_count
from reports.kept_forms import kept_forms
from reports.place_request_groups import place_request_groups
from reports.report_groups import report_groups
from reports.sorted_groups import Sorted
from reports.task_groups import sorted_tasks
from reports.visit_groups import visit_groups

SHOWN = 10
COUNTED = 100
Found = dict[str, Mapping[str, Sorted[Any]]]  # by kind, then by group


@dataclass(frozen=True)
class Group:
    """Things of one kind on a work list: the newest of them, how many there are, and where the rest is."""

    kind: str  # visit, form, report, task or invitation: how a row is printed
    title: str | Promise
    rows: list[Any]
    count: int
    has_more: bool  # than the count says
    query: str = ""  # of the list that shows them all
    rest: str | Promise = ""  # what that list holds, where it is more than the count says


@dataclass(frozen=True)
class WorkList:
    """One of the three lists of a desk."""

    title: str | Promise
    nothing: str | Promise
    groups: list[Group]


def work_lists(user: Any, mechanism: Mechanism) -> list[WorkList]:
    """Return the three lists of ``user``'s desk in ``mechanism``. The number of queries does not grow with the rows."""
    grants = grants_of(user)
    limits = {"shown": SHOWN, "counted": COUNTED}
    found: Found = {
        "task": sorted_tasks(user, mechanism, grants, **limits),
        "visit": visit_groups(user, mechanism, grants, **limits),
        "asked_place": place_request_groups(user, mechanism, grants, **limits),
        "report": report_groups(user, mechanism, grants, **limits),
        "form": kept_forms(user, mechanism, grants, shown=SHOWN),
    }
    to_do = _to_do(user, mechanism, grants, found)
    waiting = _waiting(user, mechanism, grants, found)
    done = _done(found)
    return [
        WorkList(_("To do"), _("Nothing waits for you."), list(to_do)),
        WorkList(_("Waiting for others"), _("Nothing waits for others."), list(waiting)),
        WorkList(_("Done in the last 30 days"), _("Nothing yet."), list(done)),
    ]


def _to_do(user: Any, mechanism: Mechanism, grants: Grants, found: Found) -> Iterator[Group]:
    yield from _sorted(found, "task", "own", _("Tasks"))
    yield from _sorted(found, "task", "unnamed", _("Tasks of your body that nobody does yet"), "state=nobody")
    late = "whose=all&state=late" if mechanism.pk in grants.on(CONVENE) else "whose=body&state=late"
    yield from _sorted(found, "task", "late", _("Tasks of others that are long overdue"), late)
    yield from _sorted(found, "form", "kept", _("Typed by you and not saved yet"))
    yield from _sorted(found, "visit", "returned", _("Returned to your body"), "state=returned")
    yield from _sorted(found, "visit", "draft", _("Drafts of your body"), "state=draft")
    yield from _sorted(found, "visit", "questions", _("Questions about your visits"))
    yield from _sorted(found, "visit", "to_approve", _("Visits to approve"), "state=submitted")
    yield from _sorted(found, "visit", "answered", _("Questions that were answered"))
    yield from _sorted(found, "asked_place", "to_answer", _("Places that are asked for"))
    if mechanism.pk in grants.on(MANAGE_MEMBERS):
        questions = to_explain_as_at(mechanism, date.today())
        if questions:
            yield Group("cell", _("Coverage to be explained"), questions[:SHOWN], len(questions), False)
    yield from _sorted(found, "report", "failed", _("Reports that were not finished"))
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
    """Give the meetings to come. One that was cancelled stays, marked, until its hour: people may reckon with it."""
    meetings = Meeting.objects.visible_to(user).filter(group__mechanism=mechanism).exclude(state=Meeting.State.HELD)
    return _group("meeting", _("Coming meetings"), meetings.for_list().not_over(timezone.now()))


def _waiting(user: Any, mechanism: Mechanism, grants: Grants, found: Found) -> Iterator[Group]:
    yield from _sorted(found, "task", "given", _("Overdue tasks that you gave"), "whose=given&state=late")
    yield from _sorted(found, "visit", "submitted", _("Submitted, not yet approved"), "state=submitted")
    yield from _sorted(found, "asked_place", "asked", _("Places you asked for"))
    yield from _sorted(found, "report", "live", _("Reports being made"))
    if MANAGE_PEOPLE in grants or MANAGE_BODY_PEOPLE in grants:
        invitations = Invitation.objects.manageable_by(user).filter(
            Q(mechanism=mechanism) | Q(body__mechanism=mechanism),
            accepted_at=None,
            withdrawn_at=None,
            expires_at__gt=timezone.now(),
        )
        yield from _group("invitation", _("Open invitations"), invitations.order_by("expires_at"))


def _done(found: Found) -> Iterator[Group]:
    rest = _("See those of earlier days too")
    yield from _sorted(found, "visit", "approved", _("Approved visits"), "state=approved", rest)
    yield from _sorted(found, "asked_place", "answered", _("Places you asked for"), rest=rest)
    yield from _sorted(found, "report", "built", _("Reports"), rest=rest)


def _sorted(
    found: Found, kind: str, name: str, title: Promise, query: str = "", rest: str | Promise = ""
) -> Iterator[Group]:
    """Give the group ``name`` of what was ``found`` of a kind, or nothing where there are none."""
    if group := found[kind].get(name):
        yield Group(kind, title, group.rows, group.count, group.has_more, query, rest)


def _group(kind: str, title: Promise, rows: QuerySet[Any], query: str = "") -> Iterator[Group]:
    """Give the group of ``rows``, in the order they have, or nothing where there are none."""
    shown = list(rows[:SHOWN])
    if not shown:
        return
    count, has_more = (len(shown), False) if len(shown) < SHOWN else capped_count(rows, COUNTED)
    yield Group(kind, title, shown, count, has_more, query)
