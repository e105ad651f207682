from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from members.actions.reference import load_reference
from members.reference.fields import BadReference
from members.reference.further import load_further
from members.reference.registers import packaged, read


class Command(BaseCommand):
    help = (
        "Load the packaged registers of the mechanisms named; a second run changes nothing. "
        "A register that was changed on screen is left as it is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "mechanisms", nargs="+", choices=packaged(), metavar="mechanism", help=", ".join(packaged())
        )
        parser.add_argument(
            "--overwrite", action="store_true", help="load the file over a register that was changed on screen"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for npm in options["mechanisms"]:
            try:
                with transaction.atomic():
                    changes = load_reference(register=read(npm), overwrite=options["overwrite"])
                    further = load_further(npm)
            except BadReference as error:
                raise CommandError(f"Nothing of “{npm}” was loaded. {error}") from error
            self.stdout.write(" ".join([str(changes), *further]))
