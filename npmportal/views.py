"""Pages that belong to no app: home, health, errors."""

import sys

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from npmportal import accounts, audit, send_again, session_limits
from npmportal.models import AuditEvent
from npmportal.private_files import NO_ROOM, NoRoom, StorageAway, no_room_left


@require_safe
@login_not_required
def health(request: HttpRequest) -> JsonResponse:
    """Tell the proxy and the runner whether this process can serve: 200 when the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"database": "unreachable"}, status=503)
    return JsonResponse({"database": "ok"})


@require_safe
def session_left(request: HttpRequest) -> JsonResponse:
    """Tell session.js how many seconds the session lasts, and the token of forms; by itself no use of the session."""
    left = getattr(request, "session_seconds_left", 0)
    return JsonResponse({"left": left, "token": get_token(request)})


@require_POST
def session_keep(request: HttpRequest) -> JsonResponse:
    """Count as use of the session, and tell how long it lasts now."""
    session_limits.begin_again(request)
    return JsonResponse({"left": session_limits.seconds_left(request)})


@require_http_methods(["GET", "HEAD", "POST"])
def own_sessions(request: HttpRequest) -> HttpResponse:
    """Stand before allauth's list: show the sessions that still live; asked to, end all but this one."""
    if request.method == "POST":
        accounts.sign_out_elsewhere(request)
        messages.success(request, _("You are signed out everywhere else."))
        return redirect("usersessions_list")
    sessions = accounts.live_sessions(request.user)
    context = {"sessions": sessions, "session_count": len(sessions)}
    return TemplateResponse(request, "usersessions/usersession_list.html", context)


@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the person's own sessions; this very one ends as by signing out."""
    session = get_object_or_404(UserSession.objects.filter(user=request.user.pk), pk=pk)
    accounts.end_session(request, session)
    messages.success(request, _("That session is ended: whoever used it has to sign in anew."))
    return redirect("usersessions_list")


def closed(request: HttpRequest) -> HttpResponse:
    """Stand before a page of allauth that this portal does not offer."""
    raise Http404


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Hand back what was typed where it came from a page of ours: signing in anew in another tab changes the token."""
    if send_again.comes_from_here(request) and send_again.has_something_typed(request):
        return send_again.page(request, status=403)
    return TemplateResponse(request, "403_csrf.html", status=403)


@login_not_required
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return TemplateResponse(request, "404.html", status=404)


@login_not_required
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403 to a colleague without the right, wherever that was found out, and write the refusal down."""
    if request.user.is_authenticated:
        audit.record(
            "page.opened",
            by=request.user,
            mechanism=getattr(request, "mechanism", None),
            result=AuditEvent.Result.REFUSED,
            view=request.resolver_match.view_name if request.resolver_match else "",
        )
    return TemplateResponse(request, "403.html", status=403)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return TemplateResponse(request, "400.html", status=400)


@login_not_required
def too_many_requests(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "429.html", status=429, headers={"Retry-After": "60"})


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 while PostgreSQL or the place of files cannot be reached (security R-47, R-48).

    Uses no database, session or user.
    """
    error = sys.exc_info()[1]
    files_away = isinstance(error, NoRoom | StorageAway) or _is_full(error)
    away = files_away or isinstance(error, OperationalError | InterfaceError)
    template, status = ("503.html", 503) if away else ("500.html", 500)
    context = {"request_id": getattr(request, "id", ""), "files_away": files_away}
    response = HttpResponse(render_to_string(template, context), status=status)
    response["Cache-Control"] = "no-store"
    if away:
        response["Retry-After"] = "10"
    return response


def _is_full(error: BaseException | None) -> bool:
    """Tell whether a page failed for want of room where it writes for a moment; that is logged as critical."""
    if not isinstance(error, OSError) or error.errno not in NO_ROOM:
        return False
    no_room_left()
    return True
