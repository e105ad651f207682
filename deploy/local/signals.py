"""Ctrl-C and friends, noticed at places where nothing is left half done."""

import signal
import time
from types import FrameType

from deploy.local.problems import Interrupted

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Received:
    """Whether a stopping signal came. A flag rather than an exception, which might hit between fork and notebook."""

    number: int | None = None


def _note(number: int, _frame: FrameType | None) -> None:
    _Received.number = number


def listen() -> None:
    """From now on, remember a stopping signal until `check` or `pause` is called."""
    for number in STOPPING:
        signal.signal(number, _note)


def check() -> None:
    """Raise Interrupted when a stopping signal came since the last time."""
    if _Received.number is not None:
        _Received.number = None
        raise Interrupted


def pause(seconds: float = 0.1) -> None:
    """Wait, and raise Interrupted when a stopping signal came."""
    check()
    time.sleep(seconds)
    check()
