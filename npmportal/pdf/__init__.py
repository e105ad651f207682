"""Accessible PDF from HTML: PDF/UA-1 and PDF/A-3a by WeasyPrint, in a process of its own (security D-06).

WeasyPrint is never imported here: without its libraries the portal works, and whoever asks for a document reads which
ones are missing. The child (``child.py``) gets the HTML on standard input, reaches no address but the packaged assets
named here, and is killed when it takes too long, grows too large, or when nobody waits for it any more.
"""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop

from npmportal.private_files import NoRoom, no_room_left
from npmportal.uploads.troubles import NO_ROOM

CHILD = Path(__file__).with_name("child.py")
FONTS = "@fontsource-variable/source-sans-3/files/source-sans-3-{}-wght-{}.woff2"
SENTENCES = {
    "missing_library": gettext_noop(
        "The server lacks the libraries that write PDF files. Whoever runs it can install them with: "
        "apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0"
    ),
    "forbidden_address": gettext_noop(
        "The document was stopped because something in it pointed to an address outside the portal."
    ),
    "too_large": gettext_noop("The document is too large to be made: it needed more memory than is allowed."),
    "too_slow": gettext_noop("The document took too long to make and was stopped."),
    "no_room": NoRoom.sentence,
    "failed": gettext_noop("The PDF file could not be made."),
}


class PdfError(Exception):
    """The document could not be made; the text is a plain sentence (an English msgid) for the person who asked."""

    def __init__(self, reason: str, error_class: str = "") -> None:
        super().__init__(SENTENCES[reason])
        self.reason = reason
        self.error_class = error_class


@dataclass(frozen=True)
class Data:
    """A table that travels inside the PDF as a file."""

    name: str
    description: str
    text: str


@dataclass(frozen=True)
class Limits:
    """What one document may use (security R-38)."""

    memory: int = 1_000_000_000
    cpu_seconds: int = 120
    wall_seconds: int = 180


Progress = Callable[[int, int], None]


def assets(stylesheet: str) -> dict[str, str]:
    """Return every file a document may read, by the name it uses after ``asset:``."""
    sheets = settings.BASE_DIR / "static" / "css"
    found = {"print.css": str(sheets / stylesheet), "pdf-fonts.css": str(sheets / "pdf-fonts.css")}
    for subset in ("latin", "latin-ext"):
        for slope in ("normal", "italic"):
            path = settings.BASE_DIR / "node_modules" / FONTS.format(subset, slope)
            # A font that is not installed has an empty path: the document is then set in the system's own.
            found[f"{subset}-{slope}.woff2"] = str(path) if path.is_file() else ""
    return found


def write_pdf(
    html: str,
    output: Path,
    *,
    stylesheet: str,
    identifier: str,
    created: datetime,
    data: tuple[Data, ...] = (),
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    variant: str = "pdf/a-3a",
    on_progress: Progress = lambda step, page: None,
) -> int:
    """Write ``html`` as a PDF to ``output`` (synced to the disk) and return the number of pages.

    ``identifier`` and ``created`` stand in the file, so that the same HTML gives the same bytes. ``on_progress`` is
    called with WeasyPrint's step (1 to 7) and page, and once a second; what it raises kills the child. Raises
    PdfError; then ``output`` may be half a file.
    """
    order = {
        "html": html,
        "output": str(output),
        "assets": assets(stylesheet),
        "identifier": identifier,
        "created": created.replace(microsecond=0).isoformat(),
        "attachments": [vars(item) for item in data],
        "memory": limits.memory,
        "cpu_seconds": limits.cpu_seconds,
        "variant": variant,
    }
    try:
        with _child() as process:
            _send(process, order)
            return _follow(process, limits.wall_seconds, on_progress)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise _no_room() from error
        raise


def _no_room() -> PdfError:
    """Return the error of a full disk, which is logged as critical like any other."""
    no_room_left()
    return PdfError("no_room")


@contextmanager
def _child() -> Iterator[subprocess.Popen[bytes]]:
    """Run the child in a folder and an environment of its own, without the portal's secrets; end it in any case."""
    with tempfile.TemporaryDirectory(prefix="pdf-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-s", "-P", "-B", str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={"PATH": os.defpath, "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"},
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream:
                    stream.close()


def _send(process: subprocess.Popen[bytes], order: dict[str, Any]) -> None:
    assert process.stdin is not None, "opened as a pipe"
    try:
        process.stdin.write(json.dumps(order).encode())
        process.stdin.close()
    except BrokenPipeError as error:
        raise PdfError("failed", "BrokenPipeError") from error


def _follow(process: subprocess.Popen[bytes], wall_seconds: int, on_progress: Progress) -> int:
    """Read what the child says until it is done; return the pages."""
    deadline = time.monotonic() + wall_seconds
    last = (0, 0)
    for message in _messages(process, deadline):
        if message is None:
            on_progress(*last)
        elif "step" in message:
            last = (message["step"], message["page"])
            on_progress(*last)
        elif "pages" in message:
            return int(message["pages"])
        else:
            raise _no_room() if message["error"] == "no_room" else PdfError(message["error"], message["error_class"])
    # Nothing more to read and no result: out of time, ended by its own limit of processor time, or killed by somebody.
    is_late = time.monotonic() > deadline or process.wait() == -signal.SIGXCPU
    raise PdfError("too_slow" if is_late else "failed")


def _messages(process: subprocess.Popen[bytes], deadline: float) -> Iterator[dict[str, Any] | None]:
    """Yield the child's messages, and None for each second of silence, until it ends or time is up."""
    assert process.stdout is not None, "opened as a pipe"
    pending = b""
    while time.monotonic() < deadline:
        if not select.select([process.stdout], [], [], 1.0)[0]:
            yield None
            continue
        piece = os.read(process.stdout.fileno(), 65536)
        if not piece:
            return
        *lines, pending = (pending + piece).split(b"\n")
        for line in lines:
            yield json.loads(line)
