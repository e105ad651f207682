from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from members.actions.people_rules import PeopleError
from members.actions.role_requests import agree_as_operator
from members.models import RoleRequest


class Command(BaseCommand):
    help = (
        "Agree to a role that somebody asked for, as the second person, where nobody else is left in the mechanism to "
        "agree. Make sure first who asks, and who gets the role. Takes the id at the end of the request’s address."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("request", help="id of the request, as in /…/desk/people/requests/<id>/")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = RoleRequest.objects.filter(pk=UUID(options["request"])).first()
        except ValueError as error:
            raise CommandError("An id looks like 11111111-1111-4111-8111-111111111111.") from error
        if found is None:
            raise CommandError("There is no such request.")
        try:
            request = agree_as_operator(request=found)
        except PeopleError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Agreed: {request.name} ({request.address}) as “{request.get_role_display()}”, {request.scope}."
        )
