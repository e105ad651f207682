"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return `mechanism` (set by the page's decorator, or None), `grants`, `demonstration`, `request_id`."""
    return {
        "mechanism": getattr(request, "mechanism", None),
        "grants": getattr(request, "grants", None),
        "demonstration": settings.DEMONSTRATION,
        "request_id": getattr(request, "id", ""),
    }
