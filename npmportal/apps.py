from django.apps import AppConfig


class NpmportalConfig(AppConfig):
    """The foundations: no domain of its own."""

    name = "npmportal"
    verbose_name = "foundations"

    def ready(self) -> None:
        from allauth.mfa import signals

        from npmportal import accounts

        signals.authenticator_used.connect(accounts.remember_factor)
        signals.authenticator_added.connect(accounts.remember_new_factor)
