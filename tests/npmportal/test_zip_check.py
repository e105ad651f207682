"""Archives are judged by their directory alone: nothing is unpacked."""

import io
import stat
import zipfile

import pytest

from npmportal.zip_check import UnsafeArchive, check_archive


def archive(*entries, compression=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as written:
        for name, content in entries:
            written.writestr(name, content)
    file.seek(0)
    return file


def test_an_ordinary_archive_passes_and_is_left_at_its_beginning():
    file = archive(("xl/workbook.xml", "<x/>"), ("xl/worksheets/sheet1.xml", "<y/>" * 1000))

    entries = check_archive(file)

    assert [entry.filename for entry in entries] == ["xl/workbook.xml", "xl/worksheets/sheet1.xml"]
    assert file.tell() == 0


@pytest.mark.parametrize(
    "entries",
    [
        [("bomb.xml", b"0" * 5_000_000)],
        [("../escape.xml", "x")],
        [("/etc/passwd", "x")],
        [("a\\..\\b.xml", "x")],
        [("c:/x.xml", "x")],
        [("inner.zip", "x")],
        [(f"{n}.xml", "") for n in range(2001)],
    ],
    ids=["dense", "up", "absolute", "backslash", "drive", "nested", "many"],
)
def test_what_is_built_to_do_harm_is_refused(entries):
    with pytest.raises(UnsafeArchive):
        check_archive(archive(*entries))


def test_a_link_is_refused():
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16

    with pytest.raises(UnsafeArchive):
        check_archive(archive((link, "/etc/passwd")))


def test_entries_that_share_bytes_are_refused():
    file = archive(("a.xml", b"x" * 200), ("b.xml", b"y" * 200), compression=zipfile.ZIP_STORED)
    content = bytearray(file.getvalue())
    second = content.rfind(b"PK\x01\x02")
    content[second + 42 : second + 46] = (0).to_bytes(4, "little")

    with pytest.raises(UnsafeArchive):
        check_archive(io.BytesIO(bytes(content)))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and then nothing", b"no archive at all"])
def test_what_is_damaged_is_refused(content):
    with pytest.raises(UnsafeArchive):
        check_archive(io.BytesIO(content))


def test_an_encrypted_archive_is_refused():
    file = archive(("a.xml", "x"))
    content = bytearray(file.getvalue())
    content[content.rfind(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(UnsafeArchive, match="password"):
        check_archive(io.BytesIO(bytes(content)))
