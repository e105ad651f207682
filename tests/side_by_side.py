"""How tests run side by side (`pytest -n 2`): which begins first, and which share a worker.

xdist's own marks for tests that belong together (`xdist_group`) say nothing to this pytest, which keeps the ids of
tests elsewhere than they look.
"""

import pytest
from xdist.scheduler import LoadScopeScheduling

# One portal serves all tests that kill servers; embedded servers copy their programs at the first start; and two Celery
# workers would take each other's messages from the one Redis.
TOGETHER = ("tests/faults/test_survival.py", "tests/deploy/test_servers.py", "tests/browser/test_whole_slice.py")


class OneByOne(LoadScopeScheduling):
    """The next test goes to the worker that is free, in the order of the whole; a module of TOGETHER goes as one."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if module in TOGETHER else nodeid


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Begin with the longest where tests run side by side: what begins last is waited for by all the others.

    Those are the tests that kill servers. They touch no database of the other tests, which stay in the order that
    pytest-django gave them: those that commit after those that do not.
    """
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: "faults" not in item.keywords)


def pytest_xdist_make_scheduler(config, log):
    config.option.loadscopereorder = False
    return OneByOne(config, log)
