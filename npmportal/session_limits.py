"""How long a session lasts: 30 minutes without use (15 for administrators), 12 hours at most (security R-27).

The server decides at every request. What a page asks on its own, such as the progress of a report, is marked with the
header X-Background and does not count as use. Nothing that was typed is lost at the end (npmportal.send_again).
"""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from npmportal import access, send_again

GetResponse = Callable[[HttpRequest], HttpResponse]
BEGAN, SEEN = "began_at", "seen_at"
# A session is written at most this often for being used: a person ends up to a minute earlier than the limit says.
GRAIN_SECONDS = 60


def begin(*, request: HttpRequest, **_sent: Any) -> None:
    """Note when the session began; called when somebody has signed in."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


def begin_again(request: HttpRequest) -> None:
    """Count this very moment as use, however short the last was ago; the 12 hours stay as they were."""
    request.session[SEEN] = int(time.time())


def is_background(request: HttpRequest) -> bool:
    """Tell whether the browser asks on its own: it polls, or fetches what may be wanted next."""
    return "X-Background" in request.headers or "prefetch" in request.headers.get("Sec-Purpose", "")


def seconds_left(request: HttpRequest) -> int:
    """Return how long the session of the request's person lasts without further use; 0 or below when it is over."""
    return left_of(request.session, manages=access.MANAGE_PEOPLE in access.remember_for_request(request.user))


def left_of(session: Any, *, manages: bool) -> int:
    """Return the same of any ``session`` of a person who, or who not, ``manages`` people."""
    now = int(time.time())
    idle = settings.SESSION_IDLE_SECONDS_OF_ADMINISTRATORS if manages else settings.SESSION_IDLE_SECONDS
    unused = session.get(SEEN, now) + idle - now
    return int(min(unused, session.get(BEGAN, now) + settings.SESSION_COOKIE_AGE - now))


class SessionLimits:
    """End what lasted too long or lay unused; note that the others are in use. Sets request.session_seconds_left."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if seconds_left(request) > 0:
                self._note_use(request)
                request.session_seconds_left = seconds_left(request)  # type: ignore[attr-defined]
            else:
                logout(request)
        return self.get_response(request)

    def _note_use(self, request: HttpRequest) -> None:
        now = int(time.time())
        grain = min(GRAIN_SECONDS, settings.SESSION_IDLE_SECONDS_OF_ADMINISTRATORS // 10)
        request.session.setdefault(BEGAN, now)
        if not is_background(request) and now - request.session.get(SEEN, 0) >= grain:
            request.session[SEEN] = now


class LoginOrSendAgain(LoginRequiredMiddleware):
    """Send the anonymous to sign in; whoever sent something typed gets it back to send again after signing in."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]) -> Any:
        if request.headers.get("HX-Request"):
            return HttpResponse(status=401)  # a piece of a page must not become the sign-in page
        # A form that a browser sends has passed the check of its CSRF cookie; without one there was no page before.
        if settings.CSRF_COOKIE_NAME in request.COOKIES and send_again.has_something_typed(request):
            return send_again.page(request, status=401)
        return super().handle_no_permission(request, view_func)
