"""How allauth behaves here: nobody signs up; people come in by invitation (security R-21)."""

import contextvars
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from allauth.usersessions.internal.flows import sessions as session_flows
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from npmportal import account_events, links, mail, session_limits
from npmportal.access import MANAGE_PEOPLE, grants_of
from npmportal.sessions import SessionStore

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

    def is_safe_url(self, url: str) -> bool:
        """Tell whether one may be led to ``url``: not to what cannot even be read, such as “https://[”."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def pre_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse | None:
        """Let nobody in with a demonstration account, whose password is public, once this is no demonstration."""
        if user.email.endswith("@example.org") and not settings.DEMONSTRATION:
            return self.respond_user_inactive(request, user)
        response: HttpResponse | None = super().pre_login(request, user, **more)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send the mail, beside the answer: how long writing and sending take must not tell that there is an account.

        Where the mail server is away the page answers as ever, and so as to an unknown address (security R-26).
        """
        in_background(lambda: self._send_now(template_prefix, email, context))

    def _send_now(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        with mail.recorded(template=template_prefix, user=context.get("user")):
            super().send_mail(template_prefix, email, context | {"portal_address": settings.PORTAL_URL})

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link in the letter: below the address of this installation, whatever host was asked for."""
        parts = urlsplit(super().get_reset_password_from_key_url(key))
        return links.absolute(parts.path)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failed attempts by account alone: allauth adds the Host header, of which anyone can vary the port."""
        return str(credentials.get("email") or credentials.get("username") or "").casefold()


_letters = ThreadPoolExecutor(max_workers=2, thread_name_prefix="letters")


def in_background(work: Callable[[], None]) -> None:
    """Do ``work`` in a thread of its own, with the language and the request of this one."""
    context = contextvars.copy_context()

    def work_and_close() -> None:
        try:
            context.run(work)
        except Exception as error:
            logger.warning("letter not sent", extra={"error_class": type(error).__name__})
        finally:
            connection.close()

    _letters.submit(work_and_close)


def require_fresh_sign_in(request: HttpRequest) -> None:
    """Ask for password or factor once more before something delicate, unless that was within ten minutes (R-29).

    Raises ReauthenticationRequired, which allauth turns into its page and, afterwards, into this very request. Unlike
    allauth's own decorator it takes the sign-in itself for fresh: asking again a minute later would add nothing.
    """
    latest = max((record["at"] for record in get_authentication_records(request, request.user)), default=0)
    if time.time() - latest > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
        raise ReauthenticationRequired


def note_session(*, request: HttpRequest, user: Any, **_sent: Any) -> None:
    """Add the session that begins to the person's list, however it began: only what is on the list can be ended."""
    if not request.session.session_key:
        request.session.save()  # it has been emptied for the new person, and has no key yet
    agent = request.META.get("HTTP_USER_AGENT", "")[:200]
    defaults = {"user": user, "ip": "::", "user_agent": agent}
    UserSession.objects.update_or_create(session_key=request.session.session_key, defaults=defaults)


def end_other_sessions(*, request: HttpRequest, user: Any, **_sent: Any) -> None:
    """End every session of ``user`` but this one: a factor was added or removed (security R-27)."""
    session_flows.end_other_sessions(request, user)


def end_session(request: HttpRequest, session: UserSession) -> None:
    """End one session of the request's person, and write that down."""
    with transaction.atomic():
        account_events.session_ended(request.user)
        session_flows.end_sessions(request, [session])


def live_sessions(user: Any) -> list[UserSession]:
    """Return the sessions of ``user`` with which something can still be done, the newest first.

    One that lay unused for too long is over, although it is only thrown away when its browser comes back.
    """
    manages = MANAGE_PEOPLE in grants_of(user)
    found = sorted(UserSession.objects.purge_and_list(user), key=lambda row: row.created_at, reverse=True)
    return [row for row in found if session_limits.left_of(SessionStore(row.session_key), manages=manages) > 0]


def sign_out_elsewhere(request: HttpRequest) -> int:
    """End every session of the request's person but this one, and write that down; return how many there were."""
    living = {row.pk for row in live_sessions(request.user)}
    others = [row for row in UserSession.objects.filter(user=request.user.pk) if not row.is_current()]
    if others:
        with transaction.atomic():
            account_events.other_sessions_ended(request.user, sessions=sum(row.pk in living for row in others))
            session_flows.end_sessions(request, others)
    return len(others)


def end_sessions(user: Any) -> int:
    """End every session of ``user``, on whatever device; return how many there were."""
    found = list(UserSession.objects.filter(user=user))
    for session in found:
        session.end()
    return len(found)


def keep_little_of_a_session(*, instance: UserSession, **_sent: Any) -> None:
    """Keep of a device what its owner knows it by, the browser and the system: no network address, no versions."""
    instance.ip, instance.user_agent = "::", device(instance.user_agent)


BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox": "Firefox", "Chrom": "Chrome", "Opera": "Opera", "Edge": "Edge"}
SYSTEMS = {"Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Mac": "Mac"}


def device(user_agent: str) -> str:
    """Return what a browser says of itself in two words, “Firefox, Windows”; nothing where it is none of the usual."""
    browser = next((name for sign, name in BROWSERS.items() if sign in user_agent), "")
    browser = browser or ("Safari" if "Safari" in user_agent else "")
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), "")
    system = system or ("Linux" if "Linux" in user_agent else "")
    return ", ".join(word for word in (browser, system) if word)


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
