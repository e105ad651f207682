"""A lost second factor: another person takes it away after checking who it is that asks (security R-23, R-27, B8)."""

from collections.abc import Collection

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from members.actions import people_rules as rules
from members.actions.people_rules import PeopleError
from members.models import Affiliation, FactorReset, Mechanism, User
from npmportal import accounts, links, mail
from npmportal.access import MANAGE_BODY_PEOPLE, MANAGE_PEOPLE, can, grants_of

PROTECTED = ("body_lead", "administrator", "coordinator")


def resettable(by: User, mechanism: Mechanism, people: Collection[int]) -> set[int]:
    """Return those of ``people`` (ids) whose factor ``by`` may reset; each has to have a role in ``mechanism``.

    An administrator may, for everybody else who leads, coordinates or administers nothing in another mechanism (such
    a person leaves one of the two first); a lead for people who work in the lead's bodies alone and lead none.
    """
    roles = Affiliation.objects.filter(user__in=people, user__is_active=True).not_ended().exclude(user=by)
    here = roles.filter(Q(mechanism=mechanism) | Q(body__mechanism=mechanism))
    found = set(here.order_by().values_list("user", flat=True))
    if can(by, MANAGE_PEOPLE, mechanism):
        kept = grants_of(by).on(MANAGE_PEOPLE)
        elsewhere = roles.filter(role__in=PROTECTED).exclude(Q(mechanism__in=kept) | Q(body__mechanism__in=kept))
        return found - set(elsewhere.order_by().values_list("user", flat=True))
    led = grants_of(by).on(MANAGE_BODY_PEOPLE)
    beyond = roles.filter(Q(role__in=PROTECTED) | Q(body=None) | ~Q(body__in=led))
    return found - set(beyond.order_by().values_list("user", flat=True))


@transaction.atomic
def reset_factor(*, person: User, mechanism: Mechanism, identity_check: str, note: str, by: User) -> FactorReset:
    """Take every second factor of ``person`` away, recovery codes included, and end all sessions.

    The person is told by mail and sets up a new one at the next sign-in. What was checked is kept with the reset.
    PermissionDenied where ``by`` may not; PeopleError where there is nothing to reset.
    """
    if person.pk not in resettable(by, mechanism, [person.pk]):
        raise PermissionDenied
    removed, _by_model = Authenticator.objects.filter(user=person).delete()
    if not removed:
        raise PeopleError(_("The person has no second factor; it is set up at the next sign-in."))
    reset = FactorReset.objects.create(user=person, by=by, identity_check=identity_check, note=note)
    ended = accounts.end_sessions(person)
    for where in Mechanism.objects.filter(Q(pk=mechanism.pk) | Q(pk__in=grants_of(person).mechanism_ids)):
        rules.record("person.factor_reset", by, person, where, check=identity_check, sessions_ended=ended)
    mail.send(
        template="factor_reset",
        to=person.email,
        context={"link": links.absolute(reverse("account_login"))},
        language=(mechanism.languages or [get_language() or "en-gb"])[0],
        user=person,
    )
    return reset
