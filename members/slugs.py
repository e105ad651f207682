"""Which short names a mechanism may not have, because the portal’s own addresses begin with them."""

import re

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

# Words the portal may want one day, or that a reader would take for its own.
KEPT = frozenset({"about", "admin", "api", "desk", "help", "media", "members", "news", "reports", "search", "www"})


def is_reserved(slug: str) -> bool:
    """Tell whether ``slug`` would stand in the way of an address of the portal, or belongs to it in spirit."""
    folders = {str(path).strip("/").split("/")[0] for path in (settings.STATIC_URL, settings.MEDIA_URL) if path}
    return slug in KEPT | folders | _first_words()


def _first_words() -> frozenset[str]:
    """Return the first word of every address that begins with a word: account, health, start."""
    return frozenset(found for route in _routes(get_resolver()) if (found := re.split(r"[/<]", route)[0]))


def _routes(resolver: URLResolver, before: str = "") -> list[str]:
    found = []
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern).lstrip("^")
        if isinstance(entry, URLPattern) or "/" in route:
            found.append(route)
        else:
            found += _routes(entry, route)
    return found
