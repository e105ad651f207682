"""The name a person's file had, as it may be kept, shown and sent (security R-32). It names nothing on our disk."""

import unicodedata

LONGEST = 200
LONGEST_EXTENSION = 10


def tidy_name(name: str) -> str:
    """Return ``name`` without folders and without characters that cannot be seen; "file" where nothing is left.

    Left out are control characters (CR and LF would begin a header line, NUL cannot be stored), those that turn the
    direction of writing round (“gpj.exe” could pose as “exe.jpg”) and other unseen ones. Too long a name is shortened
    before its ending.
    """
    last = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    seen = "".join(" " if character.isspace() else character for character in last if _is_seen(character))
    words = " ".join(unicodedata.normalize("NFC", seen).split()).strip(". ")
    return _shortened(words) or "file"


def extension_of(name: str) -> str:
    """Return the ending of ``name`` in lower case without its dot; "" where there is none."""
    stem, dot, extension = name.rpartition(".")
    return extension.strip().lower() if dot and stem.strip() else ""


def _is_seen(character: str) -> bool:
    """Tell whether a character can be seen, or is a space that parts two that can (a tab, say, but no line break)."""
    return character in " \t\u00a0" or unicodedata.category(character)[0] not in "CZ" or character == "\u3000"


def _shortened(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    extension = extension_of(name)
    if not extension or len(extension) > LONGEST_EXTENSION:
        return name[:LONGEST]
    return f"{name[: LONGEST - len(extension) - 2]}….{extension}"
