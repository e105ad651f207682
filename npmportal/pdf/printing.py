"""Printing one document inside a job: minutes, letters. Reports show their chapters and do it in steps of their own."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from npmportal.jobs import JobError, JobRun, LostLease
from npmportal.pdf import PdfError, write_pdf


@dataclass(frozen=True)
class Document:
    """The whole document, and the moment from which on it says what it says."""

    html: str
    created: datetime

    @property
    def identifier(self) -> str:
        return hashlib.sha256(self.html.encode()).hexdigest()


def print_document(run: JobRun, document: Document, path: Path, stylesheet: str) -> int:
    """Write ``document`` as PDF/UA-1 to ``path`` and return its pages.

    Raises JobError with a plain sentence, or LostLease as soon as another run has taken the job over.
    """

    def stop_when_lost(_step: int, _page: int) -> None:
        if run.lost.is_set():
            raise LostLease

    try:
        return write_pdf(
            document.html,
            path,
            stylesheet=stylesheet,
            identifier=document.identifier,
            created=document.created,
            variant="pdf/ua-1",
            on_progress=stop_when_lost,
        )
    except PdfError as error:
        raise JobError(str(error)) from error
