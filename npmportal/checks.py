"""What `manage.py check --deploy` says about this installation beyond Django's own checks."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from npmportal import assets
from npmportal.file_settings import NOT_SCANNED


@register(Tags.security, deploy=True)
def scanner_is_set_up(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Say that without a scanner no file that somebody adds is ever handed out (security R-36)."""
    if settings.SCANNER_URL not in ("", NOT_SCANNED):
        return []
    hint = "Set SCANNER_URL to clamd://host:port or clamd:///path/of/the/socket."
    message = "No malware scanner is set up: files that people add to visits stay in quarantine."
    return [Error(message, hint=hint, id="npmportal.E001")]


@register(deploy=True)
def outlines_are_there(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Say that the map of places cannot be drawn without the file of coasts and borders."""
    if assets.OUTLINES.is_file():
        return []
    hint = "Run “npm ci”, and keep node_modules when static files were collected."
    return [Error("The outlines of countries are missing: the map of places fails.", hint=hint, id="npmportal.E002")]
