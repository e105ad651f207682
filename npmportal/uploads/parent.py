"""Have a file looked at by a process of its own, which may die of it (``child.py``)."""

import json
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from npmportal.uploads.look import Findings
from npmportal.uploads.reasons import Reason, Refused

logger = logging.getLogger(__name__)

CHILD = Path(__file__).with_name("child.py")
WALL_SECONDS = 90


def looked_at(path: Path, extension: str) -> Findings:
    """Return what is to be known of the file in ``path``; raise Refused where it is not taken."""
    answer = _ask({"path": str(path), "extension": extension})
    return Findings(answer["width"], answer["height"], answer["has_position"])


def written_anew(path: Path, output: Path, extension: str) -> None:
    """Have the picture in ``path`` written to ``output`` without what a camera puts in; Refused where it cannot be."""
    _ask({"path": str(path), "extension": extension, "output": str(output)})


def _ask(order: dict[str, Any]) -> dict[str, Any]:
    """Return the child's answer. One that dies or takes too long met a file that is not to be touched."""
    with tempfile.TemporaryDirectory(prefix="look-") as folder:
        environ = {"PATH": os.defpath, "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8"}
        try:
            done = subprocess.run(
                [sys.executable, "-s", "-P", "-B", str(CHILD)],
                input=json.dumps(order).encode(),
                capture_output=True,
                cwd=folder,
                env=environ,
                timeout=WALL_SECONDS,
                check=False,
            )
            answer: dict[str, Any] = json.loads(done.stdout)
        except (subprocess.TimeoutExpired, ValueError) as error:
            logger.warning("a file could not be looked at", extra={"error_class": type(error).__name__})
            raise Refused(Reason.TOO_MUCH_WORK) from error
    if reason := answer.get("refused"):
        raise Refused(Reason(reason))
    return answer
