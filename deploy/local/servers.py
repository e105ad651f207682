"""The two servers of a command: those that DATABASE_URL and REDIS_URL name, or else embedded ones."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from deploy.local import environment
from deploy.local.household import Household
from deploy.local.places import PYTHON, Home
from deploy.local.postgres import Cluster
from deploy.local.problems import Problem
from deploy.local.redis import Redis


def start(household: Household, *, settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """Start the embedded servers that are needed in ``household`` and return their addresses for the environment.

    ``settings`` are PostgreSQL's. A server that the person named is only asked whether it answers.
    """
    started = {}
    if environment.given("DATABASE_URL"):
        _ask("DATABASE_URL", "database")
    else:
        cluster = Cluster(household.home, dict(settings or {}))
        cluster.prepare()
        household.start(cluster.service())
        cluster.create_database()
        started["DATABASE_URL"] = cluster.url
    if environment.given("REDIS_URL"):
        _ask("REDIS_URL", "Redis")
    else:
        redis = Redis(household.home)
        redis.prepare()
        household.start(redis.service())
        started["REDIS_URL"] = redis.url
    return started


def addresses(home: Home) -> dict[str, str]:
    """Return the addresses of the embedded servers that run for ``home`` already."""
    found = {}
    if not environment.given("DATABASE_URL"):
        found["DATABASE_URL"] = Cluster(home, {}).url
    if not environment.given("REDIS_URL"):
        found["REDIS_URL"] = Redis(home).url
    return found


def _ask(name: str, what: str) -> None:
    """Raise a Problem when the server of setting ``name`` does not answer; its password is never printed."""
    script = Path(__file__).with_name("_answers.py")
    # -P: our redis.py, which lies beside the script, is not the library of that name.
    done = subprocess.run(
        [str(PYTHON), "-P", str(script), name], env=environment.base(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Problem(f"The {what} named by {name} does not answer: {done.stderr.strip()}")
