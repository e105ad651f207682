"""Who comes in, in which role, and how people leave. Every step is written down; nobody raises their own rights."""

import hashlib
import secrets
from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Affiliation, Invitation, Mechanism, MemberBody, User
from members.models.affiliation_groups import sync_groups
from npmportal import audit, mail
from npmportal.access import MANAGE_BODY_PEOPLE, MANAGE_PEOPLE, ROLES, can

Scope = MemberBody | Mechanism


class PeopleError(Exception):
    """A step that is not possible now, with a plain sentence for the person who took it."""


@transaction.atomic
def invite(*, email: str, name: str, role: str, scope: Scope, by: User) -> tuple[Invitation, str]:
    """Invite ``email`` to ``role`` in ``scope``; return the invitation and its secret, which is stored as a hash only.

    An open invitation to the same address, role and scope is withdrawn: only the last letter works.
    """
    _check_may_manage(by, scope)
    if ROLES[role].scope != scope._meta.label:
        raise PeopleError(_("This role cannot be held there."))
    if email.casefold() == by.email.casefold():
        raise PeopleError(_("Nobody can give a role to themselves. Ask another administrator."))
    earlier = Invitation.objects.filter(_in(scope), email__iexact=email, role=role, accepted_at=None, withdrawn_at=None)
    earlier.update(withdrawn_at=timezone.now())
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email, name=name, role=role, secret_hash=_hash(secret), invited_by=by, **_where(scope)
    )
    _record("invitation.sent", by, invitation, scope, role=role)
    return invitation, secret


@transaction.atomic
def send_letter(*, invitation: Invitation, link: str) -> mail.Letter:
    """Send the invited person the ``link``, in the mechanism's first language; nothing else is in the letter."""
    mechanism = _mechanism(invitation.scope)
    language = mechanism.languages[0] if mechanism.languages else "en-gb"
    context = {"mechanism": mechanism, "link": link}
    return mail.send(template="invitation", to=invitation.email, context=context, language=language)


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User) -> None:
    """Make an open invitation worthless."""
    _check_may_manage(by, invitation.scope)
    open_ones = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
    if not open_ones.update(withdrawn_at=timezone.now()):
        raise PeopleError(_("This invitation was already accepted or withdrawn."))
    _record("invitation.withdrawn", by, invitation, invitation.scope, role=invitation.role)


def open_invitation(secret: str) -> Invitation | None:
    """Return the invitation ``secret`` opens, or None where it never did, is used, withdrawn or out of date.

    Nor does it open anything once the person who sent it may no longer invite there: rights outlive nobody's role.
    """
    invitations = Invitation.objects.select_related("body__mechanism", "mechanism", "invited_by")
    invitation = invitations.filter(secret_hash=_hash(secret)).first()
    if invitation is None or not invitation.is_open:
        return None
    return invitation if _may_manage(invitation.invited_by, invitation.scope) else None


def account_of(invitation: Invitation) -> User | None:
    """Return the active account with the invited address; its owner must sign in to accept."""
    return User.objects.filter(email__iexact=invitation.email, is_active=True).first()


@transaction.atomic
def accept_invitation(*, secret: str, name: str = "", password: str = "", by: Any = None) -> User:
    """Give the invited person the role; a new person (or one who was retired) gets ``name`` and ``password``.

    Somebody with an active account must be signed in as ``by``. Somebody retired gets this role and no old one.
    """
    Invitation.objects.select_for_update().filter(secret_hash=_hash(secret)).first()
    invitation = open_invitation(secret)
    if invitation is None:
        raise PeopleError(_("This invitation no longer works. Ask for a new one."))
    user = account_of(invitation)
    if user is None:
        user = _open_account(invitation.email, name, password)
    elif user != by:
        raise PeopleError(_("You have an account already. Sign in with it, then open the letter’s address again."))
    Affiliation.objects.get_or_create(user=user, role=invitation.role, ends_on=None, **_where(invitation.scope))
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    sync_groups(user)
    _record("invitation.accepted", user, invitation, invitation.scope, role=invitation.role)
    return user


@transaction.atomic
def change_role(*, affiliation: Affiliation, role: str, by: User) -> Affiliation:
    """End ``affiliation`` today and start ``role`` in the same body or mechanism; return the new one."""
    scope = affiliation.scope
    _check_may_manage(by, scope)
    _lock(scope)
    affiliation = Affiliation.objects.select_for_update(of=("self",)).get(pk=affiliation.pk)
    if affiliation.user_id == by.pk:
        raise PeopleError(_("Nobody can change their own role. Ask another administrator."))
    if affiliation.ends_on is not None and affiliation.ends_on <= date.today():
        raise PeopleError(_("This role has ended already."))
    if ROLES[role].scope != scope._meta.label:
        raise PeopleError(_("This role cannot be held there."))
    if role == affiliation.role:
        raise PeopleError(_("The person has this role already."))
    _check_not_last(affiliation)
    _end(affiliation)
    new, _created = Affiliation.objects.get_or_create(user=affiliation.user, role=role, ends_on=None, **_where(scope))
    sync_groups(affiliation.user)
    _record("person.role_changed", by, affiliation.user, scope, old=affiliation.role, new=role)
    return new


@transaction.atomic
def retire_person(*, user: User, mechanism: Mechanism, by: User) -> bool:
    """End every role of ``user`` in ``mechanism`` that ``by`` manages; return whether the account is closed too.

    It is closed when no role is left anywhere: signed out everywhere, second factors and reset links dead, the person's
    open invitations withdrawn. A role elsewhere keeps the account alive, with that role alone.
    """
    _lock(mechanism)
    open_roles = open_affiliations(by, mechanism).filter(user=user).select_for_update(of=("self",))
    roles = list(open_roles)
    if not roles:
        raise PermissionDenied
    for affiliation in roles:
        _check_not_last(affiliation)
        _end(affiliation)
    is_closed = not Affiliation.objects.filter(user=user).not_ended().exists()
    if is_closed:
        _close_account(user)
    sync_groups(user)
    _withdraw_invitations_by(user, by)
    scope = roles[0].body or mechanism
    _record("person.retired", by, user, scope, roles=sorted(a.role for a in roles), account_closed=is_closed)
    return is_closed


def open_affiliations(by: Any, mechanism: Mechanism) -> Any:
    """Return the roles in ``mechanism`` that have not ended and that ``by`` may manage."""
    held = Affiliation.objects.manageable_by(by).not_ended()
    return held.filter(Q(mechanism=mechanism) | Q(body__mechanism=mechanism))


def _check_may_manage(by: User, scope: Scope) -> None:
    """Raise PermissionDenied unless ``by`` manages the people of ``scope``; forms offer nothing else anyway."""
    if not _may_manage(by, scope):
        raise PermissionDenied


def _may_manage(by: User, scope: Scope) -> bool:
    if can(by, MANAGE_PEOPLE, _mechanism(scope)):
        return True
    return isinstance(scope, MemberBody) and can(by, MANAGE_BODY_PEOPLE, scope)


def _check_not_last(affiliation: Affiliation) -> None:
    """Refuse to take the role from the mechanism's last administrator: nobody could give it back."""
    if affiliation.role != "administrator":
        return
    others = Affiliation.objects.as_at(date.today()).filter(
        role="administrator", mechanism=affiliation.mechanism_id, user__is_active=True
    )
    if not others.exclude(user=affiliation.user_id).exists():
        raise PeopleError(_("This is the last administrator. Invite another one first."))


def _lock(scope: Scope) -> None:
    """Let two people who retire each other act one after the other."""
    Mechanism.objects.select_for_update().get(pk=_mechanism(scope).pk)


def _end(affiliation: Affiliation) -> None:
    affiliation.ends_on = max(date.today(), affiliation.starts_on)
    affiliation.save(update_fields=["ends_on"])


def _open_account(email: str, name: str, password: str) -> User:
    """Return a new account, or the retired one with this address with everything old taken from it."""
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        return User.objects.create_user(email, password, name=name)
    user.name, user.is_active, user.retired_at = name, True, None
    user.set_password(password)
    user.save(update_fields=["name", "is_active", "retired_at", "password"])
    return user


def _close_account(user: User) -> None:
    """Close the account. A changed password hash ends every session and every reset link (security R-09)."""
    user.is_active, user.retired_at = False, timezone.now()
    user.set_unusable_password()
    user.save(update_fields=["is_active", "retired_at", "password"])
    Authenticator.objects.filter(user=user).delete()


def _withdraw_invitations_by(user: User, by: User) -> None:
    """Withdraw what the person has sent out, and what waits for the person's own address."""
    waiting = Invitation.objects.filter(accepted_at=None, withdrawn_at=None)
    still_manages = Invitation.objects.manageable_by(User.objects.get(pk=user.pk)).values("pk")
    waiting.filter(invited_by=user).exclude(pk__in=still_manages).update(withdrawn_at=timezone.now())
    theirs = Invitation.objects.manageable_by(by).values("pk")
    waiting.filter(email__iexact=user.email, pk__in=theirs).update(withdrawn_at=timezone.now())


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _mechanism(scope: Scope) -> Mechanism:
    return scope if isinstance(scope, Mechanism) else scope.mechanism


def _where(scope: Scope) -> dict[str, Any]:
    return {"mechanism": scope, "body": None} if isinstance(scope, Mechanism) else {"body": scope, "mechanism": None}


def _in(scope: Scope) -> Q:
    return Q(mechanism=scope) if isinstance(scope, Mechanism) else Q(body=scope)


def _record(action: str, by: User, obj: Any, scope: Scope, **details: Any) -> None:
    audit.record(action, by=by, obj=obj, mechanism=_mechanism(scope), **details)
