from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from npmportal.audit_chain import Head, Walk, read_heads


class Command(BaseCommand):
    help = "Walk the chain of audit events and name what was changed, deleted or cut. Exit 1 if anything was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--heads", type=Path, help="file of printed heads, lines of “date sequence hash”")
        parser.add_argument("--head", action="append", default=[], metavar="SEQUENCE:HASH", help="one printed head")

    def handle(self, *args: Any, **options: Any) -> None:
        walk = Walk(_printed(options["heads"], options["head"]))
        wrong = 0
        for finding in walk.findings():
            self.stdout.write(finding)
            wrong += 1
        if wrong:
            raise CommandError(f"{wrong} findings in a chain of {walk.links} links.", returncode=1)
        self.stdout.write(f"{walk.links} events, each as it was written down. Head: {walk.last}")


def _printed(path: Path | None, single: list[str]) -> list[Head]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines() if path else []
        return [*read_heads(lines), *read_heads(f"- {text.replace(':', ' ', 1)}" for text in single)]
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise CommandError(f"The printed heads cannot be read: {error}.", returncode=2) from error
