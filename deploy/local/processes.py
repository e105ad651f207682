"""Programs that we start: each in a session of its own, each gone when we are gone."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import signals
from deploy.local.places import ROOT, unprivileged
from deploy.local.problems import Problem

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Service:
    """A program that runs as long as we do: how to start it, how to know that it is ready, how to stop it."""

    name: str
    command: list[str]
    log: Path
    env: dict[str, str] = field(default_factory=dict)
    ready: Callable[["subprocess.Popen[bytes]"], bool] | None = None
    ready_within: float = 30
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 10
    unprivileged: bool = False


def spawn(
    command: list[str],
    *,
    env: dict[str, str],
    log: Path | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    as_nobody: bool = False,
) -> "subprocess.Popen[bytes]":
    """Start ``command`` in its own session, with its output in ``log`` (or on the terminal), and return it.

    Its own session, because Ctrl-C reaches the whole foreground group at once and we stop things in order. When we die
    without a chance to stop anything (kill -9), the kernel sends ``stop_signal`` for us.
    """
    parent = os.getpid()
    account = unprivileged() if as_nobody else None

    def prepare() -> None:
        if account is not None:
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
        # After the change of user, which would forget it.
        _libc.prctl(PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    output = log.open("ab") if log else None
    try:
        return subprocess.Popen(
            command,
            env=env,
            cwd="/" if as_nobody else ROOT,
            stdin=subprocess.DEVNULL if log else None,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
            preexec_fn=prepare,
        )
    except OSError as error:
        raise Problem(f"{command[0]} cannot be started: {error.strerror}.") from error
    finally:
        if output:
            output.close()


def end(process: "subprocess.Popen[bytes]", *, stop_signal: signal.Signals, patience: float) -> None:
    """Stop ``process``: ask, wait ``patience`` seconds, insist; then clear away what is left of its group."""
    if process.poll() is None:
        process.send_signal(stop_signal)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def run(command: list[str], *, env: dict[str, str], log: Path | None = None, as_nobody: bool = False) -> int:
    """Run ``command`` to its end and return its exit status; stop it when we are asked to stop."""
    process = spawn(command, env=env, log=log, as_nobody=as_nobody)
    try:
        while process.poll() is None:
            signals.pause(0.05)
    finally:
        end(process, stop_signal=signal.SIGINT, patience=15)
    return process.returncode


def started_at(pid: int) -> str | None:
    """Return the kernel's start time of process ``pid``: with the number, it names one process for ever.

    None when there is no such process, or when only its name is left (a zombie).
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def end_stranger(pid: int, *, start: str, stop_signal: int, patience: float) -> None:
    """Stop a process that is no child of ours, if it is still the one that started at ``start``."""
    for number, wait in ((stop_signal, patience), (signal.SIGKILL, 5.0)):
        if started_at(pid) != start:
            return
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + wait
        while started_at(pid) == start and time.monotonic() < deadline:
            signals.pause(0.05)


def last_words(log: Path, lines: int = 5) -> str:
    """Return the end of a log, to be printed below the sentence that says what went wrong."""
    if not log.exists():
        return ""
    text = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return "\n".join(f"    {line}" for line in text[-lines:])
