"""Translated words, looked up once: a page says a few hundred, and most of them again and again."""

from functools import lru_cache

from django.conf import settings
from django.utils.translation import trans_real

KEPT = 8192  # texts of one language; the portal has some four thousand


def keep_translations() -> None:
    """Let every language remember what it has translated. Called once, when the process begins to serve pages.

    A text the source language itself is written in is in no catalogue; Django looks through all of them each time,
    which took a tenth of a page, of long tables a quarter.
    """
    for code, _name in settings.LANGUAGES:
        language = trans_real.translation(code)
        if not hasattr(language.gettext, "cache_info"):
            language.gettext = lru_cache(KEPT)(language.gettext)  # type: ignore[method-assign]
