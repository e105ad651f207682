"""`python3 -m deploy.local COMMAND`: what the Makefile calls."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - whoever has an older one is told so, not shown a traceback
    sys.exit(f"The portal needs Python 3.11 or newer; this is Python {sys.version_info[0]}.{sys.version_info[1]}.")

from deploy.local import commands, demonstration, signals
from deploy.local.places import ROOT
from deploy.local.problems import Interrupted, Problem, complain

COMMANDS = {
    "run": demonstration.run,
    "test": commands.test,
    "check": commands.check,
    "fix": commands.fix,
    "bench": commands.bench,
    "messages": commands.messages,
    "manage": commands.manage,
    "reset": commands.reset,
}


def main(arguments: list[str]) -> int:
    """Run the one command named and return its exit status; what a person can mend is one sentence."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        complain(f"Usage: python3 -m deploy.local {{{','.join(COMMANDS)}}}")
        return 2
    os.chdir(ROOT)
    signals.listen()
    try:
        return COMMANDS[arguments[0]]()
    except Interrupted:
        complain("Stopped.")
        return 130
    except Problem as problem:
        complain(str(problem))
    except OSError as error:
        complain(f"{error.filename or 'Something'}: {error.strerror or error}.")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
