"""What happens around every request: an id, headers on every answer, grants, the second factor."""

import logging
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject

from npmportal import access, accounts, downloads, logs, page_memory, send_again, translations

logger = logging.getLogger(__name__)
SIGN_OUT = "account_logout"
ENCODINGS = ("utf-8", "utf8", "us-ascii", "ascii")
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestId:
    """Give each request an id that stands in its log lines, its audit events and on its error page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        translations.keep_translations()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        identifier = uuid.uuid4().hex[:12]
        token = logs.request_id.set(identifier)
        request.id = identifier  # type: ignore[attr-defined]
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = identifier
            self._log(request, response, started)
            return response
        finally:
            logs.request_id.reset(token)

    def _log(self, request: HttpRequest, response: HttpResponse, started: float) -> None:
        match = request.resolver_match
        logger.info(
            "request",
            extra={
                "method": request.method,
                # The view's name, never the path: a path can name a visit.
                "view": match.view_name if match else "",
                "status": response.status_code,
                "milliseconds": round((time.perf_counter() - started) * 1000, 1),
            },
        )


class SecurityHeaders:
    """Headers that stand on every answer, errors included (security R-42); private pages are kept by no cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("X-Content-Type-Options", "nosniff")
        response.setdefault("X-Frame-Options", "DENY")
        if request.method == "POST" and request.resolver_match and request.resolver_match.url_name == SIGN_OUT:
            # What pages left in the browser goes; not the cookies, of which one holds the language (security R-28).
            response["Clear-Site-Data"] = '"cache", "storage"'
        # Whom the request has met already. To ask only now could fail, and take every header along: no database.
        user = getattr(request, "_cached_user", None)
        if user is not None and user.is_authenticated:
            response["Cache-Control"] = "no-store"
        return response


class OneEncoding:
    """Take text in the encoding of the portal's own pages alone: 400 for what says that it is in another.

    Python knows encodings that give no text at all (rot13), and some that give text no database takes (utf-7).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (request.content_params or {}).get("charset", "utf-8").lower() not in ENCODINGS:
            raise BadRequest("What is sent to the portal is UTF-8.")
        return self.get_response(request)


class RequestGrants:
    """Load what the person may do at most once per request; nothing is kept after it (security M3 d).

    A file that is still being handed out when the request is over stops when the rights end.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.grants = SimpleLazyObject(lambda: access.remember_for_request(request.user))  # type: ignore[attr-defined]
        if not request.user.is_authenticated:
            return self.get_response(request)
        access.remember_for_request(request.user)
        if request.method in ("GET", "HEAD"):
            page_memory.read_only(request.user)
        response = self.get_response(request)
        if response.streaming and getattr(response, "file_to_stream", None) is None:
            chunks = response.streaming_content  # type: ignore[attr-defined]
            response.streaming_content = downloads.while_entitled(request.user, chunks)  # type: ignore[attr-defined]
        return response


class SecondFactor:
    """Let nobody past without a second factor (security R-22): not the person, and not the session.

    Who has none sees only the pages to set one up. A session in which it was not used ends, so that a password alone,
    stolen and used before the owner set the factor up, opens nothing afterwards either.
    """

    OPEN = ("account_", "mfa_", "usersessions_", "set_language", "health")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: object) -> HttpResponse | None:
        if not settings.SECOND_FACTOR_REQUIRED or not request.user.is_authenticated:
            return None
        factors = accounts.second_factors(request.user)
        if not factors:
            name = request.resolver_match.view_name if request.resolver_match else ""
            return None if name.startswith(self.OPEN) else redirect("mfa_index")
        if accounts.factor_used_in(request) in factors:
            return None
        logout(request)
        if send_again.has_something_typed(request):
            return send_again.page(request, status=401)
        return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
