"""The terms of use come before the first page: whoever has not accepted the version in force is sent to them."""

import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from members.models import Terms

GetResponse = Callable[[HttpRequest], HttpResponse]
CHECKED = "terms_checked_at"
# How often a session is asked whether a new version has come into force: a request must not cost a query for it.
CHECK_SECONDS = 60
OPEN = ("account_", "mfa_", "usersessions_", "set_language", "health", "members:terms")


def check_at_sign_in(*, request: HttpRequest, user: Any, **_sent: Any) -> None:
    """Note in the new session that nothing waits for acceptance, where that is so."""
    note_if_nothing_waits(request, user)


def note_if_nothing_waits(request: HttpRequest, user: Any) -> bool:
    """Return whether ``user`` has nothing to accept, and keep that in the session for a minute."""
    if Terms.objects.waiting_for(user) is not None:
        request.session.pop(CHECKED, None)
        return False
    request.session[CHECKED] = int(time.time())
    return True


class TermsFirst:
    """Show the terms before any page that needs signing in; signing out, language and account stay open."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        if not request.user.is_authenticated or getattr(view, "login_required", True) is False:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name.startswith(OPEN) or time.time() - request.session.get(CHECKED, 0) < CHECK_SECONDS:
            return None
        if note_if_nothing_waits(request, request.user):
            return None
        if request.method == "POST" and request.user.terms_accepted.exists():
            return None  # a new version must not cost what is being typed; the page after this one asks
        there = {"next": request.get_full_path()} if request.method == "GET" else {}
        return redirect(f"{reverse('members:terms')}?{urlencode(there)}" if there else reverse("members:terms"))
