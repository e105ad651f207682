"""What a zip file (an XLSX) says of itself, looked at before anything is unpacked (security R-33).

The directory of the archive is read, never its content: that takes well under a millisecond and no memory. The rules
are those of every file that is handed in (npmportal/uploads/inside_zip.py).
"""

import zipfile
from typing import IO

from npmportal.uploads.inside_zip import directory
from npmportal.uploads.reasons import Refused
from npmportal.uploads.sentences import sentence


class UnsafeArchive(ValueError):
    """The archive is damaged or built to do harm; the message says so in words for the person who sent it."""


def check_archive(file: IO[bytes]) -> list[zipfile.ZipInfo]:
    """Return the directory of the zip archive ``file``, which is left at its beginning.

    Raises UnsafeArchive for one that is damaged or encrypted, that would unpack to too much or too many entries, is
    packed too densely, holds other archives or links, or names that lead out of its folder.
    """
    file.seek(0)
    try:
        _archive, entries = directory(file)
    except Refused as refusal:
        raise UnsafeArchive(sentence(refusal.reason)) from refusal
    finally:
        file.seek(0)
    return entries
