from typing import Any

from django.core.management.base import BaseCommand, CommandError

from members.demo import PASSWORD, DemonstrationError, load_people


class Command(BaseCommand):
    help = "Make the invented accounts of a demonstration and print what each may do; refused anywhere else."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            people = load_people()
        except DemonstrationError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Demonstration accounts (invented people), password for all: {PASSWORD}")
        width = max(len(person.email) for person, _where in people)
        for person, where in people:
            role = person.definition
            self.stdout.write(f"  {person.email:<{width}}  {role.label}, {where}: {role.sentence}")
