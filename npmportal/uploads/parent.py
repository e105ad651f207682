"""Have a file looked at by a process of its own, which may die of it (``child.py``)."""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

from npmportal.private_files import StorageAway, no_room_left
from npmportal.uploads.look import Findings
from npmportal.uploads.reasons import Reason, Refused
from npmportal.uploads.troubles import NO_ROOM, Trouble

logger = logging.getLogger(__name__)

CHILD = Path(__file__).with_name("child.py")
WALL_SECONDS = 90


class NotLooked(Exception):
    """Nothing was found out about the file: the process that looks did not begin, fell, was ended or took too long."""


def looked_at(path: Path, extension: str) -> Findings:
    """Return what is to be known of the file in ``path``; raise Refused where it is not taken.

    NotLooked, NoRoom or StorageAway where nothing was found out.
    """
    answer = _ask({"path": str(path), "extension": extension})
    return Findings(answer["width"], answer["height"], answer["has_position"])


def written_anew(path: Path, output: Path, extension: str) -> None:
    """Have the picture in ``path`` written to ``output`` without what a camera puts in.

    Refused, NotLooked, NoRoom or StorageAway as above: without one of them ``output`` is whole.
    """
    _ask({"path": str(path), "extension": extension, "output": str(output)})


def _ask(order: dict[str, Any]) -> dict[str, Any]:
    """Return what the child found. It ends by itself where a file wants more of it than a file may.

    NotLooked, NoRoom or StorageAway where the machine failed, or the child was ended or fell: the file is not to blame.
    """
    try:
        done = _run(order)
    except subprocess.TimeoutExpired as error:
        raise _not_looked(type(error).__name__) from error
    except OSError as error:
        if error.errno in NO_ROOM:
            raise no_room_left() from error
        raise _not_looked(type(error).__name__) from error
    if done.returncode == -signal.SIGXCPU:
        raise Refused(Reason.TOO_MUCH_WORK)
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise _not_looked(f"status {done.returncode}") from error
    if reason := answer.get("refused"):
        raise Refused(Reason(reason))
    if trouble := answer.get("trouble"):
        _raise_trouble(trouble, answer.get("error_class", ""))
    return answer


def _run(order: dict[str, Any]) -> subprocess.CompletedProcess[bytes]:
    with tempfile.TemporaryDirectory(prefix="look-") as folder:
        environ = {"PATH": os.defpath, "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8"}
        return subprocess.run(
            [sys.executable, "-s", "-P", "-B", str(CHILD)],
            input=json.dumps(order).encode(),
            capture_output=True,
            cwd=folder,
            env=environ,
            timeout=WALL_SECONDS,
            check=False,
        )


def _raise_trouble(trouble: str, error_class: str) -> NoReturn:
    if trouble == Trouble.NO_ROOM:
        raise no_room_left()
    if trouble == Trouble.STORAGE:
        logger.error("files cannot be reached", extra={"error_class": error_class})
        raise StorageAway
    raise _not_looked(error_class)


def _not_looked(error_class: str) -> NotLooked:
    logger.error("a file could not be looked at", extra={"error_class": error_class})
    return NotLooked()
