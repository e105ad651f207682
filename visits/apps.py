from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    name = "visits"
    verbose_name = _("Visits")

    def ready(self) -> None:
        """Read the field table now: a mistake in it stops the start, not a page."""
        from members.coverage.cells import show_beside
        from visits import field_table  # noqa: F401
        from visits.beside_coverage import places_and_visits
        from visits.concern_kinds import register_kinds

        register_kinds()
        show_beside(places_and_visits)
