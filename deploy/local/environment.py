"""The environment that Django gets here: what the person set stays, what is missing gets a value for this machine."""

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local.places import VAR, VENV, Home, make_private

NOWHERE = "postgresql:///portal?host=/nonexistent&user=portal"


def given(name: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether the person named this setting, by value or by file."""
    return bool(environ.get(name) or environ.get(f"{name}_FILE"))


def base() -> dict[str, str]:
    """Return our own environment with the programs of .venv first."""
    environ = dict(os.environ)
    environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{environ.get('PATH', '/usr/local/bin:/usr/bin:/bin')}"
    environ["VIRTUAL_ENV"] = str(VENV)
    # Messages in a bare container, where no locale is set, are not always ASCII.
    environ["PYTHONUTF8"] = "1"
    environ["PYTHONUNBUFFERED"] = "1"
    return environ


def for_django(home: Home, *, servers: Mapping[str, str], **more: str) -> dict[str, str]:
    """Return the environment of Django's processes: for a demonstration on this machine, not for production."""
    for folder in (home.folder / "files", home.folder / "mail"):
        make_private(folder)
    values: dict[str, Callable[[], str]] = {
        "SECRET_KEY": _secret_key,
        "DATABASE_URL": lambda: NOWHERE,
        "REDIS_URL": lambda: "unix:///nonexistent?db=0",
        "ALLOWED_HOSTS": lambda: "127.0.0.1,localhost",
        "HTTPS": lambda: "off",
        "SECOND_FACTOR": lambda: "optional",
        "FILES_ROOT": lambda: str(home.folder / "files"),
        "STATIC_ROOT": lambda: str(home.folder / "static"),
        "MAIL_URL": lambda: f"file://{home.folder / 'mail'}",
    }
    environ = base() | dict(servers)
    for name, make in values.items():
        if not given(name, environ):
            environ[name] = make()
    for name, value in more.items():
        environ.setdefault(name, value)
    if environ.get("DEMONSTRATION") == "on" and not given("SCANNER_URL", environ):
        environ["SCANNER_URL"] = "none"  # files are then handed out and labelled as not scanned
    environ["DJANGO_SETTINGS_MODULE"] = "npmportal.settings"
    return environ


def _secret_key() -> str:
    """Return this checkout's own key, made at its first use and readable by its owner only."""
    path = VAR / "secret_key"
    if not path.exists() or not path.read_text().strip():
        VAR.mkdir(exist_ok=True)
        _write_private(path, secrets.token_urlsafe(50))
    return path.read_text().strip()


def _write_private(path: Path, content: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
    fresh.replace(path)
