"""The servers of one command: started in order, kept running, stopped in the other order, and nothing else touched."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import processes, signals
from deploy.local.places import VAR, Home, make_private
from deploy.local.problems import Problem, say
from deploy.local.processes import Service

RESTARTS_PER_MINUTE = 5


@dataclass
class _Member:
    service: Service
    process: "subprocess.Popen[bytes]"
    restarts: list[float] = field(default_factory=list)


class Household:
    """The running services of one purpose. One at a time: a second one is refused by a lock on the folder."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.members: list[_Member] = []
        self._lock: int | None = None

    # -- in and out ---------------------------------------------------------------------------------------------------
    def open(self) -> None:
        """Take the lock, and stop what a killed runner left behind."""
        make_private(VAR)
        self.home.logs.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self.home.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock = None
            raise Problem(f"“make {self.home.purpose}” is already running in this checkout; stop it first.") from None
        self._end_leftovers()

    def is_open_elsewhere(self) -> bool:
        """Return whether another command holds the lock of this household."""
        try:
            lock = os.open(self.home.folder / "lock", os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def close(self) -> None:
        """Stop everything that was started, the last one first, and give the lock back."""
        if self._lock is None:
            return
        while self.members:
            member = self.members.pop()
            service = member.service
            processes.end(member.process, stop_signal=service.stop_signal, patience=service.patience)
        self._notebook.unlink(missing_ok=True)
        if self.home.redis_socket.is_relative_to("/tmp"):
            with contextlib.suppress(OSError):
                self.home.redis_socket.parent.rmdir()
        os.close(self._lock)
        self._lock = None

    # -- services -----------------------------------------------------------------------------------------------------
    def start(self, service: Service, *, wait: bool = True) -> None:
        """Start ``service`` and wait until it is ready, unless `wait_for` is called later."""
        if service.log.exists():
            service.log.replace(service.log.with_suffix(".1.log"))
        member = _Member(service, self._spawn(service))
        self.members.append(member)
        self._write_notebook()
        if wait:
            self.wait_for(service)

    def wait_for(self, service: Service) -> None:
        """Wait until ``service``, which was started, is ready."""
        member = next(member for member in self.members if member.service is service)
        deadline = time.monotonic() + service.ready_within
        while service.ready and not service.ready(member.process):
            if member.process.poll() is not None:
                raise Problem(
                    f"{service.name} did not start; {service.log} ends with:\n{processes.last_words(service.log)}"
                )
            if time.monotonic() > deadline:
                raise Problem(f"{service.name} was not ready within {service.ready_within:.0f} s; see {service.log}.")
            signals.pause(0.02)

    def tend(self) -> None:
        """Start again what has ended by itself; give up on what keeps ending."""
        signals.check()
        for member in self.members:
            if member.process.poll() is not None:
                self._restart(member)

    def run(self, command: list[str], *, env: dict[str, str], log: Path | None = None) -> int:
        """Run ``command`` to its end beside the services and return its exit status."""
        with self.beside(command, env=env, log=log) as process:
            return self.finish(process)

    @contextlib.contextmanager
    def beside(
        self, command: list[str], *, env: dict[str, str], log: Path | None = None
    ) -> Iterator["subprocess.Popen[bytes]"]:
        """Run ``command`` while something else is done; what is not `finish`ed at the end of the block is stopped."""
        process = processes.spawn(command, env=env, log=log)
        try:
            yield process
        finally:
            processes.end(process, stop_signal=signal.SIGINT, patience=15)

    def finish(self, process: "subprocess.Popen[bytes]") -> int:
        """Wait for the end of ``process`` and return its exit status."""
        while process.poll() is None:
            self.tend()
            signals.pause(0.05)
        return int(process.returncode)

    def watch(self) -> None:
        """Keep the services running until somebody asks us to stop (Interrupted) or one cannot be kept running."""
        while True:
            self.tend()
            signals.pause(0.2)

    # -- inside -------------------------------------------------------------------------------------------------------
    def _spawn(self, service: Service) -> "subprocess.Popen[bytes]":
        return processes.spawn(
            service.command,
            env=service.env,
            log=service.log,
            stop_signal=service.stop_signal,
            as_nobody=service.unprivileged,
        )

    def _restart(self, member: _Member) -> None:
        service, now = member.service, time.monotonic()
        member.restarts = [moment for moment in member.restarts if now - moment < 60]
        if len(member.restarts) >= RESTARTS_PER_MINUTE:
            raise Problem(f"{service.name} keeps ending; {service.log} ends with:\n{processes.last_words(service.log)}")
        say(f"{service.name} has ended ({_cause(member.process.returncode)}); starting it again.")
        if member.restarts:
            signals.pause(1)
        member.restarts.append(now)
        processes.end(member.process, stop_signal=service.stop_signal, patience=0)
        member.process = self._spawn(service)
        self._write_notebook()

    @property
    def _notebook(self) -> Path:
        return self.home.folder / "processes.json"

    def _write_notebook(self) -> None:
        """Write down what runs, so that a later start can tell our left-overs from other people's processes."""
        entries = [
            {
                "name": member.service.name,
                "pid": member.process.pid,
                "start": processes.started_at(member.process.pid),
                "signal": int(member.service.stop_signal),
            }
            for member in self.members
        ]
        fresh = self._notebook.with_suffix(".new")
        fresh.write_text(json.dumps(entries))
        fresh.replace(self._notebook)

    def _end_leftovers(self) -> None:
        try:
            entries = json.loads(self._notebook.read_text())
        except (OSError, ValueError):
            return
        for entry in reversed(entries):
            if entry["start"] and processes.started_at(entry["pid"]) == entry["start"]:
                say(f"Stopping {entry['name']}, left over from a start that was killed.")
                processes.end_stranger(entry["pid"], start=entry["start"], stop_signal=entry["signal"], patience=10)
        self._notebook.unlink(missing_ok=True)


def _cause(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"


@contextlib.contextmanager
def household(purpose: str) -> Iterator[Household]:
    """Open the household of ``purpose`` and close it whatever happens."""
    servants = Household(Home(purpose))
    try:
        servants.open()
        yield servants
    finally:
        servants.close()
