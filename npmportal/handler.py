"""How a request is read before anything of the portal sees it: whatever its head claims, that never fails."""

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters


class PlainRequest(WSGIRequest):
    """A request of which the text is UTF-8, whatever it says itself (middleware.OneEncoding refuses another).

    Django takes any encoding Python knows from the Content-Type, and reads the address in it before it can answer
    that this went wrong.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:  # longer than any can be
            self.content_type, self.content_params = "", {}


class PlainHandler(WSGIHandler):
    request_class = PlainRequest
