"""What the clock does for the list of people: follows their roles, opens the reviews, forgets dead sessions."""

import logging
from collections.abc import Iterable
from datetime import date, timedelta
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q

from members.models import Designation, PeopleReview, User
from members.models.affiliation_groups import is_astray, strays, sync_groups
from npmportal import audit

logger = logging.getLogger(__name__)


def open_reviews(today: date) -> int:
    """Open the review of leavers of the quarter ``today`` is in where there is none yet; return how many are new."""
    opened = PeopleReview.objects.open_quarter(today)
    if opened:
        audit.record("people_review.opened", by=None, bodies_asked=opened)
    return opened


def follow_roles(today: date) -> int:
    """Put everybody into exactly the groups their roles give today; return how many were mended beside that.

    A role, or a body's designation, that began or ended these days explains a change. Anything else was changed beside
    the portal's actions: it is put right, written down and logged, because it is an alarm (security R-10).
    """
    return follow_roles_of(strays(), today)


def follow_roles_of(people: Iterable[User], today: date) -> int:
    """Do this for some ``people``; return how many were mended."""
    mended = 0
    for user in (user for user in people if is_astray(user)):
        if not _is_explained(user, today):
            audit.record("access.mended", by=None, obj=user)
            mended += 1
        sync_groups(user)
    if mended:
        logger.warning("groups did not equal roles", extra={"people": mended})
    return mended


def _is_explained(user: User, today: date) -> bool:
    lately = (today - timedelta(days=2), today)
    turned = Q(starts_on__range=lately) | Q(ends_on__range=lately)
    if user.affiliations.filter(turned).exists():
        return True
    bodies = user.affiliations.not_ended().values("body")
    return bool(Designation.objects.filter(turned, body__in=bodies).exists())


def forget_dead_sessions() -> None:
    """Delete sessions that are over, and what was kept of their devices."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
