"""Read settings from the environment, and say plainly what is missing or wrong.

Every variable may also be given as ``NAME_FILE``, the path of a file that holds the value, so that secrets need not
stand in the process environment (systemd credentials, container secrets; security decision D-18).
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """Return the variable ``name`` (or the content of the file ``name_FILE`` points to).

    Raises ImproperlyConfigured when neither is set and there is no default, or when the file cannot be read.
    """
    if file_name := os.environ.get(f"{name}_FILE"):
        try:
            return Path(file_name).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE names {file_name}, which cannot be read: {error}") from error
    value = os.environ.get(name, default)
    if value is None or (value == "" and default is None):
        raise ImproperlyConfigured(f"The environment variable {name} (or {name}_FILE) is not set.")
    return value


def switch(name: str, *, default: str, true: str = "on", false: str = "off") -> bool:
    """Return whether ``name`` holds its ``true`` word; any word but the two is an error, not a silent default."""
    value = text(name, default)
    if value not in (true, false):
        raise ImproperlyConfigured(f"{name} must be “{true}” or “{false}”, not “{value}”.")
    return value == true


def seconds(name: str, default: float) -> float:
    """Return the positive number of seconds in ``name``; anything else is an error."""
    value = text(name, str(default))
    try:
        number = float(value)
    except ValueError:
        number = 0
    if number <= 0:
        raise ImproperlyConfigured(f"{name} must be a number of seconds above 0, not “{value}”.")
    return number


def count(name: str, default: int) -> int:
    """Return the whole number in ``name``, 0 or above; anything else is an error."""
    value = text(name, str(default))
    if not (value.isascii() and value.isdecimal()):
        raise ImproperlyConfigured(f"{name} must be a whole number, 0 or above, not “{value}”.")
    return int(value)


def words(name: str, default: str | None = None) -> list[str]:
    """Return the comma-separated words of ``name``."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def address(name: str, default: str | None = None) -> str:
    """Return the web address in ``name`` without a slash at its end; anything but scheme and host is an error."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"{name} must be the portal’s address, https://name, not “{value}”.")
    return value


def database(name: str) -> dict[str, Any]:
    """Turn ``postgresql://user:password@host:port/name?host=/socket/folder&user=…`` into Django's dictionary."""
    url = urlsplit(text(name))
    if url.scheme not in ("postgresql", "postgres"):
        raise ImproperlyConfigured(f"{name} must begin with postgresql://; the portal runs on PostgreSQL only.")
    query = {key: values[-1] for key, values in parse_qs(url.query).items()}
    database_name = unquote(url.path.lstrip("/"))
    if not database_name:
        raise ImproperlyConfigured(f"{name} does not name a database (…/name).")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database_name,
        "USER": unquote(url.username or "") or query.get("user", ""),
        "PASSWORD": unquote(url.password or "") or query.get("password", ""),
        "HOST": query.get("host") or url.hostname or "",
        "PORT": str(url.port or query.get("port", "")),
    }


def broker(name: str) -> str:
    """Return the Redis address in the words of Celery's transport: ``unix://`` becomes ``redis+socket://``."""
    url = text(name)
    if url.startswith("unix://"):
        parts = urlsplit(url)
        number = parse_qs(parts.query).get("db", ["0"])[-1]
        return f"redis+socket://{parts.path}?virtual_host={number}"
    if not url.startswith(("redis://", "rediss://")):
        raise ImproperlyConfigured(f"{name} must begin with redis://, rediss:// or unix://.")
    return url


def mail(name: str) -> dict[str, Any]:
    """Return the Django mail settings for ``smtp://user:password@host:port``, ``smtps://…``, ``file:///folder``."""
    url = urlsplit(text(name))
    if url.scheme == "file":
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": url.path}
    if url.scheme not in ("smtp", "smtps") or not url.hostname:
        raise ImproperlyConfigured(f"{name} must be smtp://…, smtps://… or file:///folder.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": url.port or (465 if url.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_SSL": url.scheme == "smtps",
        "EMAIL_USE_TLS": url.scheme == "smtp" and bool(url.username),
        "EMAIL_TIMEOUT": 5,
    }
