from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from members import activity, rights_of_today, terms_first
        from members.concern_kinds import register_kinds
        from members.documents import minutes  # noqa: F401  the worker learns here what a job of kind “minutes” is

        activity.declare()
        register_kinds()

        user_logged_in.connect(rights_of_today.follow_at_sign_in)
        user_logged_in.connect(terms_first.check_at_sign_in)
