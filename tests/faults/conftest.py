"""A whole portal of its own, to be broken: PostgreSQL, Redis, worker, clock and web server, kept up by the runner."""

import contextlib
import json
import secrets
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg2
import pytest

from deploy.local import demonstration, environment, servers
from deploy.local.household import Household
from deploy.local.places import PYTHON, ROOT, VAR, Home, is_root, shelter

SETTLED = ("done", "failed")
PREPARE = """
import json
from datetime import date
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from members.models import Affiliation, Mechanism, User
from members.models.affiliation_groups import sync_groups
uk = Mechanism.objects.get(slug="uk")
keys = {}
for role in ("coordinator", "administrator"):
    user = User.objects.create_user(f"{role}@trial.example.org", name=f"Invented {role}")
    Affiliation.objects.create(user=user, mechanism=uk, role=role, starts_on=date(2020, 1, 1))
    sync_groups(user)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    keys[role] = session.session_key
print(json.dumps(keys))
"""
REQUEST = """
from members.models import Mechanism
from reports import actions
uk = Mechanism.objects.get(slug="uk")
actions.ensure_years(uk)
year = uk.reporting_years.order_by("starts_on")[{number}]
report = actions.request_report(year=year, language="en-gb", by=None)
print(report.pk, report.job_id)
"""


@dataclass
class Portal:
    """The portal under test and what a test asks of it."""

    servants: Household
    environ: dict[str, str]
    port: int
    sessions: dict[str, str]

    def request_report(self, number: int) -> tuple[str, str]:
        """Ask for the report of the ``number``-th year; return the ids of the report and its job."""
        report, job = manage(self.environ, "shell", "--no-imports", "-c", REQUEST.format(number=number)).split()[-2:]
        return report, job

    def rows(self, question: str, *values: object) -> list[tuple]:
        connection = psycopg2.connect(self.environ["DATABASE_URL"])
        try:
            with connection.cursor() as cursor:
                cursor.execute(question, values)
                return cursor.fetchall()
        finally:
            connection.close()

    def job(self, job: str) -> tuple[str, int, int]:
        """Return state, attempts and steps done of the job."""
        (row,) = self.rows("SELECT state, attempts, progress_done FROM npmportal_job WHERE id = %s", job)
        return row

    def wait_for(self, is_true, seconds: float = 180):
        """Keep the services up, as `make run` does, until ``is_true()`` gives something; fail after ``seconds``."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.servants.tend()
            with contextlib.suppress(psycopg2.OperationalError):
                if found := is_true():
                    return found
            time.sleep(0.1)
        pytest.fail(f"This did not come about within {seconds} s.")

    def in_the_middle_of(self, job: str) -> None:
        self.wait_for(lambda: self.job(job)[0] == "running" and self.job(job)[2] >= 2, 90)

    def process(self, name: str) -> psutil.Process:
        """Return the process of the service called ``name``."""
        return psutil.Process(next(m.process.pid for m in self.servants.members if m.service.name == name))

    def get(self, path: str, role: str = "coordinator") -> tuple[int, str]:
        """Open a page as the person with ``role``; return status and text."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Cookie": f"session={self.sessions[role]}"}
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def assert_built_exactly_once(self, report: str, job: str) -> None:
        """Check that the job is done, its file whole, and that it was published once."""
        self.wait_for(lambda: self.job(job)[0] in SETTLED)
        assert self.job(job)[0] == "done"
        ((path, sha256),) = self.rows("SELECT file, file_sha256 FROM reports_report WHERE id = %s", report)
        file = Path(self.environ["FILES_ROOT"]) / path
        found = subprocess.run(["sha256sum", file], capture_output=True, text=True, check=True).stdout.split()[0]
        assert found == sha256
        built = self.rows(
            "SELECT count(*) FROM npmportal_auditevent WHERE action = 'report.built' AND object_id = %s", report
        )
        assert built == [(1,)]
        assert not [left for left in file.parent.iterdir() if left.name.startswith(".")]


def manage(environ: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [str(PYTHON), "manage.py", *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def portal():
    """A portal with the UK's network and 3,000 invented visits; leases are short so that the tests are."""
    home = Home(f"trial-{secrets.token_hex(2)}")
    servants = Household(home)
    servants.open()
    try:
        with pytest.MonkeyPatch.context() as patch:
            # The tests' own servers and folders are not this portal's.
            for name in ("DATABASE_URL", "REDIS_URL", "FILES_ROOT", "STATIC_ROOT", "MAIL_URL", "TEST_DATABASE_NAME"):
                patch.delenv(name, raising=False)
                patch.delenv(f"{name}_FILE", raising=False)
            environ = environment.for_django(
                home,
                servers=servers.start(servants),
                DEMONSTRATION="on",
                ALLOWED_HOSTS="127.0.0.1",
                JOB_LEASE_SECONDS="8",
                JOB_SWEEP_SECONDS="3",
            )
        manage(environ, "migrate", "--verbosity", "0")
        manage(environ, "load_reference", "uk", "nl")
        manage(environ, "load_demo", "--visits", "3000")
        manage(environ, "collectstatic", "--no-input", "--verbosity", "0")
        sessions = json.loads(manage(environ, "shell", "--no-imports", "-c", PREPARE).splitlines()[-1])
        for service in demonstration._background(servants, environ):
            servants.start(service)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        servants.start(demonstration._web(servants, environ, port))
        yield Portal(servants, environ, port, sessions)
    finally:
        servants.close()
        shutil.rmtree(VAR / home.purpose, ignore_errors=True)
        shutil.rmtree(home.redis_socket.parent, ignore_errors=True)
        if is_root():  # and no more than that: other tests may be using the programs beside it
            shutil.rmtree(shelter() / home.purpose, ignore_errors=True)
