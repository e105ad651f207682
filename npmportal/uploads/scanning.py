"""Is there malware in a file? Asked of a scanner beside the portal, which may also not know (security R-36, D-13).

ClamAV's daemon is spoken to in its own protocol (INSTREAM). Set ``StreamMaxLength`` and ``MaxFileSize`` there at least
as high as the largest upload, and ``AlertExceedsMax yes``: what it could not look into is then not called clean.
"""

import contextlib
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings

from npmportal.file_settings import NOT_SCANNED
from npmportal.private_files import storage_answers

CHUNK = 65_536
# A scanner that has something to scan may take its time; whether it is there it says at once.
CONNECT_SECONDS, WORD_SECONDS, ANSWER_SECONDS = 5, 10, 120
LONGEST_ANSWER = 4096
PORT = 3310
# Alerts that say “I could not look into it”, not “there is something”.
NOT_LOOKED_INTO = ("Heuristics.Limits.Exceeded", "Heuristics.Encrypted")


class Verdict(StrEnum):
    """What a scanner says of a file."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNKNOWN = "unknown"  # it could not look into all of it: that is not “clean”
    NOT_SCANNED = "not_scanned"  # a demonstration without a scanner


@dataclass(frozen=True)
class Scan:
    """A verdict, and what the scanner called itself or what it found."""

    verdict: Verdict
    words: str = ""


class ScannerAway(Exception):
    """The scanner does not answer, or not in a way that means anything: ask again later."""


class NoScanner(Exception):
    """No scanner is set up: nothing may be made available."""


class Scanner(Protocol):
    """What can be asked of any scanner."""

    def scan(self, path: Path) -> Scan:
        """Return the verdict on the file in ``path``; ScannerAway where there is none for now."""

    def is_there(self, seconds: float | None = None) -> bool:
        """Tell whether the scanner answers, within ``seconds``."""


def scanner() -> Scanner:
    """Return the scanner that SCANNER_URL names; NoScanner where it names none."""
    if not settings.SCANNER_URL:
        raise NoScanner
    return WithoutScanner() if settings.SCANNER_URL == NOT_SCANNED else Clamd(settings.SCANNER_URL)


class WithoutScanner:
    """What stands in for a scanner in a demonstration. Files are labelled: nobody looked."""

    def scan(self, path: Path) -> Scan:
        return Scan(Verdict.NOT_SCANNED)

    def is_there(self, seconds: float | None = None) -> bool:
        return True


class Clamd:
    """ClamAV's daemon at ``clamd://host:port`` or ``clamd:///path/of/the/socket``."""

    def __init__(self, address: str) -> None:
        url = urlsplit(address)
        self.path, self.host, self.port = url.path, url.hostname, url.port or PORT

    def scan(self, path: Path) -> Scan:
        """Return clamd's verdict on the file in ``path``; ScannerAway where it gives none.

        Missing or StorageAway where the file cannot be read.
        """
        version = self._ask(b"zVERSION\0")
        with self._connection(ANSWER_SECONDS) as connection:
            # When a limit is passed clamd answers and closes while we still send: the answer is what counts.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(b"zINSTREAM\0")
                for chunk in _chunks(path):
                    connection.sendall(struct.pack("!L", len(chunk)) + chunk)
                connection.sendall(struct.pack("!L", 0))
            return _verdict(_answer(connection), version)

    def is_there(self, seconds: float | None = None) -> bool:
        """Tell whether clamd answers a ping, within ``seconds``."""
        try:
            return self._ask(b"zPING\0", seconds) == "PONG"
        except ScannerAway:
            return False

    def _ask(self, command: bytes, seconds: float | None = None) -> str:
        with self._connection(seconds or WORD_SECONDS) as connection:
            connection.sendall(command)
            return _answer(connection)

    @contextmanager
    def _connection(self, seconds: float) -> Iterator[socket.socket]:
        try:
            connection = self._connected(min(seconds, CONNECT_SECONDS))
            with contextlib.closing(connection):
                connection.settimeout(seconds)
                yield connection
        except OSError as error:
            raise ScannerAway from error

    def _connected(self, seconds: float) -> socket.socket:
        if self.host:
            return socket.create_connection((self.host, self.port), seconds)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(seconds)
        try:
            connection.connect(self.path)
        except OSError:
            connection.close()
            raise
        return connection


def _chunks(path: Path) -> Iterator[bytes]:
    """Yield the file piece by piece. That it cannot be read is no scanner's fault."""
    with storage_answers(), path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _answer(connection: socket.socket) -> str:
    """Return what the scanner says, up to the mark that ends it; ScannerAway where it stops before that."""
    received = b""
    while b"\0" not in received and len(received) < LONGEST_ANSWER:
        piece = connection.recv(LONGEST_ANSWER)
        if not piece:
            break
        received += piece
    if b"\0" not in received:
        raise ScannerAway
    return received.partition(b"\0")[0].decode(errors="replace").strip()


def _verdict(answer: str, version: str) -> Scan:
    """Return what “stream: OK”, “stream: Name FOUND” or “… ERROR” mean. Whatever else comes means nothing."""
    said = answer.removeprefix("stream:").strip()
    if said == "OK":
        return Scan(Verdict.CLEAN, version[:120])
    if said.endswith(" FOUND"):
        name = said.removesuffix(" FOUND")
        return Scan(Verdict.UNKNOWN if name.startswith(NOT_LOOKED_INTO) else Verdict.INFECTED, name[:120])
    if "size limit exceeded" in said:
        return Scan(Verdict.UNKNOWN, "size limit exceeded")
    raise ScannerAway
