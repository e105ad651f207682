from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "visits"

    def ready(self) -> None:
        """Read the field table now: a mistake in it stops the start, not a page."""
        from visits import field_table  # noqa: F401
        from visits.concern_kinds import register_kinds

        register_kinds()
