from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from members.models import Mechanism
from visits.demonstration.load import Loaded, load

# How the visits and places are shared among the networks that are loaded; others count as one.
SHARES = {"uk": 85, "nl": 15}
LOCK = 20_260_401  # any number that no other advisory lock has


class Command(BaseCommand):
    help = "Add invented visits at invented places. The same number again changes nothing; a larger one adds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--visits", type=int, default=2000, help="how many visits there shall be (default 2000)")
        parser.add_argument("--places", type=int, help="how many places there shall be at least")
        parser.add_argument("--until", type=date.fromisoformat, help="the last day of the visits (default yesterday)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("This portal is not a demonstration (DEMONSTRATION=on): invented visits are refused.")
        number, until = options["visits"], options["until"] or date.today() - timedelta(days=1)
        if not 0 < number <= 5_000_000:
            raise CommandError("--visits must be from 1 to 5,000,000.")
        places = options["places"] or min(2400, 240 + number // 500)
        mechanisms = list(Mechanism.objects.order_by("slug"))
        if not mechanisms:
            raise CommandError("There is no network yet: run load_reference first.")
        tell: Callable[[str], Any] = self.stdout.write if options["verbosity"] > 1 else _say_nothing
        total = Loaded()
        with _alone():
            if "demo_accounts" in get_commands():
                call_command("demo_accounts", stdout=self.stdout)
            for mechanism, share in self._shares(mechanisms):
                shared = {"visits": round(number * share), "places": round(places * share)}
                loaded = load(mechanism, **shared, until=until, tell=tell)
                total.places += loaded.places
                total.visits += loaded.visits
                total.present += loaded.present
            self._finish(total)
            call_command("load_demo_plans", stdout=self.stdout)

    def _shares(self, mechanisms: list[Mechanism]) -> list[tuple[Mechanism, float]]:
        weights = [SHARES.get(mechanism.slug, 1) for mechanism in mechanisms]
        return [(m, weight / sum(weights)) for m, weight in zip(mechanisms, weights, strict=True)]

    def _finish(self, total: Loaded) -> None:
        if not total.visits and not total.places:
            self.stdout.write(f"Nothing to add: {total.present:,} invented visits are there already.")
            return
        self._tidy()
        self.stdout.write(f"Added {total.visits:,} invented visits and {total.places:,} invented places.")

    def _tidy(self) -> None:
        """Bring the statistics up to date and mark the pages all can see: lists then need the indexes alone."""
        with connection.cursor() as cursor:
            for table in ("place", "visit", "visitpartner", "visitcombination"):
                cursor.execute(f"VACUUM (ANALYZE) visits_{table}")


@contextmanager
def _alone() -> Iterator[None]:
    """Refuse to load beside another run: both would add the same visits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise CommandError("Invented visits are being loaded already: wait until that has ended.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _say_nothing(_line: str) -> None:
    pass
