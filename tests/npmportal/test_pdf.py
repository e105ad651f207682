"""The process that writes PDF: accessible, confined, and gone when nobody waits for it."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import page
import pikepdf
import psutil
import pytest
from django.conf import settings

from npmportal import pdf
from npmportal.pdf import Data, Limits, PdfError, write_pdf

MOMENT = datetime(2025, 4, 1, 12, 0, tzinfo=UTC)
CALLER = """
import sys, django
from datetime import UTC, datetime
from pathlib import Path
from pathlib import Path
django.setup()
from npmportal.pdf import write_pdf
page = Path(sys.argv[1])
moment = datetime.now(UTC)
write_pdf(page.read_text(), page.with_suffix(".pdf"), stylesheet="report.css", identifier="one", created=moment)
"""
BOMB = "<div style='display:flex'>" * 25 + "x" + "</div>" * 25


def document(body="<p>Words.</p>", lang="en-gb"):
    return (
        f'<!doctype html><html lang="{lang}"><head><title>A document</title>'
        '<link rel="stylesheet" href="asset:print.css"></head>'
        f"<body><h1>Heading</h1>{body}</body></html>"
    )


def write(tmp_path, html, **options):
    path = tmp_path / "document.pdf"
    return path, write_pdf(html, path, stylesheet="report.css", identifier="one", created=MOMENT, **options)


def children():
    """Return the living processes that write a document; a browser that an earlier test left open is none of ours."""
    return [child for child in psutil.Process().children() if is_alive(child) and str(pdf.CHILD) in words_of(child)]


def is_alive(process):
    """Say whether ``process`` still runs; it may end between any two questions."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def words_of(process):
    """Return the command line of ``process``, empty when it has ended."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def test_document_is_valid_pdf_ua_and_carries_its_tables(tmp_path):
    path, pages = write(tmp_path, document(), data=(Data("numbers.csv", "The numbers", "a,b\r\n1,2\r\n"),))

    assert pages == 1
    assert page.validate_pdf(str(path), profile="ua1").failures == []
    with pikepdf.open(path) as found:
        assert found.attachments["numbers.csv"].get_file().read_bytes() == b"a,b\r\n1,2\r\n"
        assert "Portal-Sans" in str([font["/BaseFont"] for font in fonts(found)])


def fonts(found):
    return [thing for thing in found.objects if isinstance(thing, pikepdf.Dictionary) and "/BaseFont" in thing]


def test_same_html_gives_the_same_bytes(tmp_path):
    first = write(tmp_path, document())[0].read_bytes()

    assert write(tmp_path, document())[0].read_bytes() == first


@pytest.mark.parametrize(
    "hostile",
    [
        "<img src=file:///etc/passwd alt=x>",
        "<a rel=attachment href=file:///etc/passwd>x</a>",
        "<img src=http://127.0.0.1:9/ alt=x>",
        "<object data=file:///etc/passwd></object>",
        "<div style='background: url(http://127.0.0.1:9/x.png)'>x</div>",
        "<svg><title>x</title><image href='file:///etc/passwd' width='9' height='9'/></svg>",
        "<style>@import url(file:///etc/passwd);</style>",
        "<img src=../../etc/passwd alt=x>",
        "<img src=data:image/png;base64,AAAA alt=x>",
        "<img src=asset:secret.key alt=x>",
    ],
)
def test_every_address_but_the_packaged_assets_stops_the_document(tmp_path, hostile):
    with pytest.raises(PdfError) as refused:
        write(tmp_path, document(hostile))

    assert refused.value.reason == "forbidden_address"


def test_document_that_takes_too_long_is_stopped_and_its_process_ended(tmp_path):
    with pytest.raises(PdfError) as refused:
        write(tmp_path, document(BOMB), limits=Limits(wall_seconds=3))

    assert refused.value.reason == "too_slow"
    assert children() == []


def test_document_that_uses_too_much_processor_time_is_stopped(tmp_path):
    with pytest.raises(PdfError) as refused:
        write(tmp_path, document(BOMB), limits=Limits(cpu_seconds=2))

    assert refused.value.reason == "too_slow"


def test_document_that_grows_too_large_fails_and_does_not_take_the_caller_along(tmp_path):
    rows = "<tr><td>1<td>2<td>3<td>4</tr>" * 4000

    with pytest.raises(PdfError) as refused:
        write(tmp_path, document(f"<table>{rows}</table>"), limits=Limits(memory=260_000_000))

    assert refused.value.reason in ("too_large", "failed")


def test_child_ends_when_its_caller_gives_up(tmp_path):
    class NobodyWaits(Exception):
        pass

    def give_up(step, page):
        raise NobodyWaits

    with pytest.raises(NobodyWaits):
        write(tmp_path, document(BOMB), on_progress=give_up)

    assert children() == []


def test_child_that_is_killed_is_a_failure_said_in_a_sentence(tmp_path):
    def kill(step, page):
        for child in children():
            child.kill()

    with pytest.raises(PdfError) as failed:
        write(tmp_path, document(BOMB), on_progress=kill)

    assert failed.value.reason == "failed"


def test_child_dies_with_a_caller_that_is_killed(tmp_path):
    """A worker killed with `kill -9` cleans nothing up: the kernel ends its child."""
    path = tmp_path / "bomb.html"
    path.write_text(document(BOMB), encoding="utf-8")
    caller = subprocess.Popen([sys.executable, "-c", CALLER, str(path)], cwd=settings.BASE_DIR)
    try:
        child = wait_for(lambda: psutil.Process(caller.pid).children())[0]
        wait_for(lambda: child.cpu_times().user > 1)
    finally:
        caller.kill()
        caller.wait()

    wait_for(lambda: not is_alive(child))


def wait_for(is_true, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := is_true():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


def test_full_disk_is_a_sentence_and_an_alarm(tmp_path, caplog):
    with pytest.raises(PdfError, match="There is no room left where files are kept") as failed:
        write_pdf(document(), Path("/dev/full"), stylesheet="report.css", identifier="one", created=MOMENT)

    assert failed.value.reason == "no_room"
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]


def test_missing_libraries_give_the_line_to_type(tmp_path, monkeypatch):
    stub = tmp_path / "child.py"
    real = pdf.CHILD.read_text(encoding="utf-8")
    broken = "raise OSError(\"cannot load library 'libgobject-2.0-0'\")"
    stub.write_text(real.replace("    from weasyprint import HTML, Attachment", f"    {broken}"), encoding="utf-8")
    monkeypatch.setattr(pdf, "CHILD", stub)

    with pytest.raises(PdfError, match="apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0"):
        write(tmp_path, document())


def test_missing_typeface_is_replaced_by_the_systems(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "FONTS", "no-such-package/{}-{}.woff2")

    path, _pages = write(tmp_path, document())

    with pikepdf.open(path) as found:
        names = [str(font["/BaseFont"]) for font in fonts(found)]
    # Which typeface the system has differs by machine; on a bare Debian it is DejaVu.
    assert names
    assert not any("Portal-Sans" in name for name in names)


def test_child_gets_none_of_the_portals_secrets(tmp_path, monkeypatch):
    stub = tmp_path / "child.py"
    stub.write_text("import json, os; print(json.dumps({'error': 'failed', 'error_class': ' '.join(os.environ)}))")
    monkeypatch.setattr(pdf, "CHILD", stub)
    assert "SECRET_KEY" in os.environ

    with pytest.raises(PdfError) as told:
        write(tmp_path, document())

    assert set(told.value.error_class.split()) == {"PATH", "HOME", "TMPDIR", "LANG", "PYTHONHASHSEED"}
