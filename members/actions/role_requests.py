"""A role that gives more than the giver holds takes two persons: one asks, another agrees (security R-12, ADR 0019).

The asker cannot agree, nor the person. That an address belongs to somebody else than the asker cannot be proven: that
is what the second person vouches for.
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.actions import invitations, people
from members.actions import people_rules as rules
from members.actions.people_rules import PeopleError, Scope
from members.models import Affiliation, MemberBody, RoleRequest, User

State = RoleRequest.State


@transaction.atomic
def ask_to_invite(*, email: str, name: str, role: str, scope: Scope, by: User) -> RoleRequest:
    """Ask that somebody else agrees to invite ``email`` to ``role`` in ``scope``; no letter goes out yet."""
    rules.check_may_manage(by, scope)
    rules.check_fits(role, scope)
    if email.casefold() == by.email.casefold():
        raise PeopleError(_("Nobody can give a role to themselves. Ask another administrator."))
    same = RoleRequest.objects.waiting().filter(**_place(scope), role=role, email__iexact=email)
    same.update(state=State.WITHDRAWN, decided_at=timezone.now(), decided_by=by)
    return _asked(by, scope, role=role, email=email, name=name)


@transaction.atomic
def ask_to_move(*, affiliation: Affiliation, role: str, scope: Scope, by: User) -> RoleRequest:
    """Ask that somebody else agrees that ``affiliation`` ends and its person gets ``role`` in ``scope``."""
    rules.check_may_manage(by, affiliation.scope)
    rules.check_may_manage(by, scope)
    rules.check_fits(role, scope)
    if affiliation.user_id == by.pk:
        raise PeopleError(_("Nobody can change their own role. Ask another administrator."))
    if RoleRequest.objects.waiting().filter(affiliation=affiliation).exists():
        raise PeopleError(_("This was asked already and waits for a second person."))
    return _asked(by, scope, role=role, affiliation=affiliation, name=affiliation.user.name)


@transaction.atomic
def agree(*, request: RoleRequest, by: User) -> RoleRequest:
    """Give the role, or send the letter, as the second person. PermissionDenied to whoever is not one."""
    return _agreed(_taken(request, by), by)


@transaction.atomic
def agree_as_operator(*, request: RoleRequest) -> RoleRequest:
    """Do the same on the command line, for a mechanism in which nobody is left to agree."""
    return _agreed(_locked(request), None)


@transaction.atomic
def refuse(*, request: RoleRequest, by: User) -> RoleRequest:
    """Say no as the second person, or take the own request back."""
    request = _taken(request, by, asker_too=True)
    is_own = request.asked_by_id == by.pk
    return _decided(request, State.WITHDRAWN if is_own else State.REFUSED, by)


def may_agree(request: RoleRequest, user: User) -> bool:
    """Tell whether ``user`` is a second person for ``request``."""
    people_asked = rules.second_persons(request.role, request.scope, by=request.asked_by, email=request.address)
    return bool(people_asked.filter(pk=user.pk).exists())


def _agreed(request: RoleRequest, by: User | None) -> RoleRequest:
    asker, scope, second = request.asked_by, request.scope, by or rules.OPERATOR
    if not rules.may_manage(asker, scope):
        raise PeopleError(_("Whoever asked for this manages these people no more. Ask for it yourself."))
    if request.affiliation is None:
        invitation, secret = invitations.invite(
            email=request.email, name=request.name, role=request.role, scope=scope, by=asker, approved_by=second
        )
        invitations.send_letter(invitation=invitation, secret=secret)
    else:
        people.move_person(
            affiliation=request.affiliation, role=request.role, scope=scope, by=asker, approved_by=second
        )  # fmt: skip
    return _decided(request, State.AGREED, by)


def _place(scope: Scope) -> dict[str, Scope | None]:
    body = scope if isinstance(scope, MemberBody) else None
    return {"mechanism": rules.mechanism_of(scope), "body": body}


def _asked(by: User, scope: Scope, **fields: object) -> RoleRequest:
    request = RoleRequest.objects.create(**_place(scope), asked_by=by, **fields)
    rules.record("role.asked", by, request, scope, role=request.role)
    return request


def _taken(request: RoleRequest, by: User, *, asker_too: bool = False) -> RoleRequest:
    if not RoleRequest.objects.visible_to(by).filter(pk=request.pk).exists():
        raise PermissionDenied
    found = _locked(request)
    if not may_agree(found, by) and not (asker_too and found.asked_by_id == by.pk):
        raise PermissionDenied
    return found


def _locked(request: RoleRequest) -> RoleRequest:
    rules.lock(request.mechanism)
    waiting = RoleRequest.objects.waiting().select_related("body__mechanism", "mechanism", "affiliation__user")
    found = waiting.select_for_update(of=("self",)).filter(pk=request.pk).first()
    if found is None:
        raise PeopleError(_("This was decided already, or has waited for more than a week."))
    return found


def _decided(request: RoleRequest, state: str, by: User | None) -> RoleRequest:
    request.state, request.decided_by, request.decided_at = state, by, timezone.now()
    request.save(update_fields=["state", "decided_by", "decided_at"])
    rules.record(f"role.{state}", by, request, request.scope, role=request.role)
    return request
