"""The role of administrator takes two persons: one asks, another agrees (security R-12).

The inviter cannot agree, nor the person. That an address belongs to somebody else than the inviter cannot be proven:
that is what the second person vouches for.
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.actions import invitations, people
from members.actions import people_rules as rules
from members.actions.people_rules import ADMINISTRATOR, PeopleError
from members.models import AdministratorRequest, Affiliation, Mechanism, User


@transaction.atomic
def ask_to_invite(*, email: str, name: str, mechanism: Mechanism, by: User) -> AdministratorRequest:
    """Ask the other administrators to agree that ``email`` is invited as an administrator; no letter goes out yet."""
    rules.check_may_manage(by, mechanism)
    if email.casefold() == by.email.casefold():
        raise PeopleError(_("Nobody can give a role to themselves. Ask another administrator."))
    AdministratorRequest.objects.waiting().filter(mechanism=mechanism, email__iexact=email).update(
        state=AdministratorRequest.State.WITHDRAWN, decided_at=timezone.now(), decided_by=by
    )
    return _asked(by, mechanism, email=email, name=name)


@transaction.atomic
def ask_to_promote(*, affiliation: Affiliation, mechanism: Mechanism, by: User) -> AdministratorRequest:
    """Ask the other administrators to agree that ``affiliation`` ends and its person becomes an administrator."""
    rules.check_may_manage(by, affiliation.scope)
    rules.check_may_manage(by, mechanism)
    if affiliation.user_id == by.pk:
        raise PeopleError(_("Nobody can change their own role. Ask another administrator."))
    if AdministratorRequest.objects.waiting().filter(affiliation=affiliation).exists():
        raise PeopleError(_("This was asked already and waits for another administrator."))
    return _asked(by, mechanism, affiliation=affiliation, name=affiliation.user.name)


@transaction.atomic
def agree(*, request: AdministratorRequest, by: User) -> AdministratorRequest:
    """Give the role, or send the letter, as the second person. PermissionDenied to whoever is not one."""
    request = _taken(request, by)
    if not rules.may_manage(request.asked_by, request.mechanism):
        raise PeopleError(_("Whoever asked for this is no administrator any more. Invite the person yourself."))
    if request.affiliation is None:
        invitation, secret = invitations.invite(
            email=request.email,
            name=request.name,
            role=ADMINISTRATOR,
            scope=request.mechanism,
            by=request.asked_by,
            approved_by=by,
        )
        invitations.send_letter(invitation=invitation, secret=secret)
    else:
        people.move_person(
            affiliation=request.affiliation,
            role=ADMINISTRATOR,
            scope=request.mechanism,
            by=request.asked_by,
            approved_by=by,
        )
    return _decided(request, AdministratorRequest.State.AGREED, by)


@transaction.atomic
def refuse(*, request: AdministratorRequest, by: User) -> AdministratorRequest:
    """Say no as the second person, or take the own request back."""
    request = _taken(request, by, asker_too=True)
    is_own = request.asked_by_id == by.pk
    state = AdministratorRequest.State.WITHDRAWN if is_own else AdministratorRequest.State.REFUSED
    return _decided(request, state, by)


def _asked(by: User, mechanism: Mechanism, **fields: object) -> AdministratorRequest:
    request = AdministratorRequest.objects.create(mechanism=mechanism, asked_by=by, **fields)
    rules.record("administrator.asked", by, request, mechanism)
    return request


def _taken(request: AdministratorRequest, by: User, *, asker_too: bool = False) -> AdministratorRequest:
    rules.check_may_manage(by, request.mechanism)
    rules.lock(request.mechanism)
    found = AdministratorRequest.objects.waiting().select_for_update(of=("self",)).filter(pk=request.pk).first()
    if found is None:
        raise PeopleError(_("This was decided already, or has waited for more than a week."))
    if found.concerns(by) or (found.asked_by_id == by.pk and not asker_too):
        raise PermissionDenied
    return found


def _decided(request: AdministratorRequest, state: str, by: User) -> AdministratorRequest:
    request.state, request.decided_by, request.decided_at = state, by, timezone.now()
    request.save(update_fields=["state", "decided_by", "decided_at"])
    rules.record(f"administrator.{state}", by, request, request.mechanism)
    return request
