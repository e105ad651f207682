"""A look at a file that nobody has seen yet: is it what its name says, and nothing else besides? No Django here."""

import mmap
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from npmportal.uploads.inside_text import look_into_text
from npmportal.uploads.inside_zip import look_into_zip
from npmportal.uploads.kinds import kind_of
from npmportal.uploads.reasons import Reason, Refused

# How other kinds of file begin or betray themselves, long enough not to turn up by chance in the points of a picture.
STRANGERS = re.compile(
    rb"%PDF-1\.|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\x7fELF[\x01\x02][\x01\x02]\x01\x00"
    rb"|This program cannot be run in DOS mode"
)
MARKUP = re.compile(rb"<script|<!doctype html|<html[\s>]|<iframe|<\?php|<svg[\s>]{1}[^>]{0,200}xmlns", re.IGNORECASE)
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NO_SIZE = (0, 0, False)


@dataclass(frozen=True)
class Findings:
    """What the look found out about a file that is taken."""

    width: int = 0
    height: int = 0
    has_position: bool = False


def look(path: Path, extension: str) -> Findings:
    """Return what is to be known of the file in ``path``, named ``….extension``; Refused where it is not taken."""
    family = kind_of(extension).family
    _check_beginning(path, family)
    if family == "zip":
        with path.open("rb") as file:
            look_into_zip(file, extension)
        return Findings()
    if family == "text":
        look_into_text(path)
        return Findings()
    if zipfile.is_zipfile(path):
        raise Refused(Reason.TWO_IN_ONE)
    if family == "pdf":
        from npmportal.uploads.inside_pdf import look_into_pdf

        look_into_pdf(path)
        return Findings()
    _check_strangers(path)
    from npmportal.uploads.inside_picture import look_into_picture

    return Findings(*look_into_picture(path, extension))


def _check_beginning(path: Path, family: str) -> None:
    with path.open("rb") as file:
        head = file.read(1024)
    if not head:
        raise Refused(Reason.EMPTY)
    if head.startswith(OLD_OFFICE):
        raise Refused(Reason.LOCKED if family == "zip" else Reason.OTHER_CONTENT)
    if family == "zip" and not head.startswith(b"PK\x03\x04"):
        raise Refused(Reason.MARKUP if MARKUP.search(head) else Reason.OTHER_CONTENT)
    if family in ("zip", "pdf") and MARKUP.search(head):
        raise Refused(Reason.MARKUP)
    if family == "zip" and b"%PDF-" in head:
        raise Refused(Reason.TWO_IN_ONE)


def _check_strangers(path: Path) -> None:
    """Search a picture, also behind its end, for other files in it: kept as evidence it would carry them along."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if MARKUP.search(content):
            raise Refused(Reason.MARKUP)
        if STRANGERS.search(content):
            raise Refused(Reason.TWO_IN_ONE)
