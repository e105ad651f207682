from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from members.models import Mechanism
from visits.demonstration.plans import load_plans


class Command(BaseCommand):
    help = "Load the invented plans and programmes of the demonstration (DEMONSTRATION=on); what is there stays."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("This portal is not a demonstration (DEMONSTRATION=on): invented plans are refused.")
        count = sum(load_plans(mechanism, date.today()) for mechanism in Mechanism.objects.order_by("slug"))
        self.stdout.write(f"{count} invented plans loaded.")
