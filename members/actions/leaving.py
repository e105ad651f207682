"""What ends when a body has left: the roles of its people, invitations into it, its seats in groups (ADR 0016)."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members.actions import groups, invitations, people
from members.actions import people_rules as rules
from members.actions.people_rules import PeopleError
from members.models import Affiliation, Invitation, MemberBody, User
from members.models.affiliation_groups import bodies_that_left
from npmportal.access import MANAGE_PEOPLE, can


@transaction.atomic
def end_all_of_body(*, body: MemberBody, by: User) -> int:
    """End every role in ``body``, withdraw the invitations into it and end its seats; return how many people it were.

    Who has no role elsewhere loses the account, as by retiring. PermissionDenied to all but administrators; PeopleError
    while the body is designated, today or later: then its people are retired one by one.
    """
    if not can(by, MANAGE_PEOPLE, body.mechanism):
        raise PermissionDenied
    rules.lock(body)
    if not has_left(body):
        raise PeopleError(_("The body is a member, today or later. End its designation first."))
    waiting = Invitation.objects.filter(body=body, accepted_at=None, withdrawn_at=None)
    for invitation in waiting:
        invitations.withdraw_invitation(invitation=invitation, by=by)
    held = people_of(body).select_for_update(of=("self",)).select_related("user", "body__mechanism")
    roles: dict[User, list[Affiliation]] = {}
    for role in held.order_by("user", "pk"):
        roles.setdefault(role.user, []).append(role)
    for user, own in roles.items():
        people.end_roles(user=user, roles=own, mechanism=body.mechanism, by=by)
    seats = groups.end_seats_of_body(body=body, by=by)
    rules.record("body.ended", by, body, body, people=len(roles), seats=seats)
    return len(roles)


def has_left(body: MemberBody) -> bool:
    """Tell whether ``body`` was designated once, and is not today nor later."""
    return bodies_that_left(date.today()).filter(body=body).exists()


def people_of(body: MemberBody) -> QuerySet[Affiliation]:
    """Return the roles in ``body`` that have not ended."""
    return Affiliation.objects.not_ended().filter(body=body)
