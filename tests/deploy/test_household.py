"""What a command starts it stops, and nothing else: tried with small programs in the place of servers."""

import os
import signal
import subprocess
import sys
import time

import pytest

from deploy.local import processes
from deploy.local.household import RESTARTS_PER_MINUTE, Household
from deploy.local.places import ROOT
from deploy.local.problems import Problem
from deploy.local.processes import Service, started_at

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def servants(home):
    servants = Household(home)
    servants.open()
    yield servants
    servants.close()


def service(servants, command=SLEEP, **more):
    return Service(name="The sleeper", command=command, log=servants.home.logs / "sleeper.log", **more)


def wait_until(is_true, seconds=10):
    deadline = time.monotonic() + seconds
    while not is_true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_true()


def test_second_command_is_refused_while_the_first_runs(servants, home):
    with pytest.raises(Problem, match="is already running in this checkout"):
        Household(home).open()

    assert Household(home).is_open_elsewhere()


def test_lock_is_free_after_closing(servants, home):
    servants.close()

    assert not Household(home).is_open_elsewhere()


def test_killed_service_is_started_again(servants, capsys):
    servants.start(service(servants))
    first = servants.members[0].process
    first.kill()
    first.wait()

    servants.tend()

    assert servants.members[0].process.pid != first.pid
    assert "The sleeper has ended (signal 9); starting it again." in capsys.readouterr().out


def test_service_that_keeps_ending_stops_everything_with_its_last_words(servants):
    servants.start(service(servants, [sys.executable, "-c", "raise SystemExit('no room left')"]))

    servants.members[0].process.wait()
    servants.members[0].restarts = [time.monotonic()] * RESTARTS_PER_MINUTE

    with pytest.raises(Problem, match="(?s)The sleeper keeps ending.*no room left"):
        servants.tend()


def test_service_that_does_not_start_is_a_sentence_with_its_last_words(servants):
    stillborn = service(servants, [sys.executable, "-c", "raise SystemExit('wrong port')"], ready=lambda _: False)

    with pytest.raises(Problem, match="(?s)The sleeper did not start.*wrong port"):
        servants.start(stillborn)


def test_closing_ends_the_children_of_a_service_too(servants):
    parent = "import subprocess, sys, time; c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    servants.start(service(servants, [sys.executable, "-c", f"{parent}; print(c.pid, flush=True); time.sleep(60)"]))
    log = servants.home.logs / "sleeper.log"
    assert wait_until(lambda: log.read_text().strip())
    child = int(log.read_text())

    servants.close()

    assert wait_until(lambda: started_at(child) is None)


def test_deaf_service_is_killed_after_its_patience(servants):
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    servants.start(service(servants, [sys.executable, "-c", deaf], patience=0.3))
    process = servants.members[0].process
    assert wait_until(lambda: "deaf" in (servants.home.logs / "sleeper.log").read_text())

    servants.close()

    assert process.returncode == -signal.SIGKILL


def test_killed_runner_takes_its_services_with_it(home):
    script = (
        "import sys, time; from deploy.local.household import Household; from deploy.local.places import Home;"
        "from deploy.local.processes import Service; h = Household(Home(sys.argv[1])); h.open();"
        "h.start(Service(name='x', command=[sys.executable, '-c', 'import time; time.sleep(60)'],"
        "log=h.home.logs / 'x.log')); print(h.members[0].process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, home.purpose], cwd=ROOT, stdout=subprocess.PIPE) as runner:
        pid = int(runner.stdout.readline())
        runner.kill()

    assert wait_until(lambda: started_at(pid) is None)


def test_left_over_of_a_killed_runner_is_stopped_at_the_next_start(servants, home, capsys):
    servants.start(service(servants))
    left_over = servants.members[0].process
    notebook = (home.folder / "processes.json").read_text()
    servants.members.clear()
    servants.close()
    (home.folder / "processes.json").write_text(notebook)

    servants.open()

    assert left_over.wait(5) == -signal.SIGTERM
    assert "left over from a start that was killed" in capsys.readouterr().out


def test_process_that_got_the_number_of_a_left_over_is_spared(servants, home):
    with subprocess.Popen(SLEEP) as innocent:
        processes.end_stranger(innocent.pid, start="1", stop_signal=signal.SIGTERM, patience=1)

        assert innocent.poll() is None
        os.kill(innocent.pid, signal.SIGKILL)
