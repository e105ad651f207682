"""A look at a finished PDF before it is handed to anybody."""

import hashlib
from pathlib import Path

from django.utils.translation import gettext_noop

from npmportal.jobs import JobError


def checked_sha256(path: Path, pages: int) -> str:
    """Return the file's SHA-256 after making sure that it is whole and says what a screen reader needs.

    Raises JobError where it is not: such a file is thrown away.
    """
    import pikepdf  # here, because the web server reads this module too and has no use for it

    try:
        with pikepdf.open(path) as pdf:
            root = pdf.Root
            whole = len(pdf.pages) == pages and "/Lang" in root and "/StructTreeRoot" in root and "/Metadata" in root
    except pikepdf.PdfError:
        whole = False
    if not whole:
        raise JobError(gettext_noop("The PDF file was not whole and has been thrown away."))
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
