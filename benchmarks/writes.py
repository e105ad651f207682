"""Visits logged a second: eight people send the real form to a real server, with permissions, audit and the chain."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
import urllib.parse
import uuid
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Barrier, Thread

from django.conf import settings
from django.db.models import Q
from django.test import Client
from django.urls import reverse

from members.models import Mechanism, User
from npmportal.access import LOG_VISITS, grants_of, holders
from npmportal.models import AuditEvent
from visits.models import Visit
from visits.models.completeness import is_within_remit

CLIENTS, EACH, WARM_UP = 8, 100, 5
WORKERS = 3  # as `make run` serves on two cores
BAR_A_SECOND, BAR_P95 = 118, 111  # what the best open data-collection server reaches (issue)
DAY = date(2024, 5, 14)
TICKS = os.sysconf("SC_CLK_TCK")
LOCATION = re.compile(r"/desk/visits/([0-9a-f-]{36})/$")


@dataclass
class Writer:
    """One person at the form: signed in, with a place in their body's remit."""

    person: User
    place: uuid.UUID
    body: int
    cookies: str = ""
    token: str = ""
    times: list[float] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    failure: str = ""


@dataclass(frozen=True)
class Written:
    """What was measured."""

    posts: int
    a_second: float
    median: float
    p95: float
    processor: float  # milliseconds of the server's processes a post
    events: int

    @property
    def is_missed(self) -> bool:
        """Whether a bar is missed, or a visit has no event."""
        return self.a_second <= BAR_A_SECOND or self.p95 >= BAR_P95 or self.events != self.posts

    def __str__(self) -> str:
        over = "  UNDER THE BAR" if self.is_missed else ""
        return (
            f"{self.posts} visits logged by {CLIENTS} people: {self.a_second:.0f} a second, {self.events} events; "
            f"median {self.median:.0f} ms, p95 {self.p95:.0f} ms, {self.processor:.1f} ms of processor each{over}"
        )


def measure(mechanism: Mechanism) -> Written:
    """Start a server on the present database, let the writers send EACH forms, and take the visits away again."""
    writers = [_signed_in(writer, mechanism) for writer in _writers(mechanism)]
    path = reverse("visits:visit_create", kwargs={"npm": mechanism.slug})
    port = _free_port()
    server = _server(port)
    try:
        _wait_for(port, server)
        for writer in writers:
            _open_form(writer, port, path)
        _all_at_once(writers, port, path, WARM_UP)
        for writer in writers:
            writer.times.clear()
        before, started = _processor_seconds(server.pid), time.perf_counter()
        _all_at_once(writers, port, path, EACH)
        seconds, processor = time.perf_counter() - started, _processor_seconds(server.pid) - before
    finally:
        server.terminate()
        server.wait(20)
    return _counted(writers, seconds, processor)


def _counted(writers: list[Writer], seconds: float, processor: float) -> Written:
    made = [pk for writer in writers for pk in writer.made]
    events = AuditEvent.objects.filter(action="visit.logged", object_id__in=made).count() - CLIENTS * WARM_UP
    Visit.objects.filter(pk__in=made).delete()
    times = sorted(milliseconds for writer in writers for milliseconds in writer.times)
    posts = len(times)
    return Written(
        posts, posts / seconds, times[posts // 2], times[int(posts * 0.95) - 1], processor * 1000 / posts, events
    )


def _writers(mechanism: Mechanism) -> list[Writer]:
    """Return CLIENTS people of as many bodies as there are; RuntimeError where nobody can log a visit."""
    found = []
    for body, people in sorted(holders(LOG_VISITS, Q(mechanism=mechanism)).items()):
        visits = Visit.objects.filter(lead_body=body, mechanism=mechanism).select_related("place")[:300]
        place = next((visit.place for visit in visits if _in_remit(visit, body)), None)
        if place is not None:
            found += [Writer(person, place.pk, body) for person in User.objects.filter(pk__in=people)[:1]]
    if not found:
        raise RuntimeError("Nobody in this mechanism logs visits to a place in their body's remit.")
    copies = [found[number % len(found)] for number in range(CLIENTS)]
    return [Writer(writer.person, writer.place, writer.body) for writer in copies]


def _in_remit(visit: Visit, body: int) -> bool:
    place = visit.place
    tried = Visit(lead_body_id=body, setting_id=place.setting_id, jurisdiction_id=place.jurisdiction_id, starts_on=DAY)
    return is_within_remit(tried)


def _signed_in(writer: Writer, mechanism: Mechanism) -> Writer:
    if mechanism.pk not in grants_of(writer.person).mechanisms(LOG_VISITS):
        raise RuntimeError(f"{writer.person.pk} may not log visits.")
    client = Client()
    client.force_login(writer.person, backend="allauth.account.auth_backends.AuthenticationBackend")
    name = settings.SESSION_COOKIE_NAME
    writer.cookies = f"{name}={client.cookies[name].value}"
    return writer


def _all_at_once(writers: list[Writer], port: int, path: str, times: int) -> None:
    start = Barrier(len(writers))
    threads = [Thread(target=_write, args=(writer, port, path, times, start)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures := [writer.failure for writer in writers if writer.failure]:
        raise RuntimeError(failures[0])


def _write(writer: Writer, port: int, path: str, times: int, start: Barrier) -> None:
    start.wait()
    for _form in range(times):
        began = time.perf_counter()
        status, location, body = _ask(writer, port, "POST", path, _form_of(writer))
        writer.times.append((time.perf_counter() - began) * 1000)
        match = LOCATION.search(location)
        if status != 302 or not match:
            writer.failure = f"The form was answered with {status} {location}: {re.sub('<[^>]*>', ' ', body)[:3000]}"
            return
        writer.made.append(match[1])


def _form_of(writer: Writer) -> str:
    return urllib.parse.urlencode(
        {
            "csrfmiddlewaretoken": writer.token,
            "form_key": str(uuid.uuid4()),
            "place": str(writer.place),
            "starts_on": DAY.isoformat(),
            "ends_on": "",
            "lead_body": writer.body,
            "kind": "routine",
            "notice": "unannounced",
            "mode": "on_site",
            "trigger": "programme",
            "validity": "valid",
            "confidentiality": "network",
            "people_offered": "6",
            "people_seen": "4",
            "people_declined": "2",
            "summary": "An invented summary of a visit that was never made. " * 8,
        }
    )


def _open_form(writer: Writer, port: int, path: str) -> None:
    status, _location, body = _ask(writer, port, "GET", path)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', body)
    if status != 200 or not token:
        raise RuntimeError(f"The form was answered with {status}.")
    writer.token = token[1]


def _ask(writer: Writer, port: int, method: str, path: str, body: str | None = None) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": writer.cookies}
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    for cookie in answer.headers.get_all("Set-Cookie") or []:
        if cookie.startswith(f"{settings.CSRF_COOKIE_NAME}="):
            writer.cookies = f"{writer.cookies.partition(';')[0]}; {cookie.partition(';')[0]}"
    connection.close()
    return answer.status, answer.headers.get("Location", ""), text


def _server(port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gunicorn", "npmportal.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(WORKERS), "--preload", "--no-control-socket", "--log-level", "warning"]
    environment = os.environ | {"LOG_LEVEL": "WARNING", "HTTPS": "off"}
    environment["ALLOWED_HOSTS"] = "127.0.0.1,localhost"
    return subprocess.Popen(command, env=environment)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _second in range(60):
        if server.poll() is not None:
            raise RuntimeError("The server did not start.")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(1)
        else:
            return
    raise RuntimeError("The server did not answer within a minute.")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _processor_seconds(parent: int) -> float:
    """Return the processor time of the server's processes so far."""
    seconds = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(") ")[2].split()
        except OSError:
            continue  # it ended meanwhile
        if parent in (int(fields[1]), int(stat.parent.name)):
            seconds += (int(fields[11]) + int(fields[12])) / TICKS
    return seconds
