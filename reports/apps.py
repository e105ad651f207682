from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """What is told: reporting years and the annual report."""

    name = "reports"

    def ready(self) -> None:
        # The worker learns here what to do with a job of kind “annual_report”.
        from reports import jobs  # noqa: F401
        from reports.concern_kinds import register_kinds

        register_kinds()
