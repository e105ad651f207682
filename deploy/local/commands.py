"""The other commands: test, check, fix, bench, messages, manage, reset."""

import os
import shlex
import shutil
import sys
from pathlib import Path

from deploy.local import environment, installation, processes, servers
from deploy.local.demonstration import MANAGE, manage_step
from deploy.local.household import Household, household
from deploy.local.places import LOGS, PURPOSES, PYTHON, VAR, Home, discard_shelter, is_root, shelter
from deploy.local.postgres import FAST, LARGE
from deploy.local.problems import complain, say

TOOL = [str(PYTHON), "-m"]
MOST_WORKERS = 4
CATALOGUES = [str(PYTHON), "-P", str(Path(__file__).with_name("_catalogues.py"))]


def more() -> list[str]:
    """Return the words of ARGS=…, with which a person adds arguments to a command."""
    return shlex.split(os.environ.get("ARGS", ""))


def test() -> int:
    """Run every test, the browser's included, against servers of their own."""
    try:
        with household("test") as servants:
            installation.install(browser=True)
            addresses = servers.start(servants, settings=FAST)
            if is_root():
                shelter()  # or two workers would make one each
            # Playwright's own Node needs libatomic, which a bare Debian lacks.
            node = str(installation.own_node())
            environ = environment.for_django(servants.home, servers=addresses, PLAYWRIGHT_NODEJS_PATH=node)
            # Pages name their static files by what was collected, in tests as in production.
            manage_step(servants, environ, "collectstatic", "--no-input", "--verbosity", "0")
            return servants.run([*TOOL, "pytest", *(more() or everything())], env=environ)
    finally:
        # Each run of a continuous integration has a new clone, which would leave its own folder under /var/lib.
        if os.environ.get("CI"):
            discard_shelter("test")


def everything() -> list[str]:
    """Return the arguments with which every test is run: side by side (tests/side_by_side.py), a worker a processor."""
    return ["-n", str(workers())]


def workers() -> int:
    """Return how many tests run at once: each worker has a database and a browser of its own."""
    return min(len(os.sched_getaffinity(0)), MOST_WORKERS)


def bench() -> int:
    """Load a million visits and measure every page and the report, in a cluster of its own that is kept."""
    with household("bench") as servants:
        installation.install()
        addresses = servers.start(servants, settings=LARGE)
        environ = environment.for_django(servants.home, servers=addresses, DEMONSTRATION="on")
        return servants.run([*TOOL, "benchmarks", *more()], env=environ)


def check() -> int:
    """Run every check, also after one has failed, and say which did."""
    installation.install(gettext=True)
    environ = environment.for_django(Home("test"), servers={})
    # makemigrations would like to look at the history in the database, warns that there is none, and goes on.
    migrations = [str(PYTHON), "-W", "ignore::RuntimeWarning", "manage.py", "makemigrations", "--check", "--dry-run"]
    return _all(
        {
            "ruff": [*TOOL, "ruff", "check", "."],
            "ruff format": [*TOOL, "ruff", "format", "--check", "."],
            "mypy": [*TOOL, "mypy"],
            "djhtml": [*TOOL, "djhtml", "--check", "templates"],
            "djlint": [*TOOL, "djlint", "--lint", "--quiet", "templates"],
            "migrations": migrations,
            "translations": [*CATALOGUES, "check"],
        },
        environ,
    )


def fix() -> int:
    """Let the tools mend what they can."""
    installation.install()
    return _all(
        {
            "ruff": [*TOOL, "ruff", "check", "--fix", "."],
            "ruff format": [*TOOL, "ruff", "format", "."],
            "djhtml": [*TOOL, "djhtml", "templates"],
        },
        environment.base(),
    )


def messages() -> int:
    """Bring the message catalogues up to date with the texts in the code; a person then translates what is new."""
    installation.install(gettext=True)
    return processes.run([*CATALOGUES, "update"], env=environment.base())


def manage() -> int:
    """Run `manage.py` with the words of ARGS=…, beside a running `make run` or with servers of its own."""
    installation.install()
    servants = Household(Home("run"))
    if servants.is_open_elsewhere():
        environ = environment.for_django(servants.home, servers=servers.addresses(servants.home), DEMONSTRATION="on")
        return processes.run([*MANAGE, *more()], env=environ)
    with household("run") as servants:
        environ = environment.for_django(servants.home, servers=servers.start(servants), DEMONSTRATION="on")
        return servants.run([*MANAGE, *more()], env=environ)


def reset() -> int:
    """Remove the databases, files, mails and logs that the runner made for this checkout."""
    for purpose in PURPOSES:
        with household(purpose):
            pass
    discard_shelter(*PURPOSES)
    shutil.rmtree(VAR)
    say("Removed var/ and the embedded databases of this checkout.")
    return 0


def _all(steps: dict[str, list[str]], environ: dict[str, str]) -> int:
    failed = []
    for name, command in steps.items():
        log = LOGS / f"check-{name.replace(' ', '-')}.log"
        log.unlink(missing_ok=True)
        status = processes.run(command, env=environ, log=log)
        say(f"{'ok    ' if status == 0 else 'FAILED'}  {name}")
        if status:
            failed.append(name)
            sys.stdout.write(log.read_text(encoding="utf-8", errors="replace"))
            sys.stdout.flush()
    if failed:
        complain(f"Not in order: {', '.join(failed)}.")
    return 1 if failed else 0
