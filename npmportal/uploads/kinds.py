"""The kinds of file that are taken: by the ending of the name and by the content, which must agree. No Django here.

Not taken, whatever they are called: SVG and HTML (they run scripts), documents with macros and the old Office formats
(they may hold some), archives and programs.
"""

from dataclasses import dataclass

from npmportal.uploads.reasons import Reason, Refused


@dataclass(frozen=True)
class FileKind:
    """One kind: what it is served as, and which of the looks of ``look.py`` it gets."""

    family: str  # zip, pdf, picture, text
    content_type: str


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
KINDS: dict[str, FileKind] = {
    "pdf": FileKind("pdf", "application/pdf"),
    "docx": FileKind("zip", f"{_OFFICE}wordprocessingml.document"),
    "xlsx": FileKind("zip", f"{_OFFICE}spreadsheetml.sheet"),
    "odt": FileKind("zip", f"{_OPEN}text"),
    "ods": FileKind("zip", f"{_OPEN}spreadsheet"),
    "txt": FileKind("text", "text/plain"),
    "csv": FileKind("text", "text/csv"),
    "jpg": FileKind("picture", "image/jpeg"),
    "jpeg": FileKind("picture", "image/jpeg"),
    "png": FileKind("picture", "image/png"),
}
# What the choosing window of a browser offers.
ACCEPT = ",".join(f".{extension}" for extension in KINDS)

# Of these a person can make one that is taken: the sentence says how.
_SPECIAL = {
    **dict.fromkeys(("heic", "heif"), Reason.HEIC),
    **dict.fromkeys(("doc", "xls", "docm", "xlsm", "xlsb", "dot", "dotx", "dotm", "xlt", "xltx"), Reason.OLD_OFFICE),
}


def kind_of(extension: str) -> FileKind:
    """Return the kind of files that end in ``extension`` (lower case, no dot); Refused where such are not taken."""
    kind = KINDS.get(extension)
    if kind is None:
        raise Refused(_SPECIAL.get(extension, Reason.NOT_ALLOWED))
    return kind
