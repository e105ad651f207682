"""The corpus of files that do harm: each is refused, for its own reason; and the others are taken."""

import io

import pytest
from PIL import Image

from npmportal.uploads.inside_picture import write_anew
from npmportal.uploads.kinds import KINDS, kind_of
from npmportal.uploads.look import look
from npmportal.uploads.reasons import Reason, Refused
from npmportal.uploads.sentences import SENTENCES, sentence
from tests.npmportal.upload_corpus import REFUSED, TAKEN, office, photograph


@pytest.fixture
def file(tmp_path):
    """Return a function that writes content to a file and returns its path."""

    def write(content):
        path = tmp_path / "received"
        path.write_bytes(content() if callable(content) else content)
        return path

    return write


@pytest.mark.parametrize("name", REFUSED)
def test_harmful_file_is_refused_for_its_own_reason(name, file):
    extension, content, reason = REFUSED[name]

    with pytest.raises(Refused) as refusal:
        look(file(content), extension)

    assert refusal.value.reason == reason
    assert sentence(refusal.value.reason).endswith(".")


@pytest.mark.parametrize("name", TAKEN)
def test_harmless_file_is_taken(name, file):
    extension, content = TAKEN[name]

    findings = look(file(content), extension)

    assert findings.has_position == (name == "photograph")
    assert bool(findings.width) == (KINDS[extension].family == "picture")


def test_every_document_cut_off_anywhere_is_refused(file):
    content = office()

    for length in range(0, len(content), 7):
        with pytest.raises(Refused):
            look(file(content[:length]), "docx")


@pytest.mark.parametrize(
    ("extension", "reason"),
    [
        ("svg", Reason.NOT_ALLOWED),
        ("html", Reason.NOT_ALLOWED),
        ("exe", Reason.NOT_ALLOWED),
        ("zip", Reason.NOT_ALLOWED),
        ("", Reason.NOT_ALLOWED),
        ("heic", Reason.HEIC),
        ("docm", Reason.OLD_OFFICE),
        ("xls", Reason.OLD_OFFICE),
    ],
)
def test_ending_that_is_not_taken(extension, reason):
    with pytest.raises(Refused) as refusal:
        kind_of(extension)

    assert refusal.value.reason == reason


def test_every_reason_has_its_sentence():
    assert set(SENTENCES) == set(Reason)
    assert all("%(" not in sentence(reason) for reason in Reason)


@pytest.mark.parametrize(("kind", "extension"), [("JPEG", "jpg"), ("PNG", "png")])
def test_picture_written_anew_carries_nothing_of_the_camera(kind, extension, tmp_path, file):
    xmp = b"<x:xmpmeta>exif:GPSLatitude 0,7N</x:xmpmeta>"
    more = {"xmp": xmp, "icc_profile": b"profile-of-somebody" * 20} if kind == "JPEG" else {}
    content = photograph(gps=True, turned=6, kind=kind, comment=b"taken in cell 4" if kind == "JPEG" else b"", **more)
    output = tmp_path / "anew"

    write_anew(file(content), output, extension)

    anew = output.read_bytes()
    with Image.open(io.BytesIO(anew)) as image, Image.open(io.BytesIO(content)) as before:
        assert (image.format, image.size) == (kind, before.size)
        assert dict(image.getexif()) == {0x0112: 6}
        assert not image.getexif().get_ifd(0x8825)
        assert not {"icc_profile", "comment", "xmp"}.intersection(image.info)
    for trace in (b"Invented Cameras", b"GPSLatitude", b"cell 4", b"profile-of-somebody"):
        assert trace not in anew


def test_transparent_drawing_stays_transparent(tmp_path, file):
    drawing = io.BytesIO()
    Image.new("P", (4, 4)).save(drawing, "PNG", transparency=0)
    output = tmp_path / "anew"

    write_anew(file(drawing.getvalue()), output, "png")

    with Image.open(output) as image:
        assert image.convert("RGBA").getpixel((0, 0))[3] == 0


def test_position_told_in_xmp_alone_is_found(file):
    xmp = b'<?xpacket begin=""?><x:xmpmeta exif:GPSLatitude="0,7.0N"/><?xpacket end="w"?>'

    assert look(file(photograph(xmp=xmp)), "jpg").has_position
