"""The head of the audit chain, printed daily where it can be kept outside the database (security R-54)."""

import logging
import os
from datetime import UTC, datetime
from pathlib import Path

from npmportal.audit_chain import current_head

logger = logging.getLogger(__name__)


def line_of_today() -> str:
    """Return “date sequence hash”, the date in UTC: what ``verify_audit --heads`` reads."""
    return f"{datetime.now(UTC).date().isoformat()} {current_head()}"


def print_head(path: Path | None) -> str:
    """Write the head to the log, and at the end of the file ``path`` where there is one; return the line.

    Raises OSError where the file cannot be written: the log line stands by then.
    """
    line = line_of_today()
    logger.info("head of the audit chain %s", line)
    if path:
        _append(path, f"{line}\n")
    return line


def _append(path: Path, line: str) -> None:
    """Add ``line`` and wait until the disk has it, and the folder knows of a new file."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
