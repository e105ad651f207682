"""How allauth behaves here: nobody signs up; people come in by invitation (security R-21)."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)
FACTOR_OF_SESSION = "second_factor"


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Closes sign-up. An account is made by accepting an invitation (members.actions.people)."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is not right."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse | None:
        """Let nobody in with a demonstration account, whose password is public, once this is no demonstration."""
        if user.email.endswith("@example.org") and not settings.DEMONSTRATION:
            return self.respond_user_inactive(request, user)
        response: HttpResponse | None = super().pre_login(request, user, **more)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send the mail. Where the mail server is away the page answers as ever, and so as to an unknown address."""
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError) as error:
            logger.warning("letter not sent", extra={"error_class": type(error).__name__})

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failed attempts by account alone: allauth adds the Host header, of which anyone can vary the port."""
        return str(credentials.get("email") or credentials.get("username") or "").casefold()


def second_factors(user: Any) -> set[int]:
    """Return the ids of what ``user`` may confirm a sign-in with; none where there are recovery codes at most."""
    found = dict(Authenticator.objects.filter(user=user).values_list("pk", "type"))
    return set(found) if set(found.values()) - {Authenticator.Type.RECOVERY_CODES} else set()


def factor_used_in(request: HttpRequest) -> int | None:
    """Return the id of the factor with which this session was confirmed, None where it never was."""
    factor: int | None = request.session.get(FACTOR_OF_SESSION)
    return factor


def remember_factor(*, request: HttpRequest, authenticator: Authenticator, **_sent: Any) -> None:
    """Note in the session that it was confirmed with ``authenticator``: allauth says when one is used or set up."""
    request.session[FACTOR_OF_SESSION] = authenticator.pk


def remember_new_factor(*, request: HttpRequest, authenticator: Authenticator, **_sent: Any) -> None:
    """Note the factor that this session has just set up; recovery codes come by themselves and confirm nothing."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        remember_factor(request=request, authenticator=authenticator)
