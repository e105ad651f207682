"""Why a file is not taken, as words that can be stored. Their sentences stand in ``sentences.py``. No Django here."""

from enum import StrEnum


class Reason(StrEnum):
    """One reason each; a record keeps the word, the page prints the sentence in the reader's language."""

    # At the door, before anything is stored.
    NOT_ALLOWED = "not_allowed"
    HEIC = "heic"
    OLD_OFFICE = "old_office"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    REQUEST_TOO_LARGE = "request_too_large"
    TOO_MANY = "too_many"
    VISIT_FULL = "visit_full"
    DAY_FULL = "day_full"
    SAME = "same"
    NO_ROOM = "no_room"
    STORAGE_AWAY = "storage_away"
    # When its content has been looked at.
    OTHER_CONTENT = "other_content"
    LOCKED = "locked"
    DAMAGED = "damaged"
    MARKUP = "markup"
    TWO_IN_ONE = "two_in_one"
    HIDDEN = "hidden"
    MACROS = "macros"
    FILE_INSIDE = "file_inside"
    BOMB = "bomb"
    PATHS = "paths"
    ENTITIES = "entities"
    REMOTE = "remote"
    PDF_SCRIPT = "pdf_script"
    PDF_FILES = "pdf_files"
    PDF_ACTION = "pdf_action"
    PIXELS = "pixels"
    TOO_MUCH_WORK = "too_much_work"
    # When it has been scanned, or read again.
    INFECTED = "infected"
    ALTERED = "altered"


class Refused(Exception):
    """The file is not taken; ``reason`` says why, and ``said`` what a scanner called what it found."""

    def __init__(self, reason: Reason, said: str = "") -> None:
        super().__init__(reason.value)
        self.reason, self.said = reason, said
