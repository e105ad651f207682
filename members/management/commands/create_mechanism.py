from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from members.actions.register_facts import RegisterError
from members.actions.register_mechanisms import create_mechanism
from members.models import Mechanism, User


class Command(BaseCommand):
    help = (
        "Found a mechanism with its first administrator, hidden from the public. Somebody without an account gets one "
        "without a password, and chooses it with “Forgotten your password?”."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="short name in addresses, like nz")
        parser.add_argument("--name", required=True, help="name in English")
        parser.add_argument("--country", required=True, help="country in English")
        parser.add_argument("--profile", required=True, choices=Mechanism.Profile.values)
        parser.add_argument("--administrator", required=True, metavar="EMAIL")
        parser.add_argument("--administrator-name", default="", metavar="NAME", help="for somebody without an account")
        parser.add_argument("--source", default="Founded on the command line", help="where the designation is read")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        user = self._administrator(options["administrator"], options["administrator_name"])
        values = {
            "slug": options["slug"],
            "name_en": options["name"],
            "country_en": options["country"],
            "profile": options["profile"],
            "languages": ["en-gb"],
        }
        source = {"title": options["source"], "url": "", "dated": ""}
        try:
            mechanism = create_mechanism(values=values, source=source, by=user, is_first=True)
        except RegisterError as error:
            raise CommandError(f"“{options['slug']}” was not founded. {error}") from error
        self.stdout.write(f"Founded: {mechanism.name} (/{mechanism.slug}/), administered by {user.email}.")
        if not user.has_usable_password():
            self.stdout.write("The account has no password yet: choose one with “Forgotten your password?”.")

    def _administrator(self, email: str, name: str) -> User:
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            return User.objects.create_user(email, name=name or email.partition("@")[0])
        if not user.is_active:
            raise CommandError(f"The account of {email} is closed: invite the person again instead.")
        return user
