from django.apps import AppConfig


class NpmportalConfig(AppConfig):
    """The foundations: no domain of its own."""

    name = "npmportal"
    verbose_name = "foundations"

    def ready(self) -> None:
        from allauth.mfa import signals
        from allauth.usersessions.models import UserSession
        from django.contrib.auth.signals import user_logged_in
        from django.db.models.signals import pre_save

        from npmportal import account_events, accounts, checks, lookups, session_limits  # noqa: F401

        account_events.connect()
        signals.authenticator_used.connect(accounts.remember_factor)
        signals.authenticator_added.connect(accounts.remember_new_factor)
        for changed in (signals.authenticator_added, signals.authenticator_removed):
            changed.connect(accounts.end_other_sessions)
        user_logged_in.connect(session_limits.begin)
        user_logged_in.connect(accounts.note_session)
        pre_save.connect(accounts.keep_little_of_a_session, sender=UserSession)
