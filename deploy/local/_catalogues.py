"""Message catalogues, run by the Python of .venv: bring them up to date with the code, or check that they are.

The compiled form stands in the repository beside the catalogue, so that the portal runs where gettext is missing.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent.parent
ELSEWHERE = (".venv", "node_modules", "var", ".git", "staticfiles", "__pycache__", ".mypy_cache", ".ruff_cache")
# English is the language of the code and needs no catalogue.
LANGUAGES = ("nl",)
EXTRACT = [
    "makemessages",
    *(f"--locale={language}" for language in LANGUAGES),
    "--no-obsolete",
    "--no-wrap",
    "--add-location",
    "file",
]
IGNORE = [part for name in (*ELSEWHERE, "tests", "benchmarks", "deploy") for part in ("--ignore", name)]


def catalogues() -> list[Path]:
    """Return the catalogue of each language."""
    return [ROOT / "locale" / language / "LC_MESSAGES" / "django.po" for language in LANGUAGES]


def update() -> int:
    """Bring the catalogues up to date with the texts in the code, and compile them."""
    status = extract(ROOT)
    for path in [] if status else catalogues():
        fresh = path.with_suffix(".mo.new")
        polib.pofile(str(path)).save_as_mofile(str(fresh))
        fresh.replace(path.with_suffix(".mo"))
    return status


def extract(folder: Path) -> int:
    """Write the texts of the project in ``folder`` into its catalogues; what was translated stays."""
    (folder / "locale").mkdir(exist_ok=True)
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
            for path in catalogues()
            for complaint in (*compare(path, copy / path.relative_to(ROOT)), *wrong_placeholders(path))
        ]
    print("\n".join(complaints[:40]))
    if len(complaints) > 40:
        print(f"… and {len(complaints) - 40} more")
    return 1 if complaints else 0


def compare(ours: Path, fresh: Path) -> Iterator[str]:
    """Yield a line for each text that the catalogue lacks, has too much, or has not translated."""
    if not ours.exists():
        yield "there is no such catalogue (make messages makes it)"
        return
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
    if not is_compiled(ours):
        yield "its compiled form is out of date (make messages compiles it)"


def wrong_placeholders(path: Path) -> Iterator[str]:
    """Yield what msgfmt finds wrong with the placeholders of the translations."""
    command = ["msgfmt", "--check-format", "--output-file=/dev/null", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        yield done.stderr.strip()


def is_compiled(path: Path) -> bool:
    """Return whether the .mo beside ``path`` holds the same translations."""
    compiled = path.with_suffix(".mo")
    if not compiled.exists():
        return False
    wanted, found = polib.pofile(str(path)).translated_entries(), polib.mofile(str(compiled))
    return {_content(entry) for entry in wanted} == {_content(entry) for entry in found}


def _content(entry: polib.POEntry | polib.MOEntry) -> tuple[str | None, str, str, tuple[str, ...]]:
    plurals = tuple(text for _, text in sorted(entry.msgstr_plural.items()))
    return entry.msgctxt, entry.msgid, entry.msgstr, plurals


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["update"]:
            sys.exit(update())
        case ["check"]:
            sys.exit(check())
        case _:
            sys.exit("update | check")
