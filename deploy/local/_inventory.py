"""Run by the Python of .venv: exit with 1 when a package of the requirements is missing, different or hollow."""

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path


def is_there(name: str, version: str) -> bool:
    """Return whether ``name`` is installed at ``version`` and the first and the last file that it lists exist."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return False
    files = [file for file in found.files or () if file.suffix == ".py"] or list(found.files or ())
    ends = (files[0], files[-1]) if files else ()
    return found.version == version and all(Path(str(file.locate())).exists() for file in ends)


pinned = re.findall(r"^([\w.-]+)==(\S+)$", Path(sys.argv[1]).read_text(encoding="utf-8"), re.MULTILINE)
missing = [name for name, version in pinned if not is_there(name, version)]
sys.exit(f"missing: {', '.join(missing)}" if missing else 0)
