"""Settings are loud: what is missing or wrong stops the start with a plain sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from npmportal import environment

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SECRET_KEY": "k" * 20 + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH",
    "DATABASE_URL": "postgresql://portal@db.example.org/portal",
    "REDIS_URL": "redis://redis.example.org:6379/0",
    "ALLOWED_HOSTS": "npm.example.org",
    "FILES_ROOT": "/srv/npmportal/files",
    "MAIL_URL": "smtp://mail.example.org:25",
    "PORTAL_URL": "https://npm.example.org",
    "SCANNER_URL": "clamd://clamav.example.org:3310",
    "PATH": os.environ["PATH"],
}


def manage(*arguments, **changes):
    variables = {key: value for key, value in (PRODUCTION | changes).items() if value is not None}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=variables, capture_output=True, text=True
    )


def test_deployment_check_is_clean_under_production_variables():
    result = manage("check", "--deploy", "--fail-level", "WARNING")

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", sorted(PRODUCTION.keys() - {"PATH", "SCANNER_URL"}))
def test_missing_variable_stops_the_start_and_is_named(name):
    result = manage("check", **{name: None})

    assert result.returncode != 0
    assert f"The environment variable {name} (or {name}_FILE) is not set." in result.stderr


def test_secret_may_come_from_a_file(tmp_path, monkeypatch):
    secret = tmp_path / "secret"
    secret.write_text("from a file\n")
    monkeypatch.setenv("SECRET_KEY_FILE", str(secret))

    assert environment.text("SECRET_KEY") == "from a file"


def test_unreadable_secret_file_is_named(monkeypatch):
    monkeypatch.setenv("SECRET_KEY_FILE", "/nowhere/secret")

    with pytest.raises(ImproperlyConfigured, match="/nowhere/secret"):
        environment.text("SECRET_KEY")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://ann:p%40ss@db:5433/portal", ("portal", "ann", "p@ss", "db", "5433")),
        ("postgresql:///portal?host=/run/pg&user=ann", ("portal", "ann", "", "/run/pg", "")),
    ],
)
def test_database_address(monkeypatch, url, expected):
    monkeypatch.setenv("DATABASE_URL", url)

    database = environment.database("DATABASE_URL")

    assert tuple(database[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")) == expected


@pytest.mark.parametrize("url", ["sqlite:///portal.db", "postgresql://db/", "mysql://db/portal"])
def test_other_databases_are_refused(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)

    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        environment.database("DATABASE_URL")


def test_redis_socket_becomes_the_transports_address(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "unix:///run/redis.sock?db=2")

    assert environment.broker("REDIS_URL") == "redis+socket:///run/redis.sock?virtual_host=2"


def test_switch_refuses_any_third_word(monkeypatch):
    monkeypatch.setenv("HTTPS", "perhaps")

    with pytest.raises(ImproperlyConfigured, match="perhaps"):
        environment.switch("HTTPS", default="on")


@pytest.mark.parametrize("url", ["imap://mail.example.org", "smtp://"])
def test_mail_address_that_cannot_be_used_is_refused(monkeypatch, url):
    monkeypatch.setenv("MAIL_URL", url)

    with pytest.raises(ImproperlyConfigured, match="MAIL_URL"):
        environment.mail("MAIL_URL")


@pytest.mark.parametrize("value", ["-1", "1.5", "two", "²"])
def test_count_that_is_none_stops_the_start(monkeypatch, value):
    monkeypatch.setenv("PROXY_COUNT", value)

    with pytest.raises(ImproperlyConfigured, match="PROXY_COUNT must be a whole number"):
        environment.count("PROXY_COUNT", 0)


def test_count_is_read_as_a_number(monkeypatch):
    monkeypatch.setenv("PROXY_COUNT", "2")

    assert environment.count("PROXY_COUNT", 0) == 2
    assert environment.count("PROXY_COUNT_NOT_SET", 0) == 0


@pytest.mark.parametrize(
    "value", ["npm.example.org", "https://", "ftp://npm.example.org", "https://npm.example.org/desk"]
)
def test_address_of_the_portal_is_scheme_and_host(monkeypatch, value):
    monkeypatch.setenv("PORTAL_URL", value)
    with pytest.raises(ImproperlyConfigured, match="PORTAL_URL"):
        environment.address("PORTAL_URL")


def test_address_of_the_portal_ends_without_a_slash(monkeypatch):
    monkeypatch.setenv("PORTAL_URL", "https://npm.example.org:8443/")

    assert environment.address("PORTAL_URL") == "https://npm.example.org:8443"
