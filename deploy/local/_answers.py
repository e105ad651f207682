"""Run by the Python of .venv: exit with the reason when the server of DATABASE_URL or REDIS_URL does not answer."""

import os
import sys
from pathlib import Path

import psycopg2
import redis


def address(name: str) -> str:
    """Return the value of the setting, or the content of the file that it names."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ[name]


def ask(name: str) -> None:
    """Open a connection and close it again."""
    if name == "DATABASE_URL":
        psycopg2.connect(address(name), connect_timeout=5).close()
    else:
        redis.from_url(address(name), socket_connect_timeout=5, socket_timeout=5).ping()


try:
    ask(sys.argv[1])
except (psycopg2.Error, redis.RedisError, OSError, ValueError) as error:
    # The libraries' sentences name the address and the reason; neither repeats a password.
    sys.exit(" ".join(str(error).split()) or type(error).__name__)
