"""Processes killed in the middle of a report: it is finished exactly once, the pages stay calm, nothing is lost."""

import contextlib
import signal

import psutil
import pytest

pytestmark = pytest.mark.faults


def test_worker_that_is_killed(portal):
    report, job = portal.request_report(0)
    portal.in_the_middle_of(job)

    for process in (portal.process("The worker"), *portal.process("The worker").children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):  # a child ends by itself when its worker is gone
            process.kill()

    portal.assert_built_exactly_once(report, job)
    assert portal.job(job)[1] == 2


def test_child_of_the_worker_that_is_killed(portal):
    report, job = portal.request_report(1)
    portal.in_the_middle_of(job)

    # Without a pool the only child is the one that writes the PDF, and it comes late.
    portal.wait_for(lambda: kill_busiest_child(portal.process("The worker")))

    state = portal.wait_for(lambda: portal.job(job)[0] in ("done", "failed") and portal.job(job)[0])
    if state == "done":
        portal.assert_built_exactly_once(report, job)
    else:
        # The page of a report whose PDF was not written says so and offers another try.
        assert "<button" in portal.get(f"/uk/desk/reports/{report}/")[1]


def kill_busiest_child(worker: psutil.Process) -> bool:
    """Kill the child that has computed longest; say whether there was one and it was still there."""
    with contextlib.suppress(psutil.NoSuchProcess):
        if children := worker.children():
            max(children, key=lambda child: sum(child.cpu_times()[:2])).kill()
            return True
    return False


def test_redis_that_is_killed_and_forgets(portal):
    report, job = portal.request_report(2)
    portal.in_the_middle_of(job)

    portal.process("Redis").kill()
    second = portal.request_report(3)

    assert portal.get("/uk/desk/reports/")[0] == 200
    portal.assert_built_exactly_once(report, job)
    portal.assert_built_exactly_once(*second)


@pytest.mark.parametrize(("number", "how"), [(4, signal.SIGINT), (5, signal.SIGKILL)])
def test_postgresql_that_is_restarted(portal, number, how):
    report, job = portal.request_report(number)
    portal.in_the_middle_of(job)
    before = refusals(portal)

    answers = []

    def open_both_pages() -> bool:
        answers.append(portal.get("/uk/desk/reports/", role="administrator"))
        answers.append(portal.get(f"/uk/desk/reports/{report}/"))
        return {status for status, _text in answers[-10:]} == {200, 403}

    for _turn in range(20):
        open_both_pages()
    portal.process("PostgreSQL").send_signal(how)
    for _turn in range(100):
        portal.servants.tend()
        open_both_pages()
    # On a busy machine PostgreSQL may need longer to mend itself than a hundred pages take to say that it is away.
    portal.wait_for(open_both_pages, 120)

    assert {status for status, _text in answers} <= {200, 403, 503}
    assert not [text for _status, text in answers if "Traceback" in text or "OperationalError" in text]
    # Each refusal the administrator was answered with stands in the audit trail.
    assert refusals(portal) - before >= sum(status == 403 for status, _text in answers)
    portal.assert_built_exactly_once(report, job)


def refusals(portal):
    question = "SELECT count(*) FROM npmportal_auditevent WHERE action = 'page.opened' AND result = 'refused'"
    return portal.wait_for(lambda: portal.rows(question))[0][0]
