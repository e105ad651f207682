"""`make bench`: load a million visits and audit events, measure the pages, the report of a large year and the audit.

Each part runs in a process of its own, so that the memory of one is not that of another. Run it with two cores free.
`--visits 20000` gives a quick look; the bars of the design are for a million.
"""

import argparse
import logging
import os
import subprocess
import sys
import time

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

PARTS = ("pages", "report", "audit", "imports", "writes")


def main() -> int:
    """Load, measure, print; return 1 when a bar is missed."""
    options = _options()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "npmportal.settings")
    import npmportal.wsgi  # noqa: F401  measured in a process set up as those that serve the pages

    logging.getLogger().setLevel(logging.WARNING)  # a line for each of thousands of requests helps nobody
    if options.loaded:
        part = {"pages": _pages, "report": _report, "audit": _audit, "imports": _imports, "writes": _writes}
        return int(part[options.only]() > 0)
    if options.only == "load":
        return _load(options.visits)
    if missed := _by_itself("--only", "load", "--visits", str(options.visits)):
        return missed
    return max(_by_itself("--loaded", "--only", part) for part in ([options.only] if options.only else PARTS))


def _by_itself(*options: str) -> int:
    """Load, or measure one part, in a fresh process; return its exit code.

    Loading too: the kernel hands the most memory a process ever held on to those it starts.
    """
    return subprocess.run([sys.executable, "-m", "benchmarks", *options], check=False).returncode


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--visits", type=int, default=1_000_000)
    parser.add_argument("--only", choices=("load", *PARTS))
    parser.add_argument("--loaded", action="store_true", help="measure what is in the database, in this process")
    return parser.parse_args()


def _load(visits: int) -> int:
    from benchmarks import events, network
    from members.models import Mechanism

    started = time.perf_counter()
    call_command("migrate", verbosity=0)
    call_command("load_reference", "uk", "nl")
    call_command("load_demo", visits=visits)
    mechanism = Mechanism.objects.get(slug="uk")
    network.load(mechanism)
    events.load(mechanism, visits)
    call_command("collectstatic", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) visits_visit")
        cursor.execute("VACUUM (ANALYZE) visits_place")
        cursor.execute("VACUUM (ANALYZE) npmportal_auditevent")
        cursor.execute("ANALYZE")
    print(f"loaded in {time.perf_counter() - started:.0f} s\n", flush=True)
    return 0


def _pages() -> int:
    from benchmarks import pages
    from members.models import Mechanism

    timings = pages.measure(list(pages.pages(Mechanism.objects.get(slug="uk"))))
    print(*timings, sep="\n")
    return sum(timing.is_over for timing in timings)


def _report() -> int:
    from benchmarks import report
    from members.models import Mechanism
    from reports.actions.years import ensure_years
    from reports.models import ReportingYear
    from visits.models import Visit

    mechanism = Mechanism.objects.get(slug="uk")
    ensure_years(mechanism)
    complete = ReportingYear.objects.filter(mechanism=mechanism, ends_on__lte=timezone.localdate())
    year = complete.order_by("-starts_on")[0]
    counted = Visit.objects.counted().filter(
        mechanism=mechanism, starts_on__gte=year.starts_on, starts_on__lt=year.ends_on
    )
    places = counted.values("place").distinct().count()
    print(f"\nreport {year.label}: {counted.count():,} visits at {places:,} places")
    ours, alone = report.measure(year)
    print(f"the portal        {ours}")
    print(f"WeasyPrint alone  {alone}")
    time_ratio, memory_ratio = ours.seconds / alone.seconds, ours.megabytes / alone.megabytes
    print(f"ratio             {time_ratio:.2f} of the time, {memory_ratio:.2f} of the memory")
    return int(ours.seconds > report.BAR_SECONDS or ours.megabytes > report.BAR_MEGABYTES)


def _audit() -> int:
    from benchmarks import audit
    from members.models import Mechanism

    written = audit.measure(Mechanism.objects.get(slug="uk"))
    print(f"\n{written}")
    return int(written.is_missed)


def _imports() -> int:
    from benchmarks import imports
    from members.models import Mechanism

    measured = imports.measure(Mechanism.objects.get(slug="uk"))
    print(f"\n{measured}")
    return int(measured.is_missed)


def _writes() -> int:
    from benchmarks import writes
    from members.models import Mechanism

    written = writes.measure(Mechanism.objects.get(slug="uk"))
    print(f"\n{written}")
    return int(written.is_missed)


if __name__ == "__main__":
    sys.exit(main())
