"""Whatever a file does, looking at it stays under 300 MB, and nothing of it reaches the process that asked."""

import json
import subprocess
import sys

import pytest

from npmportal.uploads import parent
from npmportal.uploads.reasons import Reason, Refused
from tests.npmportal.upload_corpus import (
    REFUSED,
    blank,
    pdf_that_unpacks_to_gigabytes,
    photograph,
)

MOST = 300_000_000
# A small process of its own asks, because the peak of a child counts what its parent held when it was born.
ASK = """
import json, resource, subprocess, sys
done = subprocess.run([sys.executable, "-s", "-P", "-B", sys.argv[1]], input=sys.argv[2].encode(), capture_output=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
print(json.dumps({"answer": done.stdout.decode(), "status": done.returncode, "peak": peak}))
"""


def asked(path, extension, output=""):
    order = json.dumps({"path": str(path), "extension": extension, "output": str(output)})
    done = subprocess.run([sys.executable, "-c", ASK, str(parent.CHILD), order], capture_output=True, check=True)
    return json.loads(done.stdout)


LARGEST = {
    "photograph of 48 million points": ("jpg", lambda: photograph((8_000, 6_000), quality=50)),
    "drawing of 48 million points in four colours": ("png", lambda: blank((8_000, 6_000), "RGBA")),
    "progressive photograph": ("jpg", lambda: photograph((5_000, 4_000), quality=50, progressive=True)),
    "text of 25 MB": ("txt", lambda: b"words and words\n" * 1_560_000),
    "CSV of one line": ("csv", lambda: b"1;" * 12_500_000),
}


@pytest.mark.parametrize("name", LARGEST)
def test_largest_files_that_are_taken(name, tmp_path):
    extension, made = LARGEST[name]
    path = tmp_path / "received"
    path.write_bytes(made())

    looked = asked(path, extension)

    assert "refused" not in json.loads(looked["answer"])
    assert looked["peak"] < MOST
    if extension in ("jpg", "png"):
        anew = asked(path, extension, tmp_path / "anew")
        assert (anew["answer"], anew["peak"] < MOST) == ("{}", True)


BOMBS = {
    name: REFUSED[name] for name in ("bomb of points", "bomb of points, progressive", "claim of points", "zip bomb")
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_in_little_memory(name, tmp_path):
    extension, content, reason = BOMBS[name]
    path = tmp_path / "received"
    path.write_bytes(content() if callable(content) else content)

    looked = asked(path, extension)

    assert json.loads(looked["answer"]) == {"refused": reason}
    assert looked["peak"] < 60_000_000


def test_pdf_that_unpacks_to_gigabytes_ends_its_own_process_alone(tmp_path):
    path = tmp_path / "received"
    path.write_bytes(pdf_that_unpacks_to_gigabytes())

    looked = asked(path, "pdf")

    assert looked["peak"] < MOST
    with pytest.raises(Refused) as refusal:
        parent.looked_at(path, "pdf")
    assert refusal.value.reason in (Reason.TOO_MUCH_WORK, Reason.DAMAGED)


def test_the_process_that_looks_knows_no_secret_and_none_of_the_portal(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "a secret of the portal")
    child = tmp_path / "child.py"
    child.write_text("import json, os\nprint(json.dumps({'width': 0, 'height': 0, 'has_position': dict(os.environ)}))")
    monkeypatch.setattr(parent, "CHILD", child)

    environ = parent.looked_at(child, "txt").has_position

    assert set(environ) <= {"PATH", "HOME", "TMPDIR", "LANG", "LC_CTYPE", "PWD"}
