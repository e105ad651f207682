"""Rights follow the day: from a person's first request of a day on, they are those of the roles held on that day.

The hourly job sees to everybody (members.keeping_people); nobody keeps a right until it has run, or because no worker
is there. The session keeps the day, so that all other requests cost nothing.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse

from members.keeping_people import follow_roles_of

GetResponse = Callable[[HttpRequest], HttpResponse]
FOLLOWED = "rights_followed_on"


def follow_at_sign_in(*, request: HttpRequest, user: Any, **_sent: Any) -> None:
    """Begin the session with the rights of the day."""
    _follow(request, user)


class RightsOfToday:
    """Stands before everything that asks what a person may do."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and request.session.get(FOLLOWED) != date.today().isoformat():
            _follow(request, request.user)
        return self.get_response(request)


def _follow(request: HttpRequest, user: Any) -> None:
    today = date.today()
    follow_roles_of([user], today)
    request.session[FOLLOWED] = today.isoformat()
