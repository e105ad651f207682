"""How people change and leave. Every step is written down; nobody raises their own rights."""

from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from members.actions import groups, invitations
from members.actions import people_rules as rules
from members.actions.people_rules import PeopleError, Scope
from members.leaving_hooks import end_what_was_private
from members.models import Affiliation, Mechanism, User
from members.models.affiliation_groups import sync_groups
from npmportal import accounts


@transaction.atomic
def change_role(*, affiliation: Affiliation, role: str, by: User, approved_by: rules.Second = None) -> Affiliation:
    """End ``affiliation`` today and start ``role`` in the same body or mechanism; return the new one.

    To a role that gives more than either holds it takes two (SecondPersonNeeded, ADR 0019).
    """
    return _replace(affiliation, role, affiliation.scope, by, approved_by)


@transaction.atomic
def move_person(
    *, affiliation: Affiliation, role: str, scope: Scope, by: User, approved_by: rules.Second = None
) -> Affiliation:
    """End ``affiliation`` today and start ``role`` in ``scope``, another body or the mechanism, as one act.

    ``by`` manages the people of both; PermissionDenied otherwise. What the person recorded stays where it is.
    """
    rules.check_may_manage(by, scope)
    if rules.mechanism_of(scope) != rules.mechanism_of(affiliation.scope):
        raise PeopleError(_("A person is moved within one mechanism; into another one they are invited."))
    return _replace(affiliation, role, scope, by, approved_by)


@transaction.atomic
def retire_person(*, user: User, mechanism: Mechanism, by: User) -> bool:
    """End every role of ``user`` in ``mechanism`` that ``by`` manages; return whether the account is closed too.

    It is closed when no role is left anywhere: signed out everywhere, second factors and reset links dead, the person's
    open invitations withdrawn. A role elsewhere keeps the account alive, with that role alone.
    """
    rules.lock(mechanism)
    open_roles = open_affiliations(by, mechanism).filter(user=user).select_for_update(of=("self",))
    roles = list(open_roles)
    if not roles:
        raise PermissionDenied
    return end_roles(user=user, roles=roles, mechanism=mechanism, by=by)


def end_roles(*, user: User, roles: list[Affiliation], mechanism: Mechanism, by: User) -> bool:
    """End ``roles`` of ``user`` in ``mechanism`` (locked, at least one) with all that hangs on them, as above."""
    for affiliation in roles:
        rules.check_not_last(affiliation)
        rules.end(affiliation)
    is_closed = not Affiliation.objects.filter(user=user).not_ended().exists()
    if is_closed:
        _close_account(user)
    sync_groups(user)
    end_what_was_private(user)
    groups.end_seats_left(person=user, mechanism=mechanism, by=by)
    invitations.withdraw_those_of(user=user, by=by)
    scope = roles[0].body or mechanism
    rules.record("person.retired", by, user, scope, roles=sorted(a.role for a in roles), account_closed=is_closed)
    return is_closed


def open_affiliations(by: Any, mechanism: Mechanism) -> Any:
    """Return the roles in ``mechanism`` that have not ended and that ``by`` may manage."""
    held = Affiliation.objects.manageable_by(by).not_ended()
    return held.filter(Q(mechanism=mechanism) | Q(body__mechanism=mechanism))


def _replace(affiliation: Affiliation, role: str, scope: Scope, by: User, approved_by: rules.Second) -> Affiliation:
    before = affiliation.scope
    rules.check_may_manage(by, before)
    rules.lock(before)
    affiliation = Affiliation.objects.select_for_update(of=("self",)).get(pk=affiliation.pk)
    if affiliation.user_id == by.pk:
        raise PeopleError(_("Nobody can change their own role. Ask another administrator."))
    if affiliation.ends_on is not None and affiliation.ends_on <= date.today():
        raise PeopleError(_("This role has ended already."))
    rules.check_fits(role, scope)
    if role == affiliation.role and scope == before:
        raise PeopleError(_("The person has this role already."))
    has = affiliation.role if scope == before else ""
    rules.check_two_persons(role, scope, by=by, email=affiliation.user.email, approved_by=approved_by, has=has)
    agreed = rules.how_agreed(role, scope, by, approved_by, has)
    rules.check_not_last(affiliation)
    rules.end(affiliation)
    place = rules.where(scope)
    new, _created = Affiliation.objects.get_or_create(user=affiliation.user, role=role, ends_on=None, **place)
    sync_groups(affiliation.user)
    end_what_was_private(affiliation.user)
    groups.end_seats_left(person=affiliation.user, mechanism=rules.mechanism_of(scope), by=by)
    details = {"old": affiliation.role, "new": role} | agreed
    if scope != before:
        details |= {"from_body": affiliation.body_id, "to_body": new.body_id}
    rules.record("person.role_changed" if scope == before else "person.moved", by, affiliation.user, scope, **details)
    return new


def _close_account(user: User) -> None:
    """Close the account. A changed password hash ends every session and every reset link (security R-09)."""
    user.is_active, user.retired_at = False, timezone.now()
    user.set_unusable_password()
    user.save(update_fields=["is_active", "retired_at", "password"])
    Authenticator.objects.filter(user=user).delete()
    accounts.end_sessions(user)
