"""Setting how often places are to be visited, with the criterion and the reason."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from members.models import Mechanism, User
from npmportal import audit
from npmportal.access import MANAGE_BODY_PEOPLE, REVIEW_VISITS, grants_of
from visits.actions.versions import may_keep
from visits.models import VisitInterval

ALIKE = ("mechanism", "body", "place", "setting", "capacity_from")


class IntervalRefused(Exception):
    """A rule that cannot be set; the message says why."""


def may_set_some(user: Any, mechanism: Mechanism) -> bool:
    """Tell whether ``user`` may set rules of the network or of any of its bodies."""
    grants = grants_of(user)
    return mechanism.pk in grants.on(REVIEW_VISITS) | grants.mechanisms(MANAGE_BODY_PEOPLE)


@transaction.atomic
def set_interval(*, interval: VisitInterval, by: User) -> VisitInterval:
    """Store the new ``interval``; the rule for the same places that held until further notice ends where it starts.

    Raises PermissionDenied, or IntervalRefused where another rule for the same places holds on some of the days.
    """
    if not may_keep(by, interval.mechanism, interval.body):
        raise PermissionDenied
    same = {name: getattr(interval, name) for name in ALIKE}
    before = VisitInterval.objects.filter(**same, ends_on=None, starts_on__lt=interval.starts_on)
    before.update(ends_on=interval.starts_on)
    try:
        with transaction.atomic():
            interval.save(force_insert=True)
    except IntegrityError as error:
        raise IntervalRefused(_("Another rule for the same places begins on this day or later.")) from error
    _record("visit_interval.set", interval, by)
    return interval


@transaction.atomic
def end_interval(*, interval: VisitInterval, ends_on: date, by: User) -> VisitInterval:
    """Let ``interval`` no longer hold from ``ends_on`` on. Raises PermissionDenied, or IntervalRefused."""
    if not may_keep(by, interval.mechanism, interval.body):
        raise PermissionDenied
    interval = VisitInterval.objects.select_for_update(of=("self",)).get(pk=interval.pk)
    if interval.ends_on is not None:  # another rule may follow it
        raise IntervalRefused(_("This rule has ended already."))
    if ends_on <= interval.starts_on:
        raise IntervalRefused(_("It must end after it starts."))
    interval.ends_on = ends_on
    interval.save(update_fields=["ends_on"])
    _record("visit_interval.ended", interval, by)
    return interval


def _record(action: str, interval: VisitInterval, by: User) -> None:
    bodies = [interval.body_id] if interval.body_id else []
    audit.record(action, by=by, obj=interval, mechanism=interval.mechanism, bodies=bodies, months=interval.months)
