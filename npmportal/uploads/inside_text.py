"""Text and CSV: really text, in an encoding that people use, and not markup that a browser would run. No Django."""

import codecs
import re
from pathlib import Path

from npmportal.uploads.reasons import Reason, Refused

CHUNK = 262_144
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Everything but tab, line feed, form feed and carriage return.
CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
MARKUP = re.compile(r"\s*(<[!?a-z]|#!|%PDF|\{\\rtf|MIME-Version:|From |PK|MZ)", re.IGNORECASE)
PROGRAM = re.compile(r"<(script|svg|iframe|html|object|embed)[\s>/]|<\?php", re.IGNORECASE)


def look_into_text(path: Path) -> None:
    """Refuse (Refused) a text that is none, or that is HTML, SVG or a script by another name."""
    with path.open("rb") as file:
        head = file.read(4)
    encoding = next((name for mark, name in MARKS if head.startswith(mark)), "utf-8")
    if not _reads(path, encoding) and (encoding != "utf-8" or not _reads(path, "cp1252")):
        raise Refused(Reason.OTHER_CONTENT)


def _reads(path: Path, encoding: str) -> bool:
    """Read the file to its end; return whether it is text in ``encoding``."""
    is_first, before = True, ""
    try:
        with path.open(encoding=encoding, newline="") as file:
            while text := file.read(CHUNK):
                if CONTROLS.search(text):
                    raise Refused(Reason.OTHER_CONTENT)
                if (is_first and MARKUP.match(text)) or PROGRAM.search(before + text):
                    raise Refused(Reason.MARKUP)
                is_first, before = False, text[-20:]
    except UnicodeError:
        return False
    return True
