from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from members.demo import PASSWORD, DemonstrationError, load_people
from members.demo_meetings import load_meetings
from members.demo_tasks import load_tasks


class Command(BaseCommand):
    help = "Make the invented accounts of a demonstration and print what each may do; refused anywhere else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at-work", action="store_true", help="with invented groups, meetings and tasks")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            people = load_people()
            if options["at_work"]:
                load_meetings()
                load_tasks()
        except DemonstrationError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Demonstration accounts (invented people), password for all: {PASSWORD}")
        width = max(len(person.email) for person, _where in people)
        for person, where in people:
            role = person.definition
            self.stdout.write(f"  {person.email:<{width}}  {role.label}, {where}: {role.sentence}")
