"""The embedded servers, really started: who may reach them, who they run as, and that they forget nothing."""

import os
import signal
import stat
import time
from pathlib import Path

import psycopg2
import pytest
import redis

from deploy.local import servers
from deploy.local.household import Household
from deploy.local.places import is_root
from deploy.local.postgres import Cluster
from deploy.local.problems import Problem
from deploy.local.processes import started_at


@pytest.fixture
def servants(home):
    servants = Household(home)
    servants.open()
    yield servants
    servants.close()


@pytest.fixture
def embedded(servants, monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL", "DATABASE_URL_FILE", "REDIS_URL_FILE"):
        monkeypatch.delenv(name, raising=False)
    return servers.start(servants, settings={"fsync": "off"})


def ask(url, question):
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()
    finally:
        connection.close()


def redis_process(servants):
    return next(member for member in servants.members if member.service.name == "Redis")


def test_role_may_create_databases_but_is_no_superuser(embedded):
    role = ask(
        embedded["DATABASE_URL"],
        "SELECT rolname, rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user",
    )

    assert role == ("portal", False, True)


def test_servers_listen_on_private_sockets_only(embedded, servants):
    tcp = ask(embedded["DATABASE_URL"], "SELECT current_setting('listen_addresses')")
    client = redis.from_url(embedded["REDIS_URL"])

    with client:
        assert client.config_get("port") == {"port": "0"}
    assert tcp == ("",)
    for folder in (servants.home.postgres_sockets, servants.home.redis_socket.parent, servants.home.postgres):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(not is_root(), reason="only root has to give its rights away")
def test_postgres_of_root_runs_as_nobody(embedded, servants):
    postgres = servants.members[0].process

    status = Path(f"/proc/{postgres.pid}/status").read_text()

    assert "Uid:\t65534\t65534\t65534\t65534" in status
    assert "Groups:\t \n" in status


def test_text_is_utf8_and_knows_capitals_beyond_ascii(embedded):
    assert ask(embedded["DATABASE_URL"], "SELECT upper('één'), current_setting('server_encoding')") == ("ÉÉN", "UTF8")


def test_killed_redis_comes_back_with_what_it_had_answered(embedded, servants):
    client = redis.from_url(embedded["REDIS_URL"])
    with client:
        client.set("kept", "yes")
        os.kill(redis_process(servants).process.pid, signal.SIGKILL)
        redis_process(servants).process.wait(5)

        servants.tend()

        deadline = time.monotonic() + 10
        value = None
        while value is None and time.monotonic() < deadline:
            try:
                value = client.get("kept")
            except redis.RedisError:
                time.sleep(0.05)
        assert value == b"yes"


def test_everything_is_gone_after_closing_and_data_is_there_again(embedded, servants):
    connection = psycopg2.connect(embedded["DATABASE_URL"])
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE remembered AS SELECT 7 AS number")
    connection.close()
    pids = [member.process.pid for member in servants.members]

    servants.close()

    assert [pid for pid in pids if started_at(pid)] == []
    servants.open()
    again = servers.start(servants)
    assert again == embedded
    assert ask(again["DATABASE_URL"], "SELECT number FROM remembered") == (7,)


def test_postmaster_number_that_belongs_to_another_program_is_forgotten(embedded, servants):
    cluster = Cluster(servants.home, {})
    servants.close()
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n")

    servants.open()
    servers.start(servants)

    assert ask(embedded["DATABASE_URL"], "SELECT 1") == (1,)


def test_named_server_is_used_and_none_is_started(servants, embedded, monkeypatch):
    for name, address in embedded.items():
        monkeypatch.setenv(name, address)
    running = list(servants.members)

    assert servers.start(servants) == {}
    assert servants.members == running


def test_named_server_that_is_away_is_one_sentence_without_the_password(servants, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://portal:s3cret@127.0.0.1:1/portal")

    with pytest.raises(Problem, match="The database named by DATABASE_URL does not answer") as caught:
        servers.start(servants)

    assert "s3cret" not in str(caught.value)
