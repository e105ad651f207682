"""How `make test` runs the tests: all of them in two rounds, or what a person asks for, and failed when one failed."""

import contextlib
from types import SimpleNamespace

import pytest

from deploy.local import commands
from deploy.local.commands import MOST_WORKERS, rounds, workers


def marked(words):
    return words[words.index("-m") + 1]


def test_arguments_of_a_person_are_those_of_the_one_round():
    assert rounds(["tests/visits", "-q"]) == [["tests/visits", "-q"]]


def test_two_rounds_leave_no_test_out_and_run_none_twice():
    first, second = rounds([])

    assert marked(second) == "faults"
    assert marked(first) == f"not {marked(second)}"


def test_servers_are_killed_without_neighbours():
    first, second = rounds([])

    assert first[first.index("-n") + 1] == str(workers())
    assert "-n" not in second


@pytest.mark.parametrize(("processors", "expected"), [({0}, 1), ({0, 3}, 2), (set(range(64)), MOST_WORKERS)])
def test_one_worker_a_processor_but_not_more_than_the_memory_bears(monkeypatch, processors, expected):
    monkeypatch.setattr(commands.os, "sched_getaffinity", lambda pid: processors)

    assert workers() == expected


@pytest.fixture
def run_with(monkeypatch, home):
    """Return a function that runs `make test` with these exit statuses of pytest; it gives the status and the runs."""

    def run(*statuses):
        left, runs = list(statuses), []

        def pytest_run(command, *, env):
            runs.append(command[command.index("pytest") + 1 :])
            return left.pop(0)

        servants = SimpleNamespace(home=home, run=pytest_run)
        monkeypatch.setattr(commands, "household", lambda purpose: contextlib.nullcontext(servants))
        monkeypatch.setattr(commands.installation, "install", lambda **parts: None)
        monkeypatch.setattr(commands.installation, "own_node", lambda: "/nonexistent/node")
        monkeypatch.setattr(commands.servers, "start", lambda servants, settings: {})
        monkeypatch.setattr(commands, "manage_step", lambda *words: None)
        monkeypatch.delenv("CI", raising=False)
        return commands.test(), runs

    return run


@pytest.mark.parametrize(("statuses", "expected"), [((0, 0), 0), ((1, 0), 1), ((0, 1), 1), ((2, 1), 2)])
def test_second_round_follows_a_failed_first_and_either_fails_the_whole(monkeypatch, run_with, statuses, expected):
    monkeypatch.delenv("ARGS", raising=False)

    assert run_with(*statuses) == (expected, rounds([]))


@pytest.mark.parametrize("status", [0, 1, 5])
def test_words_of_args_are_run_once(monkeypatch, run_with, status):
    monkeypatch.setenv("ARGS", "tests/visits -k 'two words'")

    assert run_with(status) == (status, [["tests/visits", "-k", "two words"]])
