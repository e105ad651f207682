"""manage.py load_terms: publish the versions of the terms of use that came with the portal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from members.actions import terms


class Command(BaseCommand):
    help = "Publish the versions of the terms of use that came with the portal; may be called at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            published = terms.load_terms()
        except terms.TermsError as error:
            raise CommandError(str(error)) from error
        for version in published:
            self.stdout.write(f"Terms of use: version {version} is in force. Everybody accepts it at the next page.")
        if not published:
            self.stdout.write("Terms of use: nothing new.")
