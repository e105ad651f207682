"""How files come in: no more of them than is allowed, and never into a folder that others use (security R-32, R-48).

Django reads a form before any view is asked, so what is not wanted must be left out here: whatever a stranger sends,
and the rest of a file that is too large. What was left out stands in ``refused_uploads(request)``.
"""

import logging
import tempfile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest

from npmportal.private_files import UNFINISHED, unfinished_folder
from npmportal.uploads.names import tidy_name
from npmportal.uploads.reasons import Reason
from npmportal.uploads.troubles import NO_ROOM

logger = logging.getLogger(__name__)


def refused_uploads(request: HttpRequest) -> list[tuple[str, Reason]]:
    """Return the names of the files that were left out while the form was read, and why."""
    _read = request.POST  # so that it has been read
    found: list[tuple[str, Reason]] = request.__dict__.setdefault("_refused_uploads", [])
    return found


def had_files(request: HttpRequest) -> bool:
    """Tell whether the form came with files, also where nobody was let in with them."""
    return bool(request.FILES) or request.__dict__.get("_had_files", False)


class Door(FileUploadHandler):
    """Lets in files of people who are signed in, up to the limits; passes on what it lets in."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:
        self.is_too_much = content_length > settings.UPLOADS.at_once
        self.files = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0
        self.files += 1
        person: Any = getattr(self.request, "user", None)
        if person is None or not person.is_authenticated:
            self.request.__dict__["_had_files"] = True
            raise SkipFile
        if self.is_too_much:
            self._leave_out(Reason.REQUEST_TOO_LARGE)
        if self.files > settings.UPLOADS.files_at_once:
            self._leave_out(Reason.TOO_MANY)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > settings.UPLOADS.largest:
            self._leave_out(Reason.TOO_LARGE)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None

    def _leave_out(self, reason: Reason) -> None:
        leave_out(self.request, self.file_name, reason)


class PrivateFolder(TemporaryFileUploadHandler):
    """Keeps a larger file in the portal's own folder while it is received; it is gone when the request is."""

    file: Any

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        FileUploadHandler.new_file(self, *args, **kwargs)
        try:
            self.file = PrivateUpload(self.file_name, self.content_type, 0, self.charset, self.content_type_extra)
        except OSError as error:
            self._no_room(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            self.file.write(raw_data)
        except OSError as error:
            self._no_room(error)

    def file_complete(self, file_size: int) -> Any:
        try:
            self.file.flush()
        except OSError as error:
            leave_out(self.request, self.file_name, self._reason(error), skip=False)
            return None
        return super().file_complete(file_size)

    def _no_room(self, error: OSError) -> None:
        leave_out(self.request, self.file_name, self._reason(error))

    def _reason(self, error: OSError) -> Reason:
        """Say what is wrong with the disk: it is full, or cannot be written (any more)."""
        if error.errno in NO_ROOM:
            logger.critical("no room left to receive a file", extra={"error_class": "OSError"})
            return Reason.NO_ROOM
        logger.error("files cannot be received", exc_info=error)
        return Reason.STORAGE_AWAY


class PrivateUpload(TemporaryUploadedFile):
    """A file being received: below FILES_ROOT, readable by the portal alone, removed when it is closed."""

    def __init__(self, name: Any, content_type: Any, size: Any, charset: Any, extra: Any = None) -> None:
        file = tempfile.NamedTemporaryFile(suffix=UNFINISHED, dir=unfinished_folder())  # noqa: SIM115  closed by Django
        UploadedFile.__init__(self, file, name, content_type, size, charset, extra)


def leave_out(request: Any, name: Any, reason: Reason, *, skip: bool = True) -> None:
    """Remember that a file was not taken; with ``skip`` read past the rest of it."""
    request.__dict__.setdefault("_refused_uploads", []).append((tidy_name(str(name or "")), reason))
    if skip:
        raise SkipFile
