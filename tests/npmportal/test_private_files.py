"""Private files are whole or not there, wherever they are kept; what is unfinished lies in a folder of our own."""

import errno
import os
import stat
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.http import HttpRequest
from django.test import RequestFactory

from npmportal import private_files
from npmportal.file_settings import Limits
from npmportal.private_files import (
    Missing,
    NoRoom,
    StorageAway,
    on_disk,
    store,
    sweep_unfinished,
    unfinished,
    unfinished_folder,
)
from npmportal.uploads import handlers
from npmportal.uploads.handlers import had_files, refused_uploads
from npmportal.uploads.names import LONGEST, extension_of, tidy_name
from npmportal.uploads.reasons import Reason


class FullDisk(FileSystemStorage):
    """A disk that is full after the first bytes of a file."""

    def _save(self, name, content):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(b"half a f")
        raise OSError(errno.ENOSPC, "No space left on device")


# -- Storing ----------------------------------------------------------------------------------------------------------
def test_full_disk_leaves_nothing_half_and_raises_the_alarm(tmp_path, caplog):
    storage = FullDisk(location=tmp_path)

    with pytest.raises(NoRoom):
        store(storage, "a/b", ContentFile(b"words"))

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]


def test_disk_that_fails_otherwise_is_away(tmp_path, monkeypatch):
    storage = FileSystemStorage(location=tmp_path)
    monkeypatch.setattr(storage, "_save", lambda *a: (_ for _ in ()).throw(OSError(errno.EIO, "I/O error")))

    with pytest.raises(StorageAway):
        store(storage, "a/b", ContentFile(b"words"))


def test_stored_file_is_for_the_portal_alone(settings, tmp_path):
    storage = FileSystemStorage(location=tmp_path, file_permissions_mode=0o600, directory_permissions_mode=0o700)

    name = store(storage, "a/b", ContentFile(b"words"))

    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700


def test_mistake_of_our_own_is_no_storage_that_is_away():
    with pytest.raises(ZeroDivisionError), private_files.storage_answers():
        1 / 0  # noqa: B018


def test_file_that_is_not_there(db, draft_file):
    default_storage.delete(draft_file.name)

    with pytest.raises(Missing), on_disk(draft_file):
        pass


@pytest.fixture
def draft_file(settings):
    """Something like a FieldFile, in the default storage."""
    name = default_storage.save("a/b", ContentFile(b"words"))
    return type("File", (), {"storage": default_storage, "name": name})()


def test_file_on_the_disk_is_read_where_it_lies(draft_file):
    with on_disk(draft_file) as path:
        assert str(path) == default_storage.path(draft_file.name)
    assert path.exists()


# -- What is unfinished -----------------------------------------------------------------------------------------------
def test_unfinished_file_lies_in_a_private_folder_and_is_removed(settings):
    with unfinished() as path:
        path.write_bytes(b"half")
        assert path.parent == settings.FILES_ROOT / "unfinished"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700

    assert not path.exists()


def test_what_a_killed_process_left_is_swept_after_an_hour(settings):
    folder = unfinished_folder()
    old, fresh = folder / f"old{private_files.UNFINISHED}", folder / f"fresh{private_files.UNFINISHED}"
    for path in (old, fresh):
        path.write_bytes(b"x")
    os.utime(old, (time.time() - 4000,) * 2)

    assert sweep_unfinished() == 1
    assert [path.name for path in folder.iterdir()] == [fresh.name]


# -- Files coming in --------------------------------------------------------------------------------------------------
class Somebody:
    is_authenticated = True


class Nobody:
    is_authenticated = False


def request_with(*files, person=Somebody) -> HttpRequest:
    """A form with files, each given as (name, content), as the person's browser sends it."""
    named = [ContentFile(content, name=name) for name, content in files]
    request = RequestFactory().post("/", {"words": "typed", "files": named})
    request.user = person()
    return request


def test_large_file_lies_in_our_own_folder_while_it_is_received(settings):
    request = request_with(("large.txt", b"x" * 3_000_000))

    with request.FILES["files"] as file:
        path = file.temporary_file_path()

        assert os.path.dirname(path) == str(settings.FILES_ROOT / "unfinished")
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        assert request.POST["words"] == "typed"
    assert not os.path.exists(path)


def test_small_file_is_on_no_disk_at_all(settings):
    request = request_with(("small.txt", b"x"))

    assert request.FILES["files"].read() == b"x"
    assert not (settings.FILES_ROOT / "unfinished").exists()


@pytest.mark.parametrize("size", [10, 3_000_000])
def test_files_of_strangers_are_not_received(settings, size):
    request = request_with(("a.txt", b"x" * size), person=Nobody)

    assert request.POST["words"] == "typed"
    assert not request.FILES
    assert refused_uploads(request) == []
    assert had_files(request)
    folder = settings.FILES_ROOT / "unfinished"
    assert not folder.exists() or not list(folder.iterdir())


def test_rest_of_too_large_a_file_is_read_past(settings):
    settings.UPLOADS = Limits(largest=2_000_000)
    request = request_with(("large.txt", b"x" * 3_000_000), ("small.txt", b"y"))

    assert [file.name for file in request.FILES.getlist("files")] == ["small.txt"]
    assert refused_uploads(request) == [("large.txt", Reason.TOO_LARGE)]
    for file in request.FILES.getlist("files"):
        file.close()
    assert not list((settings.FILES_ROOT / "unfinished").iterdir())


def test_too_many_bytes_and_too_many_files_at_once(settings):
    settings.UPLOADS = Limits(at_once=1000)
    assert refused_uploads(request_with(("a.txt", b"x" * 2000))) == [("a.txt", Reason.REQUEST_TOO_LARGE)]
    settings.UPLOADS = Limits(files_at_once=1)
    assert refused_uploads(request_with(("a.txt", b"x"), ("b.txt", b"y"))) == [("b.txt", Reason.TOO_MANY)]


def test_disk_that_fills_up_while_a_file_is_received_is_a_sentence(settings, monkeypatch, caplog):
    class OnAFullDisk(handlers.PrivateUpload):
        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(handlers, "PrivateUpload", OnAFullDisk)
    request = request_with(("large.txt", b"x" * 3_000_000))

    assert refused_uploads(request) == [("large.txt", Reason.NO_ROOM)]
    assert not request.FILES
    assert not list((settings.FILES_ROOT / "unfinished").iterdir())
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]


# -- Names ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "tidy"),
    [
        ("letter.txt", "letter.txt"),
        ("/a/b/../letter.txt", "letter.txt"),
        ("C:\\a\\letter.txt", "letter.txt"),
        ("a\r\nb\x00c\u202ed\u200be.txt", "abcde.txt"),
        ("  é   è.txt  ", "é è.txt"),
        ("e\u0301.txt", "é.txt"),
        ("...", "file"),
        ("", "file"),
        ("\u202e\x00", "file"),
        ("..", "file"),
    ],
)
def test_tidy_names(name, tidy):
    assert tidy_name(name) == tidy


def test_long_name_keeps_its_ending():
    name = tidy_name("n" * 500 + ".docx")

    assert (len(name), name[-6:]) == (LONGEST, "….docx")
    assert len(tidy_name("n" * 500)) == len(tidy_name("n." + "e" * 500)) == LONGEST


@pytest.mark.parametrize(("name", "extension"), [("a.TXT", "txt"), ("a.pdf.exe", "exe"), (".txt", ""), ("a", "")])
def test_endings(name, extension):
    assert extension_of(name) == extension
