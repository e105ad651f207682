"""What the machine fails at while a file is looked at is never held against the file."""

import errno
import io
import os
import resource

import pytest
from PIL import Image, ImageFile

from npmportal.private_files import NoRoom, StorageAway
from npmportal.uploads import child, look, parent
from npmportal.uploads.inside_picture import look_into_picture, write_anew
from npmportal.uploads.inside_zip import look_into_zip
from npmportal.uploads.parent import NotLooked
from npmportal.uploads.reasons import Reason, Refused
from tests.npmportal.upload_corpus import office, photograph


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "received"
    path.write_bytes(photograph((800, 600)))
    return path


def test_full_disk_is_no_fault_of_the_picture(photo, caplog):
    with pytest.raises(NoRoom):
        parent.written_anew(photo, look.Path("/dev/full"), "jpg")

    assert [record.levelname for record in caplog.records] == ["CRITICAL"]


def test_disk_that_fills_up_in_the_middle_of_the_last_piece_keeps_no_half_picture(photo, tmp_path):
    whole, half = tmp_path / "whole", tmp_path / "half"
    write_anew(photo, whole, "jpg")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    for missing in (1, 100, 5_000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (whole.stat().st_size - missing, hard))
        try:
            with pytest.raises(OSError, match="File too large"):
                write_anew(photo, half, "jpg")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_picture_that_was_not_written_whole_is_found_out(photo, tmp_path, monkeypatch):
    def saved(image, file, **more):
        file.write(photo.read_bytes()[:-500])

    monkeypatch.setattr(Image.Image, "save", saved)

    with pytest.raises(OSError, match="not written whole"):
        write_anew(photo, tmp_path / "anew", "jpg")


class FailingDisk(io.BytesIO):
    """A file that cannot be read any more after so many reads."""

    def __init__(self, content, reads):
        super().__init__(content)
        self.reads = reads

    def read(self, *size):
        self.reads -= 1
        if self.reads < 0:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(*size)


def test_original_that_cannot_be_read_is_not_called_damaged(photo, monkeypatch):
    for reads in range(12):
        with pytest.raises(OSError, match="Input/output error"):
            look_into_zip(FailingDisk(office(), reads), "docx")
    look_into_zip(FailingDisk(office(), 1_000), "docx")
    with pytest.raises(StorageAway):
        parent.looked_at(look.Path("/proc/self/mem"), "txt")  # its first byte can be read by nobody
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: os.pread(os.open("/proc/self/mem", 0), 1, 0))
    with pytest.raises(OSError, match="Input/output error"):
        look_into_picture(photo, "jpg")


def test_decoder_without_memory_does_not_call_the_picture_damaged(photo, monkeypatch):
    monkeypatch.setattr(
        ImageFile.ImageFile, "load", lambda self: (_ for _ in ()).throw(ImageFile._get_oserror(-9, encoder=False))
    )

    with pytest.raises(MemoryError):
        look_into_picture(photo, "jpg")


FALLS = {
    "aborted": "import os; os.abort()",
    "killed by the system": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "library not installed": "import nothing_of_that_name",
    "takes too long": "import time; time.sleep(60)",
}


@pytest.mark.parametrize("name", FALLS)
def test_process_that_falls_found_nothing_out(name, photo, tmp_path, monkeypatch, caplog):
    script = tmp_path / "child.py"
    script.write_text(FALLS[name])
    monkeypatch.setattr(parent, "CHILD", script)
    monkeypatch.setattr(parent, "WALL_SECONDS", 1)

    with pytest.raises(NotLooked):
        parent.looked_at(photo, "jpg")

    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_process_that_used_up_its_time_met_a_file_that_wants_too_much(photo, tmp_path, monkeypatch):
    script = tmp_path / "child.py"
    script.write_text("import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 5))\nwhile True: pass")
    monkeypatch.setattr(parent, "CHILD", script)

    with pytest.raises(Refused) as refusal:
        parent.looked_at(photo, "jpg")

    assert refusal.value.reason == Reason.TOO_MUCH_WORK


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (OSError(errno.ENOSPC, "full"), NoRoom),
        (FileNotFoundError(errno.ENOENT, "No usable temporary directory found"), NotLooked),
        (BlockingIOError(errno.EAGAIN, "no process left"), NotLooked),
    ],
    ids=["full", "no folder", "no process"],
)
def test_process_that_cannot_begin(error, raised, photo, monkeypatch, caplog):
    monkeypatch.setattr(parent.tempfile, "TemporaryDirectory", lambda **more: (_ for _ in ()).throw(error))

    with pytest.raises(raised):
        parent.looked_at(photo, "jpg")


def test_file_that_wants_more_memory_than_it_may_is_told_from_a_machine_that_has_none(photo, monkeypatch):
    def wants_more(path, extension):
        raise MemoryError

    monkeypatch.setattr(look, "look", wants_more)
    order = {"path": str(photo), "extension": "jpg"}
    assert child.obey(order) == {"refused": Reason.TOO_MUCH_WORK}

    def no_memory(*arguments):
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr(child.mmap, "mmap", no_memory)
    assert child.obey(order) == {"trouble": "fault"}
