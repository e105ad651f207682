"""Addresses of static files for the frame of the page, which error pages need on the worst of days."""

import logging

from django import template
from django.conf import settings
from django.templatetags.static import static

register = template.Library()
logger = logging.getLogger(__name__)


@register.simple_tag
def asset(name: str) -> str:
    """Return the address of the static file ``name``.

    Where the collected files are missing the page still comes, without its looks: an error page must not fail itself.
    """
    try:
        return static(name)
    except ValueError:
        logger.warning("static file not collected", extra={"file": name})
        return f"{settings.STATIC_URL}{name}"
