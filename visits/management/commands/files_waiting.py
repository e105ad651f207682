from typing import Any

from django.core.management.base import BaseCommand, CommandError

from visits import files_waiting as waiting
from visits.files_waiting import ScannerState


class Command(BaseCommand):
    help = (
        "Print whether the malware scanner answers, how full the disk of files is, and how many files wait. "
        "Exit 1 where somebody has to look after it: for a monitor that runs it every few minutes."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        scanner, used = waiting.scanner_state(), waiting.percent_used()
        self.stdout.write(f"scanner: {scanner}")
        self.stdout.write(f"disk: {'cannot be reached' if used is None else f'{used} % full'}")
        found = waiting.files_waiting()
        for one in found:
            self.stdout.write(f"{one.files} files since {one.since:%Y-%m-%d %H:%M %Z}: {one.why or 'being checked'}")
        is_wrong = scanner in (ScannerState.AWAY, ScannerState.NONE) or used is None or used >= waiting.FULL_PERCENT
        if is_wrong or any(one.needs_somebody for one in found):
            raise CommandError("Somebody has to look after files.", returncode=1)
