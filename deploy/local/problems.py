"""What the runner says to the person at the terminal."""

import sys


class Problem(Exception):
    """Something that a person can mend: its text is the one plain sentence that is printed, without a traceback."""


class Interrupted(Exception):
    """The person (Ctrl-C) or the system (SIGTERM) asked us to stop."""


def say(sentence: str) -> None:
    """Print one line at once, also when the output is a pipe or a file."""
    print(sentence, flush=True)


def complain(sentence: str) -> None:
    """Print one line about what went wrong on the error output."""
    print(sentence, file=sys.stderr, flush=True)
