"""Server time and queries per page, measured through Django's whole stack in this process."""

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import CoverageGap, Mechanism, Meeting, Task, User
from reports.models import Report
from visits.models import Visit

ROUNDS = 40
BAR_MEDIAN, BAR_P95 = 50, 100  # milliseconds, design section 8


@dataclass(frozen=True)
class Page:
    """A page as one person opens it."""

    label: str
    reader: User | None
    address: str


@dataclass(frozen=True)
class Timing:
    """What the openings of a page took, in milliseconds, and its queries."""

    page: Page
    times: list[float]  # of the openings during which nobody else had the processor
    of: int  # all openings
    queries: int

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        return sorted(self.times)[max(int(len(self.times) * 0.95) - 1, 0)]

    @property
    def is_over(self) -> bool:
        """Whether the page misses the bar of the design."""
        return self.median >= BAR_MEDIAN or self.p95 >= BAR_P95

    def __str__(self) -> str:
        name = f"{self.page.label:<58}"
        over = "  OVER THE BAR" if self.is_over else ""
        taken = f"median {self.median:6.1f} ms  p95 {self.p95:6.1f} ms  of {len(self.times)}/{self.of}"
        return f"{name} {taken}  queries {self.queries}{over}"


def measure(opened: Sequence[Page]) -> list[Timing]:
    """Open all the pages ROUNDS times, after three times to warm up; RuntimeError if one does not answer 200.

    Each round opens every page once, so that a machine that is slower for a minute is slower for all of them. A virtual
    processor is shared: for seconds it runs at two thirds of its speed, which a fixed piece of work before and after
    each opening tells. Openings beside which that took a quarter more than at best are left out; all are, of a page
    with fewer than five others.
    """
    clients = [_client(page) for page in opened]
    queries = [_queries(client, page) for client, page in zip(clients, opened, strict=True)]
    for client, page in zip(clients, opened, strict=True):
        _open(client, page)
    taken: list[list[tuple[float, float]]] = [[] for _page in opened]
    before = _yardstick()
    for _round in range(ROUNDS):
        for client, page, times in zip(clients, opened, taken, strict=True):
            started = time.perf_counter()
            _open(client, page)
            milliseconds = (time.perf_counter() - started) * 1000
            after = _yardstick()
            times.append((max(before, after), milliseconds))
            before = after
    yards = sorted(yard for times in taken for yard, _milliseconds in times)
    at_best = yards[len(yards) // 20]
    print(f"a fixed piece of work: {at_best:.2f} ms at best, {statistics.median(yards):.2f} ms at the median\n")
    return [
        Timing(page, _undisturbed(times, at_best), len(times), asked)
        for page, times, asked in zip(opened, taken, queries, strict=True)
    ]


def _undisturbed(times: list[tuple[float, float]], at_best: float) -> list[float]:
    found = [milliseconds for yard, milliseconds in times if yard < at_best * 1.25]
    return found if len(found) >= 5 else [milliseconds for _yard, milliseconds in times]


def _yardstick() -> float:
    """Return how many milliseconds a fixed piece of work takes: about one."""
    started, kept = time.perf_counter(), {}
    for number in range(12_000):
        kept[number % 1000] = str(number)
    return (time.perf_counter() - started) * 1000


def _client(page: Page) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    if page.reader:
        client.force_login(page.reader, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _queries(client: Client, page: Page) -> int:
    """Return how many queries an opening asks, after the first, which fills what a process keeps."""
    _open(client, page)
    with CaptureQueriesContext(connection) as captured:
        _open(client, page)
        return len(captured)  # before the next request forgets them


def _open(client: Client, page: Page) -> None:
    response = client.get(page.address)
    if response.status_code != 200:
        raise RuntimeError(f"{page.label}: {page.address} answered {response.status_code}")
    response.getvalue()  # streams are read to their end


def pages(mechanism: Mechanism) -> Iterator[Page]:
    """Yield every list, detail, matrix and dashboard page of ``mechanism`` with the people who open it."""
    npm = {"npm": mechanism.slug}
    coordinator = _holder("coordinator", mechanism)
    lead = _body_person(mechanism, busiest=True)
    rare = _body_person(mechanism, busiest=False)
    administrator = _holder("administrator", mechanism)
    yield Page("home, anonymous", None, reverse("home"))
    for name in ("about", "member_list", "coverage", "contact", "history"):
        yield Page(f"members:{name}, anonymous", None, reverse(f"members:{name}", kwargs=npm))
    for name in ("desk_member_list", "desk_coverage", "register", "register_log", "gaps", "roles"):
        yield Page(f"members:{name}, coordinator", coordinator, reverse(f"members:{name}", kwargs=npm))
    for name in ("people", "people_who", "people_reviews", "letters"):
        yield Page(f"members:{name}, administrator", administrator, reverse(f"members:{name}", kwargs=npm))
    yield Page("members:people, busiest body", lead, reverse("members:people", kwargs=npm))
    yield from _register(mechanism, coordinator)
    for reader, who in ((coordinator, "coordinator"), (lead, "busiest body")):
        yield from _meetings_and_tasks(mechanism, reader, who)
    for reader, who in ((coordinator, "coordinator"), (lead, "busiest body"), (rare, "rarest body")):
        yield Page(f"desk home, {who}", reader, reverse("reports:desk_home", kwargs=npm))
        visits = reverse("visits:visit_list", kwargs=npm)
        yield Page(f"visits, first page, {who}", reader, visits)
        yield Page(f"visits, last page, {who}", reader, f"{visits}?page=last")
    yield from _filtered(mechanism, coordinator)
    people = (coordinator, "coordinator"), (administrator, "administrator"), (lead, "busiest body")
    for reader, who in people:
        yield from _activity(mechanism, reader, who)
    yield from _records(mechanism, coordinator, lead)
    yield Page("reports, coordinator", coordinator, reverse("reports:report_list", kwargs=npm))
    yield Page("reports, anonymous", None, reverse("reports:public_report_list", kwargs=npm))
    yield Page("fields, coordinator", coordinator, reverse("visits:fields", kwargs=npm))


def _register(mechanism: Mechanism, coordinator: User) -> Iterator[Page]:
    """Yield the pages of one body, one gap, one cell and of two days beside each other."""
    npm = {"npm": mechanism.slug}
    body = {**npm, "body": mechanism.bodies.order_by("pk")[0].slug}
    gap = CoverageGap.objects.filter(setting__mechanism=mechanism).order_by("pk")[0]
    where = gap.jurisdictions.order_by("position")[0]
    asked = f"setting={gap.setting.slug}&jurisdiction={where.slug}&layer={gap.layer}&on=2023-01-01"
    for prefix, reader, who in (("", None, "anonymous"), ("desk_", coordinator, "coordinator")):
        for name in ("coverage_compare?from=2014-01-01&to=2023-01-01", f"cell?{asked}", "coverage?on=2014-01-01"):
            name, query = name.split("?")
            address = reverse(f"members:{prefix}{name}", kwargs=npm)
            yield Page(f"members:{prefix}{name} of a day, {who}", reader, f"{address}?{query}")
        yield Page(f"body, {who}", reader, reverse(f"members:{prefix}body_detail", kwargs=body))
    yield Page("members:body_who, coordinator", coordinator, reverse("members:body_who", kwargs=body))
    address = reverse("members:gap_detail", kwargs={**npm, "pk": gap.pk})
    yield Page("members:gap_detail, coordinator", coordinator, address)


def _meetings_and_tasks(mechanism: Mechanism, reader: User, who: str) -> Iterator[Page]:
    npm = {"npm": mechanism.slug}
    yield Page(f"meetings, {who}", reader, reverse("members:meeting_list", kwargs=npm))
    held = Meeting.objects.known_inside_to(reader).filter(group__mechanism=mechanism, minutes__isnull=False)
    for meeting in held.order_by("-starts_at")[:1]:
        one, group = {**npm, "pk": meeting.pk}, {**npm, "pk": meeting.group_id}
        yield Page(f"group, {who}", reader, reverse("members:group_detail", kwargs=group))
        yield Page(f"group, who sees it, {who}", reader, reverse("members:group_who", kwargs=group))
        yield Page(f"meeting, {who}", reader, reverse("members:meeting_detail", kwargs=one))
        yield Page(f"meeting, who sees it, {who}", reader, reverse("members:meeting_who", kwargs=one))
        yield Page(f"minutes, {who}", reader, reverse("members:minutes_detail", kwargs=one))
    tasks = reverse("members:task_list", kwargs=npm)
    for query in ("", "?whose=given", "?whose=body", "?whose=all&state=late", "?whose=given&state=done&page=last"):
        yield Page(f"tasks {query or 'to do'}, {who}", reader, f"{tasks}{query}")
    for task in Task.objects.visible_to(reader).filter(mechanism=mechanism, meeting__isnull=False)[:1]:
        one = {**npm, "pk": task.pk}
        yield Page(f"task, {who}", reader, reverse("members:task_detail", kwargs=one))
        yield Page(f"task, who sees it, {who}", reader, reverse("members:task_who", kwargs=one))
    yield Page(f"choice of reminders, {who}", reader, reverse("members:reminders"))


def _filtered(mechanism: Mechanism, coordinator: User) -> Iterator[Page]:
    visits = reverse("visits:visit_list", kwargs={"npm": mechanism.slug})
    setting = mechanism.settings.filter(has_places=True).last()
    body = mechanism.bodies.last()
    filters = {
        "setting": f"setting={setting.pk if setting else ''}",
        "body": f"body={body.pk if body else ''}",
        "refused entry": "validity=refused",
        "one month": "starts_after=2023-05-01&starts_before=2023-05-31",
        "announced, by telephone": "notice=announced&mode=telephone",
    }
    for label, query in filters.items():
        yield Page(f"visits filtered: {label}", coordinator, f"{visits}?{query}")
        yield Page(f"visits filtered: {label}, last page", coordinator, f"{visits}?{query}&page=last")


def _activity(mechanism: Mechanism, reader: User, who: str) -> Iterator[Page]:
    activity = reverse("members:activity", kwargs={"npm": mechanism.slug})
    yield Page(f"activity, first page, {who}", reader, activity)
    yield Page(f"activity, last page, {who}", reader, f"{activity}?page=last")
    for query in ("kind=register", "kind=exports", "person=lena", "first=2025-03-01&last=2025-03-31"):
        yield Page(f"activity, {query}, {who}", reader, f"{activity}?{query}")


def _records(mechanism: Mechanism, coordinator: User, lead: User) -> Iterator[Page]:
    npm = mechanism.slug
    visit = Visit.objects.visible_to(coordinator).newest_first().select_related("place").first()
    if visit is None:
        raise RuntimeError("There are no visits to open; load_demo first.")
    for reader, who in ((coordinator, "coordinator"), (lead, "busiest body")):
        own = Visit.objects.visible_to(reader).newest_first()[0]
        yield Page(f"visit, {who}", reader, reverse("visits:visit_detail", kwargs={"npm": npm, "pk": own.pk}))
        places = reverse("visits:place_list", kwargs={"npm": npm})
        yield Page(f"places, first page, {who}", reader, places)
        yield Page(f"places, last page, {who}", reader, f"{places}?page=last")
        for name in ("place_map", "place_coverage", "place_overdue"):
            yield Page(f"{name}, {who}", reader, reverse(f"visits:{name}", kwargs={"npm": npm}))
        place = {"npm": npm, "pk": visit.place_id}
        yield Page(f"place, {who}", reader, reverse("visits:place_detail", kwargs=place))
        yield Page(f"place, history, {who}", reader, reverse("visits:place_history", kwargs=place))
        one = {"npm": npm, "pk": own.pk}
        yield Page(f"visit, who sees it, {who}", reader, reverse("visits:visit_who", kwargs=one))
        yield Page(f"place, who sees it, {who}", reader, reverse("visits:place_who", kwargs=place))
    duplicates = reverse("visits:place_duplicates", kwargs={"npm": npm})
    yield Page("possible duplicates, coordinator", coordinator, duplicates)
    yield Page("visit form, busiest body", lead, reverse("visits:visit_create", kwargs={"npm": npm}))
    report = Report.objects.visible_to(coordinator).first()
    if report:
        for name in ("report_detail", "report_who"):
            address = reverse(f"reports:{name}", kwargs={"npm": npm, "pk": report.pk})
            yield Page(f"{name}, coordinator", coordinator, address)


def _holder(role: str, mechanism: Mechanism) -> User:
    return User.objects.filter(affiliations__role=role, affiliations__mechanism=mechanism, is_active=True)[0]


def _body_person(mechanism: Mechanism, *, busiest: bool) -> User:
    """Return a lead of the body with the most (or fewest) visits."""
    people = User.objects.filter(
        affiliations__body__mechanism=mechanism, affiliations__role="body_lead", is_active=True
    ).distinct()
    counts = [(Visit.objects.visible_to(person).count(), person.pk, person) for person in people]
    if not counts:
        raise RuntimeError("No body has people; run demo_accounts first.")
    return max(counts)[2] if busiest else min(counts)[2]
