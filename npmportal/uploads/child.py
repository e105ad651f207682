"""The process that opens what strangers made, and does nothing else: Pillow and qpdf are large (security D-06, D-13).

Run by file name in a bare environment: no settings, no secrets, no database, no network. One JSON object comes in on
standard input (``path``, ``extension``, ``output`` where a picture is to be written anew); one goes out on standard
output: the findings, or ``{"refused": reason}`` for what was found in the file, or ``{"trouble": …}`` where the machine
failed and nothing was found.
"""

import json
import mmap
import os
import resource
import sys
import types
from dataclasses import asdict
from pathlib import Path
from typing import Any

ADDRESSES, MEMORY, CPU_SECONDS = 1_500_000_000, 260_000_000, 60


def _without_the_front_doors() -> None:
    """Let modules of the portal be imported without its ``__init__.py``, which would bring Celery and Django along."""
    folder = Path(__file__).resolve().parents[1]
    for name, place in (("npmportal", folder), ("npmportal.pdf", folder / "pdf")):
        sys.modules[name] = package = types.ModuleType(name)
        package.__path__ = [str(place)]


def obey(order: dict[str, Any]) -> dict[str, Any]:
    """Look at the file (and write it anew, where asked) and return what is to be said."""
    from npmportal.uploads.look import look
    from npmportal.uploads.reasons import Reason, Refused
    from npmportal.uploads.troubles import Trouble, trouble_of

    path, extension = Path(order["path"]), order["extension"]
    try:
        if order.get("output"):
            from npmportal.uploads.inside_picture import write_anew

            write_anew(path, Path(order["output"]), extension)
            return {}
        return asdict(look(path, extension))
    except Refused as refusal:
        return {"refused": refusal.reason}
    except MemoryError:
        return {"refused": Reason.TOO_MUCH_WORK} if _machine_has_memory() else {"trouble": Trouble.FAULT}
    except Exception as error:
        trouble = trouble_of(error) if isinstance(error, OSError) else Trouble.FAULT
        return {"trouble": trouble, "error_class": type(error).__name__}


def _machine_has_memory() -> bool:
    """Tell whether the machine would have given what a file may use: then it was the file that wanted more.

    Shared memory is asked for, and none of it touched: our own limit does not count it, the machine's does.
    """
    try:
        mmap.mmap(-1, MEMORY).close()
    except (OSError, MemoryError):
        return False
    return True


def main() -> int:
    """Read the order, obey it, say how it went."""
    _without_the_front_doors()
    from npmportal.pdf.child import confine

    order = json.load(sys.stdin)
    confine(ADDRESSES, CPU_SECONDS)
    # What counts is what is really used: libraries reserve far more addresses than memory.
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    sys.stdout.write(json.dumps(obey(order)))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
