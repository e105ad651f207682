"""Where everything lies: the checkout, its `var/` folder, and what may not lie there.

Two rules of the operating system shape this module. The path of a Unix socket holds at most 107 bytes, so sockets move
to a short private folder when the checkout lies deep. And PostgreSQL refuses to run as root, so for root it runs as
`nobody`, who may not walk into a home of root: its programs, data and socket then lie under /var/lib, and no permission
of a folder that was there before is changed.
"""

import hashlib
import os
import pwd
import re
import secrets
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from deploy.local.problems import Problem

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = ROOT / "var"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements.txt"
LOGS = VAR / "log"
SITE = Path("/var/lib")
LONGEST_SOCKET_NAME = ".s.PGSQL.5432.lock"
LONGEST_SOCKET_PATH = 107
UNPRIVILEGED = "nobody"
PURPOSES = ("run", "test", "bench")


def is_root() -> bool:
    """Return whether we run as root, as in most containers."""
    return os.geteuid() == 0


@dataclass(frozen=True)
class Home:
    """The folders of one set of servers: for `run`, for `test` or for `bench`, so that they never meet."""

    purpose: str

    @property
    def folder(self) -> Path:
        """What belongs to this purpose and to the person who runs it."""
        return VAR if self.purpose == "run" else VAR / self.purpose

    @property
    def postgres(self) -> Path:
        """The folder that PostgreSQL keeps its data in (below it)."""
        return (shelter() / self.purpose if is_root() else self.folder) / "postgres"

    @property
    def redis(self) -> Path:
        return self.folder / "redis"

    @property
    def postgres_sockets(self) -> Path:
        """The folder of PostgreSQL's socket: private, and short enough."""
        if is_root():
            return shelter() / self.purpose / "socket"
        return short_enough(self.folder / "socket", self.purpose)

    @property
    def redis_socket(self) -> Path:
        return short_enough(self.folder / "socket", self.purpose) / "redis.sock"

    @property
    def logs(self) -> Path:
        return self.folder / "log"


def short_enough(wanted: Path, purpose: str) -> Path:
    """Return ``wanted``, or a short private folder when a socket's path there would be too long or need quoting."""
    longest = len(os.fsencode(wanted / LONGEST_SOCKET_NAME))
    if longest <= LONGEST_SOCKET_PATH and re.fullmatch(r"[\w./+-]+", str(wanted), re.ASCII):
        return wanted
    mark = hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:8]
    return Path("/tmp") / f"npmportal-{os.geteuid()}-{mark}-{purpose}"


def make_private(folder: Path) -> None:
    """Make ``folder`` for our eyes only; under /tmp, where everybody may write, refuse one that is not our own."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not folder.is_relative_to(VAR) and (not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid()):
        raise Problem(f"{folder} belongs to somebody else; remove it, or use a checkout with a shorter path.")
    folder.chmod(0o700)


def unprivileged() -> pwd.struct_passwd:
    """Return the account that PostgreSQL runs as when we are root."""
    try:
        return pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise Problem(
            f"PostgreSQL may not run as root and there is no account “{UNPRIVILEGED}” to run it as: "
            "run this as a normal user, or name a server in DATABASE_URL."
        ) from None


def discard_shelter(*purposes: str) -> None:
    """Remove root's data of ``purposes`` outside the checkout, and the rest of the folder when nobody needs it."""
    if not is_root() or not (VAR / "shelter").exists():
        return
    folder = shelter()
    for purpose in purposes:
        shutil.rmtree(folder / purpose, ignore_errors=True)
    if not any((folder / purpose).exists() for purpose in PURPOSES):
        shutil.rmtree(folder, ignore_errors=True)


def shelter() -> Path:
    """Return root's folder outside the checkout: /var/lib/npmportal-<mark>, made when it is not there yet.

    The mark is random and kept in `var/`, so that a new clone at the same path does not find an old database; a copy
    of a checkout, `var/` included, gets its own.
    """
    note = VAR / "shelter"
    if note.exists():
        folder = SITE / note.read_text().strip()
        if folder.is_dir() and (folder / "checkout").read_text() == str(ROOT):
            return folder
    folder = SITE / f"npmportal-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o711)
    folder.chmod(0o711)
    (folder / "checkout").write_text(str(ROOT))
    VAR.mkdir(exist_ok=True)
    note.write_text(folder.name)
    return folder
