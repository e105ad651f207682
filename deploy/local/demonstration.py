"""`make run`: the whole portal on this machine, with the real networks and invented visits."""

import contextlib
import datetime
import errno
import multiprocessing
import os
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from deploy.local import environment, installation, servers, signals
from deploy.local.household import Household, household
from deploy.local.places import PYTHON, ROOT
from deploy.local.problems import Interrupted, Problem, say
from deploy.local.processes import Service, last_words

VISITS = 2000
UK_YEAR_STARTS = (4, 1)
MANAGE = [str(PYTHON), "manage.py"]


def run() -> int:
    """Set up, load, build the report, serve until Ctrl-C; everything that was started is stopped again."""
    with household("run") as servants:
        port = chosen_port()
        installation.install()
        addresses = servers.start(servants)
        environ = environment.for_django(servants.home, servers=addresses, **_demonstration(port))
        _prepare(servants, environ)
        web = _web(servants, environ, port)
        # They start up while the data is loaded.
        for service in (*_background(servants, environ), web):
            servants.start(service, wait=False)
        _load(servants, environ)
        with _meanwhile(servants, environ, "demo_accounts", "--at-work") as accounts:
            report = _build_report(servants, environ)
        servants.wait_for(web)
        _announce(servants, port, report, accounts)
        try:
            servants.watch()
        except Interrupted:
            say("Stopping …")
    return 0


def _demonstration(port: int) -> dict[str, str]:
    return {"DEMONSTRATION": "on", "PORTAL_URL": f"http://127.0.0.1:{port}"}


# -- The port ---------------------------------------------------------------------------------------------------------
def chosen_port() -> int:
    """Return the port of PORT=…, which must be free."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Problem(f"PORT must be a number from 1 to 65535, not “{text}”.")
    port = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Problem(_why_not(port, error)) from None
    return port


def _why_not(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program; choose another one: make run PORT={port + 1}"
    if error.errno == errno.EACCES:
        return f"Port {port} is for the administrator only; choose one above 1023: make run PORT=8000"
    return f"Port {port} cannot be used: {error.strerror}."


# -- The steps --------------------------------------------------------------------------------------------------------
def _prepare(servants: Household, environ: dict[str, str]) -> None:
    """Bring the database and the static files up to date, beside each other."""
    say("Preparing the database and the static files …")
    with _meanwhile(servants, environ, "collectstatic", "--no-input", "--verbosity", "0"):
        manage_step(servants, environ, "migrate", "--verbosity", "0")


def _load(servants: Household, environ: dict[str, str]) -> None:
    steps = (
        ("Loading the networks of the United Kingdom and the Netherlands …", ["load_reference", "uk", "nl"]),
        (f"Loading {VISITS:,} invented visits …", ["load_demo", "--visits", str(VISITS)]),
    )
    with _meanwhile(servants, environ, "load_terms"):
        for sentence, arguments in steps:
            say(sentence)
            manage_step(servants, environ, *arguments)


def manage_step(servants: Household, environ: dict[str, str], *arguments: str) -> Path:
    """Run a management command beside the servers and return the log of its output, whose end a failure shows."""
    with _meanwhile(servants, environ, *arguments) as log:
        return log


@contextlib.contextmanager
def _meanwhile(servants: Household, environ: dict[str, str], *arguments: str) -> Iterator[Path]:
    """Run a management command beside the block, which gets its log, and wait for it at the block's end."""
    log = servants.home.logs / f"{arguments[0]}.log"
    log.unlink(missing_ok=True)
    with servants.beside([*MANAGE, *arguments], env=environ, log=log) as process:
        yield log
        if servants.finish(process):
            raise Problem(f"manage.py {arguments[0]} failed; {log} ends with:\n{last_words(log)}")


def last_complete_year(today: datetime.date) -> str:
    """Return the label of the last reporting year (April to March) of the UK that is over: “2024-25”."""
    begins = today.year - 1 if (today.month, today.day) >= UK_YEAR_STARTS else today.year - 2
    return f"{begins}-{(begins + 1) % 100:02d}"


def _build_report(servants: Household, environ: dict[str, str]) -> str:
    """Have the worker build the UK report of the last complete year; return the line that says where it is."""
    year = last_complete_year(datetime.date.today())
    path = servants.home.folder / "reports" / f"uk-{year}.pdf"
    path.parent.mkdir(exist_ok=True)
    say(f"Building the annual report {year} of the United Kingdom …")
    log = manage_step(servants, environ, "annual_report", "uk", year, "--output", str(path.relative_to(ROOT)))
    lines = [line for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("Report: ")]
    if not lines:
        raise Problem(f"manage.py annual_report did not say where the report is; see {log}.")
    return lines[-1]


# -- The services -----------------------------------------------------------------------------------------------------
def _background(servants: Household, environ: dict[str, str]) -> list[Service]:
    celery = [str(PYTHON), "-m", "celery", "-A", "npmportal"]
    schedule = str(servants.home.folder / "celerybeat-schedule")
    return [
        Service(
            name="The worker",
            command=[*celery, "worker", *_pool(), "--loglevel", "INFO"],
            log=servants.home.logs / "worker.log",
            env=environ,
        ),
        Service(
            name="The scheduler",
            command=[*celery, "beat", "--schedule", schedule, "--pidfile=", "--loglevel", "WARNING"],
            log=servants.home.logs / "beat.log",
            env=environ,
        ),
    ]


def _pool() -> list[str]:
    """Return the worker's pool: child processes, or one process where shared memory is closed to us (some chroots)."""
    try:
        multiprocessing.Lock()
    except OSError:
        say("/dev/shm cannot be used here, so the worker does one job at a time.")
        return ["--pool", "solo"]
    return ["--pool", "prefork", "--concurrency", str(cores())]


def cores() -> int:
    """Return the number of processors that we may use, at most eight: a container often sees those of its host."""
    return min(len(os.sched_getaffinity(0)), 8)


def _web(servants: Household, environ: dict[str, str], port: int) -> Service:
    return Service(
        name="The web server",
        command=[
            str(PYTHON), "-m", "gunicorn", "npmportal.wsgi", "--bind", f"127.0.0.1:{port}",
            "--workers", str(cores() + 1), "--graceful-timeout", "5", "--no-control-socket", "--preload",
        ],
        log=servants.home.logs / "web.log",
        env=environ,
        ready=lambda _process: is_healthy(port),
        ready_within=60,
    )  # fmt: skip


def is_healthy(port: int) -> bool:
    """Return whether the portal answers its health page, whatever proxy the environment names."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/health/", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _announce(servants: Household, port: int, report: str, accounts: Path) -> None:
    say("")
    say(report)
    say(f"Portal: http://127.0.0.1:{port}/")
    say(accounts.read_text(encoding="utf-8").rstrip())
    say(f"Logs: {servants.home.logs.relative_to(ROOT)}/   Stop: Ctrl-C")
    signals.check()
