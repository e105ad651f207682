from typing import Any

from django.core.management.base import BaseCommand, CommandError

from members.demo import DemonstrationError
from members.demo_meetings import load_meetings


class Command(BaseCommand):
    help = "Load the invented groups and meetings of the demonstration (DEMONSTRATION=on); what is there stays."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = load_meetings()
        except DemonstrationError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} groups with meetings loaded.")
