"""What a scanner's answers mean: only “OK” is clean."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from npmportal import checks, file_settings
from npmportal.private_files import StorageAway
from npmportal.uploads import scanning
from npmportal.uploads.scanning import NoScanner, ScannerAway, Verdict, scanner
from tests.npmportal.fake_clamd import VERSION, running
from tests.npmportal.upload_corpus import EICAR

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "received"
    path.write_bytes(b"a letter\n" * 30_000)
    return path


def test_clean_file_and_what_the_scanner_calls_itself(settings, file):
    with running() as (clamd, settings.SCANNER_URL):
        scan = scanner().scan(file)

    assert (scan.verdict, scan.words) == (Verdict.CLEAN, VERSION.decode())
    assert clamd.streams == [file.read_bytes()]


def test_eicar_is_found_in_the_middle_of_a_file(settings, file):
    file.write_bytes(file.read_bytes() + EICAR + b"\n")

    with running() as (_clamd, settings.SCANNER_URL):
        scan = scanner().scan(file)

    assert (scan.verdict, scan.words) == (Verdict.INFECTED, "Eicar-Test-Signature")


def test_socket_of_the_file_system(settings, file, tmp_path):
    with running(path=tmp_path / "clamd.sock") as (_clamd, settings.SCANNER_URL):
        assert scanner().scan(file).verdict == Verdict.CLEAN
        assert scanner().is_there()


@pytest.mark.parametrize(("behaviour", "more"), [("exceeds", {}), ("encrypted", {}), ("scan", {"limit": 100_000})])
def test_what_could_not_be_looked_into_is_not_clean(settings, file, behaviour, more):
    with running(behaviour, **more) as (_clamd, settings.SCANNER_URL):
        assert scanner().scan(file).verdict == Verdict.UNKNOWN


@pytest.mark.parametrize("behaviour", ["error", "nonsense", "hangs up", "silent"])
def test_answer_that_means_nothing_is_no_answer(settings, file, behaviour, monkeypatch):
    monkeypatch.setattr(scanning, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(scanning, "WORD_SECONDS", 0.3)
    with running(behaviour) as (_clamd, settings.SCANNER_URL), pytest.raises(ScannerAway):
        scanner().scan(file)


def test_scanner_that_accepts_and_says_nothing_is_away_within_seconds(settings, file, monkeypatch):
    assert scanning.WORD_SECONDS <= 10
    monkeypatch.setattr(scanning, "WORD_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:  # the system accepts, nobody answers
        settings.SCANNER_URL = f"clamd://127.0.0.1:{server.getsockname()[1]}"
        begun = time.monotonic()

        assert not scanner().is_there()
        with pytest.raises(ScannerAway):
            scanner().scan(file)

    assert 0.4 <= time.monotonic() - begun < 10


def test_answer_cut_off_is_no_answer(settings, file):
    with running("cut off") as (_clamd, settings.SCANNER_URL), pytest.raises(ScannerAway):
        scanner().scan(file)


def test_file_that_cannot_be_read_is_not_the_scanners_fault(settings):
    with running() as (_clamd, settings.SCANNER_URL), pytest.raises(StorageAway):
        scanner().scan(Path("/proc/self/mem"))  # its first byte can be read by nobody


def test_scanner_that_is_not_there(settings, file, tmp_path):
    for address in ("clamd://127.0.0.1:1", f"clamd://{tmp_path}/nothing.sock"):
        settings.SCANNER_URL = address

        assert not scanner().is_there()
        with pytest.raises(ScannerAway):
            scanner().scan(file)


def test_without_a_scanner_nothing_is_scanned_and_the_deployment_check_says_so(settings):
    settings.SCANNER_URL = ""

    with pytest.raises(NoScanner):
        scanner()
    assert [error.id for error in checks.scanner_is_set_up(None)] == ["npmportal.E001"]


def test_demonstration_without_a_scanner_says_that_nobody_looked(settings, file):
    settings.SCANNER_URL = "none"

    assert scanner().scan(file).verdict == Verdict.NOT_SCANNED
    assert [error.id for error in checks.scanner_is_set_up(None)] == ["npmportal.E001"]


def test_no_scanner_is_for_a_demonstration_alone(monkeypatch):
    monkeypatch.setenv("SCANNER_URL", "none")

    assert file_settings.scanner("SCANNER_URL", demonstration=True) == "none"
    with pytest.raises(ImproperlyConfigured, match="demonstration"):
        file_settings.scanner("SCANNER_URL", demonstration=False)


@pytest.mark.parametrize("address", ["http://x", "clamd://", "127.0.0.1:3310"])
def test_address_that_is_none_stops_the_start(monkeypatch, address):
    monkeypatch.setenv("SCANNER_URL", address)

    with pytest.raises(ImproperlyConfigured, match="SCANNER_URL"):
        file_settings.scanner("SCANNER_URL", demonstration=True)


def test_deployment_check_fails_without_a_scanner():
    variables = {name: value for name, value in os.environ.items() if name != "SCANNER_URL"}
    command = [sys.executable, "manage.py", "check", "--deploy", "--tag", "security", "--fail-level", "ERROR"]

    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert "No malware scanner is set up" in done.stderr
