"""What a zip file (an XLSX, a DOCX) says of itself, looked at before anything is unpacked (security R-33).

The directory of the archive is read, never its content: that takes well under a millisecond and no memory.
"""

import stat
import zipfile
from typing import IO

from django.utils.translation import gettext as _

LARGEST = 100_000_000  # bytes, all entries together, unpacked
MOST_ENTRIES = 2_000
HIGHEST_RATIO = 100  # a spreadsheet's is about 10 to 30; a bomb’s is above 250
SMALL = 1_000_000  # an entry this small may be as repetitive as it likes
ARCHIVES = (".zip", ".jar", ".7z", ".rar", ".gz", ".bz2", ".xz", ".tar", ".docx", ".xlsx", ".xlsm", ".pptx", ".odt")
ENCRYPTED = 0x1


class UnsafeArchive(ValueError):
    """The archive is damaged or built to do harm; the message says so in words for the person who sent it."""


def check_archive(file: IO[bytes]) -> list[zipfile.ZipInfo]:
    """Return the directory of the zip archive ``file``, which is left at its beginning.

    Raises UnsafeArchive for one that is damaged or encrypted, that would unpack to more than LARGEST or MOST_ENTRIES,
    is packed too densely, holds other archives or links, or names that lead out of its folder.
    """
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnsafeArchive(_("The file is damaged: it cannot be opened.")) from error
    finally:
        file.seek(0)
    _check_size(entries)
    for entry in entries:
        _check_entry(entry)
    return entries


def _check_size(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise UnsafeArchive(_("The file has too many parts inside."))
    unpacked, packed = sum(e.file_size for e in entries), sum(e.compress_size for e in entries)
    too_dense = unpacked > SMALL and unpacked > HIGHEST_RATIO * max(packed, 1)
    if unpacked > LARGEST or too_dense or _overlap(entries):
        raise UnsafeArchive(_("The file would become far too large when it is unpacked."))


def _overlap(entries: list[zipfile.ZipInfo]) -> bool:
    """Tell whether two entries share bytes: the trick that packs petabytes into a few megabytes."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    return any(one.header_offset + one.compress_size > two.header_offset for one, two in zip(ordered, ordered[1:]))  # noqa: B905


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & ENCRYPTED:
        raise UnsafeArchive(_("The file is encrypted: save it without a password."))
    if entry.file_size > SMALL and entry.file_size > HIGHEST_RATIO * max(entry.compress_size, 1):
        raise UnsafeArchive(_("The file would become far too large when it is unpacked."))
    name = entry.filename.replace("\\", "/")
    leads_out = name.startswith("/") or ".." in name.split("/") or ":" in name
    if leads_out or stat.S_ISLNK(entry.external_attr >> 16) or name.lower().endswith(ARCHIVES):
        raise UnsafeArchive(_("The file holds something that does not belong in it, and was refused."))
