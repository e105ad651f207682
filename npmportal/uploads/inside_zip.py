"""Office documents are zip files: looked at by their directory first, then unpacked in passing (security R-33, M9).

Nothing is written anywhere, and no entry is held in memory whole. No Django here.
"""

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import IO

from npmportal.uploads.reasons import Reason, Refused
from npmportal.uploads.troubles import refuse_as_damaged

LARGEST = 100_000_000  # bytes, all entries together, unpacked
MOST_ENTRIES = 2_000
HIGHEST_RATIO = 100  # a document's is about 5 to 30; a bomb's is above 250
SMALL = 1_000_000  # what unpacks to less may be as repetitive as it likes
CHUNK = 65_536
OVERLAP = 200  # bytes of the chunk before, so that what is searched for is found across the border
ENCRYPTED = 0x1
ARCHIVES = (".zip", ".jar", ".7z", ".rar", ".gz", ".bz2", ".xz", ".tar", ".docx", ".xlsx", ".xlsm", ".pptx", ".odt")
LOCAL_HEADER, DESCRIPTOR = 30, 24  # bytes before an entry's name, and at most after its content
PACKED_HOW = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

_MAIN = "application/vnd.openxmlformats-officedocument."
OFFICE = {
    "docx": f"{_MAIN}wordprocessingml.document.main+xml".encode(),
    "xlsx": f"{_MAIN}spreadsheetml.sheet.main+xml".encode(),
}
OPEN_DOCUMENT = {
    "odt": b"application/vnd.oasis.opendocument.text",
    "ods": b"application/vnd.oasis.opendocument.spreadsheet",
}
# Parts that hold or start programs, by their names.
PROGRAMS = re.compile(
    r"vbaproject|vbadata|activex|/ctrlprops/|oleobject|macrosheets|dialogsheets|^basic/|^scripts/|customui",
    re.IGNORECASE,
)
# How other files begin that have no business inside a document.
OTHER_FILES = (
    b"PK\x03\x04",
    b"MZ",
    b"\x7fELF",
    b"\xd0\xcf\x11\xe0",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x1f\x8b",
    b"%PDF",
    b"BZh",
    b"\xfd7zXZ",
    b"#!",
)
MARKUP_INSIDE = re.compile(r"\.(svgz?|html?|xhtml|mht|js|vbs|exe|dll|bat|cmd|ps1|lnk|jar|swf)$", re.IGNORECASE)
ENTITIES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
MACROS = re.compile(rb"macroEnabled|vnd\.ms-office\.vba|vnd\.sun\.star\.script|<script:event-listener|<office:script ")
LIVE_LINKS = re.compile(rb"<ddeLink|<oleLink|DDEAUTO")
# What a document may load from elsewhere when it is opened; links to click on are none of it.
REMOTE = re.compile(
    rb"<Relationship\b(?=[^>]*TargetMode\s*=\s*[\"']External)(?=[^>]*/(attachedTemplate|oleObject|frame|subDocument"
    rb"|image|externalLinkPath|hyperlinkBase)[\"'])"
)


def look_into_zip(file: IO[bytes], extension: str) -> None:
    """Refuse (Refused) the document ``file`` unless it is whole, plainly what ``extension`` says, and nothing more."""
    archive, entries = directory(file)
    with archive:
        _check_layout(file, entries, archive.start_dir)
        _check_family(archive, entries, extension)
        for entry in entries:
            _check_content(archive, entry)


def directory(file: IO[bytes]) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    """Return the archive in ``file``, open, and its entries, once they have been found harmless by what they declare.

    Refused where they are too many or would unpack to too much, are encrypted, archives or links, overlap, or have
    names that lead out of their folder.
    """
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, NotImplementedError) as error:
        refuse_as_damaged(error)
    entries = archive.infolist()
    unpacked, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > LARGEST or _is_dense(unpacked, packed):
        raise Refused(Reason.BOMB)
    for entry in entries:
        _check_entry(entry)
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    for one, two in pairwise(ordered):
        if one.header_offset + one.compress_size > two.header_offset:
            raise Refused(Reason.BOMB)  # two entries share bytes: the trick that packs petabytes into megabytes
    return archive, entries


def _is_dense(unpacked: int, packed: int) -> bool:
    return unpacked > SMALL and unpacked > HIGHEST_RATIO * max(packed, 1)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename.replace("\\", "/")
    leads_out = name.startswith("/") or ".." in name.split("/") or ":" in name or "\x00" in name
    if leads_out or stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused(Reason.PATHS)
    if entry.flag_bits & ENCRYPTED:
        raise Refused(Reason.LOCKED)
    if name.lower().endswith(ARCHIVES):
        raise Refused(Reason.FILE_INSIDE)
    if entry.compress_type not in PACKED_HOW:
        raise Refused(Reason.DAMAGED)
    if _is_dense(entry.file_size, entry.compress_size):
        raise Refused(Reason.BOMB)


def _check_layout(file: IO[bytes], entries: list[zipfile.ZipInfo], directory_at: int) -> None:
    """Refuse a file in which something stands before, between, below or behind the entries: another file, perhaps."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise Refused(Reason.BOMB)
        if entry.header_offset > end + (DESCRIPTOR if end else 0):
            raise Refused(Reason.HIDDEN)
        file.seek(entry.header_offset)
        header = file.read(LOCAL_HEADER)
        if header[:4] != b"PK\x03\x04":
            raise Refused(Reason.DAMAGED)
        lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        end = entry.header_offset + LOCAL_HEADER + lengths + entry.compress_size
    if directory_at > end + DESCRIPTOR:
        raise Refused(Reason.HIDDEN)
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - 22))
    if file.read(4) != b"PK\x05\x06":  # the end of the directory is the end of the file, without a comment
        raise Refused(Reason.HIDDEN)


def _check_family(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], extension: str) -> None:
    """Refuse a document that is not of the family its name says: Word, Excel, or LibreOffice's text and sheet."""
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        raise Refused(Reason.TWO_IN_ONE)  # two parts of one name: one program reads the first, another the last
    if extension in OFFICE:
        types = b"".join(_chunks(archive, "[Content_Types].xml")) if "[Content_Types].xml" in names else b""
        if MACROS.search(types):
            raise Refused(Reason.MACROS)
        if OFFICE[extension] not in types:
            raise Refused(Reason.OTHER_CONTENT)
    elif b"".join(_chunks(archive, "mimetype") if names[:1] == ["mimetype"] else []) != OPEN_DOCUMENT[extension]:
        raise Refused(Reason.OTHER_CONTENT)
    if any(PROGRAMS.search(name) for name in names):
        raise Refused(Reason.MACROS)
    if any(MARKUP_INSIDE.search(name) for name in names):
        raise Refused(Reason.FILE_INSIDE)


def _check_content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack one entry in passing, to its end: its check sum must be right, and nothing live may stand in it."""
    is_text = entry.filename.lower().endswith((".xml", ".rels", ".rdf", ".vml"))
    before, is_first, is_wide = b"", True, False
    for chunk in _chunks(archive, entry):
        if is_first:
            if chunk.startswith(OTHER_FILES):
                raise Refused(Reason.FILE_INSIDE)
            is_wide = chunk[:2] in (b"\xff\xfe", b"\xfe\xff") or chunk[1:2] == b"\x00" or chunk[:1] == b"\x00"
            is_first = False
        if is_text:
            # UTF-16 without its zeros is read like UTF-8, for what is searched for here.
            plain = before + (chunk.replace(b"\x00", b"") if is_wide else chunk)
            _check_words(plain)
            before = plain[-OVERLAP:]


def _check_words(text: bytes) -> None:
    if ENTITIES.search(text):
        raise Refused(Reason.ENTITIES)
    if MACROS.search(text):
        raise Refused(Reason.MACROS)
    if LIVE_LINKS.search(text) or REMOTE.search(text):
        raise Refused(Reason.REMOTE)


def _chunks(archive: zipfile.ZipFile, entry: str | zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(entry) as unpacked:
            while chunk := unpacked.read(CHUNK):
                yield chunk
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        refuse_as_damaged(error)
