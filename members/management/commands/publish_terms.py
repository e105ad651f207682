from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from members.actions.terms import TermsError, publish_terms


class Command(BaseCommand):
    help = "Bring a version of the terms of use, drafted under “Reference lists”, into force for everybody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("version", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            terms = publish_terms(version=options["version"])
        except TermsError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Terms of use: version {terms.version} is in force. Everybody accepts it at the next page.")
