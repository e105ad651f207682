from django.apps import AppConfig


class NpmportalConfig(AppConfig):
    """The foundations: no domain of its own."""

    name = "npmportal"
    verbose_name = "foundations"
