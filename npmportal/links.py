"""Addresses as letters tell them. A request may claim any host; a letter must not repeat it (security R-26)."""

from django.conf import settings


def absolute(path: str) -> str:
    """Return the whole address of ``path`` below PORTAL_URL, the address of this installation."""
    return f"{settings.PORTAL_URL}{path}"
