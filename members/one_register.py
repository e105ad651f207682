"""A request that only reads asks once which register stands, and is content with what stood then."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from members.models.register_memory import one_register

GetResponse = Callable[[HttpRequest], HttpResponse]


class OneRegister:
    """Ask for the mark of the register once in a request that changes nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with one_register():
            return self.get_response(request)
