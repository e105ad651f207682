"""Pictures: measured before they are decoded, and written anew without what a camera puts in (security R-33, R-34).

No Django here. The largest picture is such that decoding it stays under 300 MB (tests/npmportal/test_upload_memory.py).
"""

import errno
import io
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image, ImageFile

from npmportal.uploads.reasons import Reason, Refused
from npmportal.uploads.troubles import refuse_as_damaged

MOST_PIXELS = 50_000_000
MOST_BYTES = 210_000_000  # decoded, in memory
FORMATS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG"}
BEGINNINGS = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n"}
QUALITY = 90
ORIENTATION, POSITION = 0x0112, 0x8825
# Pillow keeps three colours in four bytes. A progressive JPEG is read whole before it is decoded: two bytes more for
# each of three colours.
BYTES_OF_MODE = {"1": 1, "L": 1, "P": 1, "LA": 4, "I;16": 2}
PROGRESSIVE = 6


def look_into_picture(path: Path, extension: str) -> tuple[int, int, bool]:
    """Return width, height and whether the picture says where it was taken. It is decoded once, to its last line.

    Refused where it is none, has too many pixels, or is damaged.
    """
    with _opened(path, extension) as image:
        has_position = bool(image.getexif().get_ifd(POSITION)) or b"GPSLatitude" in _xmp(image)
        image.load()
        return image.width, image.height, has_position


def write_anew(path: Path, output: Path, extension: str) -> None:
    """Write the picture in ``path`` to ``output``: its points and which way up it is, and nothing else it carried.

    It is synced to the disk and read again, because the original is thrown away. OSError where that does not work:
    then nothing was found to be wrong with the picture.
    """
    with _opened(path, extension) as image:
        kept = Image.Exif()
        if (turned := image.getexif().get(ORIENTATION)) in range(2, 9):
            kept[ORIENTATION] = turned
        image.load()
    image.info = {name: image.info[name] for name in ("transparency",) if name in image.info}
    more: dict[str, Any] = {"exif": kept} if kept else {}
    if FORMATS[extension] == "JPEG":
        # The quantisation it has already: written anew it is neither larger nor much worse.
        more["quality"] = "keep" if image.format == "JPEG" else QUALITY
    with output.open("wb", buffering=0) as raw, _Written(raw) as written:
        image.save(written, format=FORMATS[extension], **more)
        written.flush()
        os.fsync(raw.fileno())
    size = image.size
    image.close()
    _check_written(output, extension, size)


class _Written(io.BufferedWriter):
    """A file that Pillow writes through Python. Past it, on a disk that fills up in the middle of the last piece, it
    would take the part that was written for the whole."""

    def fileno(self) -> int:
        raise io.UnsupportedOperation


def _check_written(output: Path, extension: str, size: tuple[int, int]) -> None:
    """Make sure that what was written is a whole picture of the right size; OSError where it is not."""
    try:
        with _opened(output, extension) as image:
            image.load()
            is_whole = image.size == size
    except Refused:
        is_whole = False
    if not is_whole:
        raise OSError(errno.EIO, "the picture was not written whole")


@contextmanager
def _opened(path: Path, extension: str) -> Iterator[Image.Image]:
    wanted = FORMATS[extension]
    with path.open("rb") as file:
        if not file.read(8).startswith(BEGINNINGS[wanted]):
            raise Refused(Reason.OTHER_CONTENT)
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=[wanted]) as image:
                _check_size(image)
                yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(Reason.PIXELS) from error
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, TypeError, IndexError) as error:
        refuse_as_damaged(error)


def _check_size(image: Image.Image) -> None:
    pixels = image.width * image.height
    each = BYTES_OF_MODE.get(image.mode, 4) + (PROGRESSIVE if image.info.get("progressive") else 0)
    if pixels > MOST_PIXELS or pixels * each > MOST_BYTES:
        raise Refused(Reason.PIXELS)


def _xmp(image: Image.Image) -> bytes:
    found = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    return found if isinstance(found, bytes) else str(found).encode(errors="replace")
