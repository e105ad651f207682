"""Message catalogues, run by the Python of .venv: compile them, write them anew, or check that they are up to date."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent.parent
ELSEWHERE = (".venv", "node_modules", "var", ".git", "staticfiles", "__pycache__", ".mypy_cache", ".ruff_cache")
EXTRACT = ["makemessages", "--all", "--no-obsolete", "--no-wrap", "--add-location", "file"]
IGNORE = [part for name in (*ELSEWHERE, "tests", "benchmarks", "deploy") for part in ("--ignore", name)]


def compile_catalogues(paths: list[Path]) -> int:
    """Write the .mo beside each .po."""
    for path in paths:
        fresh = path.with_suffix(".mo.new")
        polib.pofile(str(path)).save_as_mofile(str(fresh))
        fresh.replace(path.with_suffix(".mo"))
    return 0


def extract(folder: Path) -> int:
    """Bring the catalogues of the project in ``folder`` up to date with its texts."""
    command = [sys.executable, "-m", "django", *EXTRACT, *IGNORE]
    return subprocess.run(command, cwd=folder, check=False).returncode


def check() -> int:
    """Print what is missing or superfluous in the catalogues and return 1 when there is anything."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "project"
        shutil.copytree(ROOT, copy, symlinks=True, ignore=shutil.ignore_patterns(*ELSEWHERE))
        if extract(copy):
            return 1
        complaints = [
            f"{path.relative_to(ROOT)}: {complaint}"
            for path in sorted(ROOT.glob("locale/*/LC_MESSAGES/*.po"))
            for complaint in compare(path, copy / path.relative_to(ROOT))
        ]
    print("\n".join(complaints[:40]))
    if len(complaints) > 40:
        print(f"… and {len(complaints) - 40} more")
    return 1 if complaints else 0


def compare(ours: Path, fresh: Path) -> Iterator[str]:
    """Yield a line for each text that the catalogue lacks, has too much, or has not translated."""
    catalogue = polib.pofile(str(ours))
    written = {(entry.msgctxt, entry.msgid): entry for entry in catalogue if not entry.obsolete}
    used = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(fresh)) if not entry.obsolete}
    for key in sorted(used - written.keys(), key=str):
        yield f"missing: {key[1]!r} (make messages adds it)"
    for key in sorted(written.keys() - used, key=str):
        yield f"no longer used: {key[1]!r} (make messages removes it)"
    for entry in written.values():
        if entry.fuzzy or not entry.translated():
            yield f"{'fuzzy' if entry.fuzzy else 'not translated'}: {entry.msgid!r}"
    formats = subprocess.run(
        ["msgfmt", "--check-format", "--output-file=/dev/null", str(ours)], capture_output=True, text=True, check=False
    )
    if formats.returncode:
        yield formats.stderr.strip()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["compile", *paths]:
            sys.exit(compile_catalogues([Path(path) for path in paths]))
        case ["extract"]:
            sys.exit(extract(ROOT))
        case ["check"]:
            sys.exit(check())
        case _:
            sys.exit("compile FILES | extract | check")
