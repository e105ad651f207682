from typing import Any

from django.core.management.base import BaseCommand, CommandError

from members.demo import DemonstrationError
from members.demo_tasks import load_tasks


class Command(BaseCommand):
    help = "Load the invented tasks of the demonstration (DEMONSTRATION=on); what is there stays."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = load_tasks()
        except DemonstrationError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} tasks loaded.")
