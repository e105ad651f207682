"""What the night does for the list of people: opens the quarter's reviews, looks for strays, forgets dead sessions."""

import logging
from datetime import date
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session

from members.models import PeopleReview
from members.models.affiliation_groups import strays, sync_groups
from npmportal import audit

logger = logging.getLogger(__name__)


def open_reviews(today: date) -> int:
    """Open the review of leavers of the quarter ``today`` is in where there is none yet; return how many are new."""
    opened = PeopleReview.objects.open_quarter(today)
    if opened:
        audit.record("people_review.opened", by=None, bodies_asked=opened)
    return opened


def mend_strays() -> int:
    """Put right whoever's groups are not those the roles give, and write down that it was so; return how many.

    Roles that begin or end by their date are followed by the hourly sync. What is left for the night to find was changed
    beside the portal's actions, so it is an alarm, not housekeeping (security R-10).
    """
    found = strays()
    for user in found:
        audit.record("access.mended", by=None, obj=user)
        sync_groups(user)
    if found:
        logger.warning("groups did not equal roles", extra={"people": len(found)})
    return len(found)


def forget_dead_sessions() -> None:
    """Delete sessions that are over, and what was kept of their devices."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
