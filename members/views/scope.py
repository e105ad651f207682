"""The first line of every page below a mechanism: which mechanism, and whether this person may be here."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from members.models import Mechanism
from npmportal.access import grants_of

View = Callable[..., HttpResponseBase]


def public_page(view: View) -> View:
    """Open a page to everybody: the view receives the Mechanism named in the address (404 if there is none).

    One whose register is still being entered is there for its own people only.
    """

    @login_not_required
    @wraps(view)
    def page(request: HttpRequest, npm: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        mechanism = Mechanism.named(npm)
        if mechanism is None or not mechanism.is_public_or_own(request.user):
            raise Http404
        request.mechanism = mechanism  # type: ignore[attr-defined]
        return view(request, mechanism, *args, **kwargs)

    return page


def desk_page(*, needs: str | None = None, on_a_body: str | None = None) -> Callable[[View], View]:
    """Open a page to people with a role in the mechanism named in the address; the view receives the Mechanism.

    A stranger gets 404. A colleague who lacks ``needs`` (a permission on the mechanism) or ``on_a_body`` (a permission
    on at least one body; either is enough where both are named) gets 403.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def page(request: HttpRequest, npm: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            mechanism = Mechanism.named(npm)
            if mechanism is None or not mechanism.is_visible_to(request.user):
                raise Http404
            request.mechanism = mechanism  # type: ignore[attr-defined]
            if not _allowed(request.user, mechanism, needs, on_a_body):
                raise PermissionDenied
            return view(request, mechanism, *args, **kwargs)

        return page

    return decorate


def _allowed(user: Any, mechanism: Mechanism, needs: str | None, on_a_body: str | None) -> bool:
    if needs is None and on_a_body is None:
        return True
    wanted = [permission for permission in (needs, on_a_body) if permission]
    return any(mechanism.pk in grants_of(user).mechanisms(permission) for permission in wanted)
