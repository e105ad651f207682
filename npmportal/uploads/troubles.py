"""What goes wrong with the machine while a file is looked at is never a reason to refuse the file. No Django here."""

import errno
from enum import StrEnum
from typing import NoReturn

from npmportal.uploads.reasons import Reason, Refused

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
# Errors of the system that a file brings about by pointing nowhere, or that a library raises without asking the system.
OF_THE_DISK = (errno.EIO, errno.EROFS, errno.ESTALE, errno.ENODEV, errno.ENXIO)
OF_THE_FILE = (None, errno.EINVAL, errno.EOVERFLOW)


class Trouble(StrEnum):
    """What kept the process that looks from finding anything out."""

    NO_ROOM = "no_room"  # where it writes
    STORAGE = "storage"  # the disk cannot be read or written
    FAULT = "fault"  # the machine has no memory left, a library is missing, the program is wrong


def machine_error(error: BaseException | None) -> OSError | None:
    """Return the system's own error behind ``error``, about a disk or memory, which says nothing of any file; or None.

    Libraries turn the one into the other (zipfile calls a file that cannot be read no zip file), so what came before it
    counts as well.
    """
    while error is not None:
        if isinstance(error, OSError) and error.errno not in OF_THE_FILE:
            return error
        error = error.__cause__ or error.__context__
    return None


def refuse_as_damaged(error: BaseException) -> NoReturn:
    """Raise Refused for a file that could not be read to its end; where the machine failed, its own error.

    MemoryError where memory was wanting: whether too much was asked for or too little was there is for others to say.
    """
    if found := machine_error(error):
        raise found
    if "out of memory" in str(error):  # so Pillow says it, in an OSError
        raise MemoryError from error
    raise Refused(Reason.DAMAGED) from error


def trouble_of(error: OSError) -> Trouble:
    """Return what the system's ``error`` means for the file that was looked at."""
    if error.errno in NO_ROOM:
        return Trouble.NO_ROOM
    return Trouble.STORAGE if error.errno in (*OF_THE_DISK, errno.ENOENT, errno.EACCES) else Trouble.FAULT
