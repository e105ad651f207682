"""What the runner decides and says before anything runs."""

import datetime
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import demonstration, environment, installation, places
from deploy.local.places import PYTHON, Home
from deploy.local.problems import Problem


# -- Sockets and folders ----------------------------------------------------------------------------------------------
def test_socket_folder_under_var_when_its_path_is_short():
    assert places.short_enough(Path("/srv/portal/var/socket"), "run") == Path("/srv/portal/var/socket")


@pytest.mark.parametrize("folder", [Path("/srv") / ("deep/" * 20), Path("/srv/my portal/var"), Path("/srv/é/var")])
def test_socket_folder_is_short_and_plain_where_the_checkout_is_not(folder):
    found = places.short_enough(folder, "bench")

    assert found.parent == Path("/tmp")
    assert len(os.fsencode(found / places.LONGEST_SOCKET_NAME)) <= places.LONGEST_SOCKET_PATH


def test_private_folder_is_private_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        places.make_private(tmp_path / "mine")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "mine").stat().st_mode) == 0o700


def test_private_folder_that_somebody_planted_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "planted").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(Problem, match="belongs to somebody else"):
        places.make_private(tmp_path / "planted")


# -- The port ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["0", "65536", "http", "-1", "8000 "])
def test_port_that_is_no_port_is_named(monkeypatch, text):
    monkeypatch.setenv("PORT", text)

    with pytest.raises(Problem, match=f"PORT must be a number from 1 to 65535, not “{text}”"):
        demonstration.chosen_port()


def test_taken_port_is_one_sentence_with_the_way_out(monkeypatch):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))

        with pytest.raises(Problem) as caught:
            demonstration.chosen_port()

    assert str(caught.value) == f"Port {port} is taken by another program; choose another one: make run PORT={port + 1}"


# -- The reporting year -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("today", "label"),
    [("2026-03-31", "2024-25"), ("2026-04-01", "2025-26"), ("2026-11-22", "2025-26"), ("2100-04-01", "2099-00")],
)
def test_last_complete_year_ends_on_31_march(today, label):
    assert demonstration.last_complete_year(datetime.date.fromisoformat(today)) == label


# -- Django's environment ---------------------------------------------------------------------------------------------
def test_settings_of_the_person_stay(monkeypatch, home, tmp_path):
    monkeypatch.setenv("ALLOWED_HOSTS", "portal.example.org")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))

    environ = environment.for_django(home, servers={})

    assert environ["ALLOWED_HOSTS"] == "portal.example.org"
    assert "SECRET_KEY" not in environ


def test_secret_key_is_made_once_and_for_the_owner_only(monkeypatch, home, tmp_path):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setattr(environment, "VAR", tmp_path)

    keys = {environment.for_django(home, servers={})["SECRET_KEY"] for _ in range(2)}

    assert len(keys) == 1
    assert len(keys.pop()) > 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


# -- What is missing --------------------------------------------------------------------------------------------------
def test_missing_library_is_the_line_to_type_for_a_normal_user(monkeypatch):
    monkeypatch.setattr(installation, "is_root", lambda: False)
    monkeypatch.setattr(installation.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(installation, "PANGO", ("libnowhere.so.7",))

    with pytest.raises(Problem) as caught:
        installation._install_libraries()

    assert str(caught.value) == (
        "The reports' PDF needs Pango, which is not installed. Type this once, then try again: "
        "sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0'"
    )


@pytest.mark.parametrize("sign", ["Temporary failure in name resolution", "npm error code ENOTFOUND"])
def test_failed_download_without_a_network_says_so(tmp_path, sign):
    log = tmp_path / "pip.log"
    log.write_text(f"WARNING: Retrying …\n{sign}\n")

    assert "this machine does not reach the network" in str(installation._failed_download("The packages", log))


def test_failed_download_for_another_reason_shows_the_end_of_the_log(tmp_path):
    log = tmp_path / "pip.log"
    log.write_text("ERROR: hash mismatch\n")

    assert "could not be installed" in str(installation._failed_download("The packages", log))
    assert "hash mismatch" in str(installation._failed_download("The packages", log))


@pytest.mark.parametrize(
    ("requirement", "status"), [("pytest=={}", 0), ("pytest==0.0.1", 1), ("no-such-package==1.0", 1)]
)
def test_inventory_notices_what_is_missing_or_of_another_version(tmp_path, requirement, status):
    (tmp_path / "requirements.txt").write_text(requirement.format(pytest.__version__) + "\n")
    script = Path(installation.__file__).with_name("_inventory.py")

    done = subprocess.run([str(PYTHON), "-P", str(script), str(tmp_path / "requirements.txt")], capture_output=True)

    assert done.returncode == status


def test_inventory_notices_a_hollow_package(tmp_path):
    information = tmp_path / "hollow-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: hollow\nVersion: 1.0\n")
    (information / "RECORD").write_text("hollow/__init__.py,,\n")
    (tmp_path / "requirements.txt").write_text("hollow==1.0\n")
    script = Path(installation.__file__).with_name("_inventory.py")

    done = subprocess.run(
        [sys.executable, "-P", str(script), str(tmp_path / "requirements.txt")],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
    )

    assert done.returncode == 1
    assert b"hollow" in done.stderr


def test_each_purpose_has_folders_of_its_own():
    homes = [Home(purpose) for purpose in ("run", "test", "bench")]

    assert len({home.postgres for home in homes}) == len({home.redis for home in homes}) == 3
    assert len({home.redis_socket for home in homes}) == len({home.postgres_sockets for home in homes}) == 3
