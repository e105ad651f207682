from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    name = "visits"
    verbose_name = _("Visits")

    def ready(self) -> None:
        """Read the field table now: a mistake in it stops the start, not a page. Make kinds of jobs and acts known."""
        from members.coverage.cells import show_beside
        from visits import (  # noqa: F401
            activity,
            attachment_activity,
            attachment_checks,
            field_table,
            import_activity,
            place_activity,
        )
        from visits.beside_coverage import places_and_visits
        from visits.concern_kinds import register_kinds
        from visits.importing import jobs  # noqa: F401

        activity.declare()
        import_activity.declare()
        attachment_activity.declare()
        place_activity.declare()
        register_kinds()
        show_beside(places_and_visits)
