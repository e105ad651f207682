"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return `mechanism` (set by the page's decorator, or None), `in_desk`, `grants`, `demonstration`, `request_id`."""
    mechanism = getattr(request, "mechanism", None)
    return {
        "mechanism": mechanism,
        "in_desk": bool(mechanism and request.path.startswith(f"/{mechanism.slug}/desk/")),
        "grants": getattr(request, "grants", None),
        "demonstration": settings.DEMONSTRATION,
        "second_factor_required": settings.SECOND_FACTOR_REQUIRED,
        "request_id": getattr(request, "id", ""),
    }
