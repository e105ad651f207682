"""What was typed is not lost when the session has ended meanwhile: the answer holds it and can be sent again.

Never for passwords and codes, and never for what another site sent: those answers hold nothing (security R-26, R-28).
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.template.response import TemplateResponse

from npmportal.uploads.handlers import had_files

TOKEN = "csrfmiddlewaretoken"
NEVER = ("account_", "mfa_", "usersessions_", "members:invitation_accept", "set_language", "admin:")
# Shorter answers, and those of one word, are choices, dates and keys: nobody misses them.
WORTH_SHOWING = 20


def has_something_typed(request: HttpRequest) -> bool:
    """Tell whether the request is a form of the portal with something in it that may be handed back."""
    match = request.resolver_match
    if request.method != "POST" or match is None or match.view_name.startswith(NEVER):
        return False
    if any("password" in name.casefold() for name in request.POST):
        return False
    return had_files(request) or any(v for name, values in request.POST.lists() if name != TOKEN for v in values)


def comes_from_here(request: HttpRequest) -> bool:
    """Tell whether a page of this portal sent the request: by Origin, or by Referer where a browser sends none."""
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    if not origin:
        return False
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return f"{parts.scheme}://{parts.netloc}" == f"{request.scheme}://{request.get_host()}"


def page(request: HttpRequest, *, status: int) -> TemplateResponse:
    """Return the page that holds what was posted, to be sent again with a fresh token."""
    fields = [(name, value) for name, values in request.POST.lists() if name != TOKEN for value in values]
    context = {
        "fields": fields,
        "texts": [text for _name, value in fields if len(text := str(value).strip()) > WORTH_SHOWING and " " in text],
        "has_files": had_files(request),
        "action": request.get_full_path(),
        "login_url": settings.LOGIN_URL,
    }
    response = TemplateResponse(request, "send_again.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
