"""PDF files: every object is looked at for what acts by itself or carries other files (no page is drawn). No Django."""

from pathlib import Path
from typing import Any

import pikepdf

from npmportal.uploads.reasons import Reason, Refused

TAIL = 2048
# Only spaces may follow the end mark; a byte or two some programs add are let pass.
LOOSE = 16
SCRIPTS = ("/JS", "/JavaScript", "/XFA")
FILES = ("/EF", "/EmbeddedFiles")
SCRIPT_ACTIONS = ("/JavaScript", "/Rendition")
ACTIONS = ("/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Movie")
LIVE_PARTS = ("/RichMedia", "/3D", "/Screen", "/Movie", "/Sound")


def look_into_pdf(path: Path) -> None:
    """Refuse (Refused) a PDF that is locked or damaged, acts by itself, carries files, or is another file as well."""
    _check_edges(path)
    try:
        with pikepdf.open(path) as pdf:
            if pdf.is_encrypted:
                raise Refused(Reason.LOCKED)
            for thing in pdf.objects:
                _check(thing)
            if len(pdf.pages) == 0:
                raise Refused(Reason.DAMAGED)
    except pikepdf.PasswordError as error:
        raise Refused(Reason.LOCKED) from error
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError) as error:
        raise Refused(Reason.DAMAGED) from error


def _check_edges(path: Path) -> None:
    """Refuse what does not begin with the mark of a PDF and end with its end mark: there another file may hide."""
    with path.open("rb") as file:
        if file.read(5) != b"%PDF-":
            raise Refused(Reason.OTHER_CONTENT)
        file.seek(0, 2)
        size = file.tell()
        file.seek(max(0, size - TAIL))
        _before, mark, after = file.read().rpartition(b"%%EOF")
    if not mark or len(after.strip(b" \t\r\n\x00\x1a")) > LOOSE:
        raise Refused(Reason.HIDDEN)


def _check(thing: Any) -> None:
    """Look at one object and at those written inside it; what it only refers to is looked at in its own turn."""
    waiting = [thing]
    while waiting:
        found = waiting.pop()
        if isinstance(found, pikepdf.Array):
            waiting.extend(item for item in found if _is_inside(item))
        elif isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
            _check_keys(found)
            waiting.extend(item for _key, item in found.items() if _is_inside(item))


def _is_inside(item: Any) -> bool:
    is_container = isinstance(item, pikepdf.Array | pikepdf.Dictionary)
    return is_container and not item.is_indirect


def _check_keys(thing: Any) -> None:
    keys = set(thing.keys())
    if keys.intersection(FILES):
        raise Refused(Reason.PDF_FILES)
    kinds = {str(thing[key]) for key in ("/S", "/Subtype") if key in keys and isinstance(thing[key], pikepdf.Name)}
    if keys.intersection(SCRIPTS) or kinds.intersection(SCRIPT_ACTIONS):
        raise Refused(Reason.PDF_SCRIPT)
    if "/FileAttachment" in kinds:
        raise Refused(Reason.PDF_FILES)
    if kinds.intersection(ACTIONS) or kinds.intersection(LIVE_PARTS):
        raise Refused(Reason.PDF_ACTION)
