from typing import Any

from django.core.management.base import BaseCommand

from npmportal.audit_heads import line_of_today


class Command(BaseCommand):
    help = "Print the head of the chain of audit events as “date sequence hash”, to be kept outside the portal."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(line_of_today())
