"""How `make test` runs the tests: all of them side by side, or what a person asks for alone."""

import contextlib
from functools import partial
from types import SimpleNamespace

import pytest

from deploy.local import commands
from deploy.local.commands import MOST_WORKERS, everything, workers
from deploy.local.places import ROOT
from tests.side_by_side import TOGETHER, OneByOne, pytest_collection_modifyitems


def test_every_test_is_run_and_none_left_out():
    assert everything() == ["-n", str(workers())]


@pytest.mark.parametrize(("processors", "expected"), [({0}, 1), ({0, 3}, 2), (set(range(64)), MOST_WORKERS)])
def test_one_worker_a_processor_but_not_more_than_the_memory_bears(monkeypatch, processors, expected):
    monkeypatch.setattr(commands.os, "sched_getaffinity", lambda pid: processors)

    assert workers() == expected


@pytest.fixture
def run_with(monkeypatch, home):
    """Return a function that runs `make test` and gives its status, pytest's being ``status``, and pytest's words."""

    def run(status):
        runs = []

        def pytest_run(command, *, env):
            runs.append(command[command.index("pytest") + 1 :])
            return status

        servants = SimpleNamespace(home=home, run=pytest_run)
        monkeypatch.setattr(commands, "household", lambda purpose: contextlib.nullcontext(servants))
        monkeypatch.setattr(commands.installation, "install", lambda **parts: None)
        monkeypatch.setattr(commands.installation, "own_node", lambda: "/nonexistent/node")
        monkeypatch.setattr(commands.servers, "start", lambda servants, settings: {})
        monkeypatch.setattr(commands, "manage_step", lambda *words: None)
        monkeypatch.delenv("CI", raising=False)
        found = commands.test()
        assert len(runs) == 1
        return found, runs[0]

    return run


@pytest.mark.parametrize("status", [0, 1, 2])
def test_without_args_everything_is_run_and_its_status_is_that_of_the_command(monkeypatch, run_with, status):
    monkeypatch.delenv("ARGS", raising=False)

    assert run_with(status) == (status, everything())


def test_words_of_args_are_all_that_pytest_is_told(monkeypatch, run_with):
    monkeypatch.setenv("ARGS", "tests/visits -k 'two words'")

    assert run_with(1) == (1, ["tests/visits", "-k", "two words"])


def test_longest_come_first_side_by_side_and_nothing_moves_otherwise():
    items = [SimpleNamespace(name="quick", keywords={}), SimpleNamespace(name="kills", keywords={"faults": True})]
    found = {}
    for kind, config in (("alone", SimpleNamespace()), ("side by side", SimpleNamespace(workerinput={}))):
        ordered = list(items)
        pytest_collection_modifyitems(config, ordered)
        found[kind] = [item.name for item in ordered]

    assert found == {"alone": ["quick", "kills"], "side by side": ["kills", "quick"]}


def test_modules_that_share_a_server_go_to_one_worker():
    scope = partial(OneByOne._split_scope, None)

    for module in TOGETHER:
        assert (ROOT / module).is_file()
        assert scope(f"{module}::test_one") == scope(f"{module}::test_two[a::b]")
    assert scope("tests/members/test_who.py::test_one") != scope("tests/members/test_who.py::test_two")
