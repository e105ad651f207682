"""How people come in: a letter that works once, for a day. Every step is written down."""

import hashlib
import secrets
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from members.actions import people_rules as rules
from members.actions.people_rules import PeopleError, Scope
from members.models import Affiliation, Invitation, User
from members.models.affiliation_groups import sync_groups
from npmportal import links, mail
from npmportal.models import MailRecord


@transaction.atomic
def invite(
    *, email: str, name: str, role: str, scope: Scope, by: User, approved_by: rules.Second = None
) -> tuple[Invitation, str]:
    """Invite ``email`` to ``role`` in ``scope``; return the invitation and its secret, which is stored as a hash only.

    An open invitation to the same address, role and scope is withdrawn: only the last letter works. To a role that
    gives more than ``by`` holds two invite: SecondPersonNeeded until ``approved_by`` is the other one (ADR 0019).
    """
    rules.check_may_manage(by, scope)
    rules.check_fits(role, scope)
    if email.casefold() == by.email.casefold():
        raise PeopleError(_("Nobody can give a role to themselves. Ask another administrator."))
    rules.check_two_persons(role, scope, by=by, email=email, approved_by=approved_by)
    waiting = Invitation.objects.filter(rules.inside(scope), email__iexact=email, role=role)
    waiting.filter(accepted_at=None, withdrawn_at=None).update(withdrawn_at=timezone.now())
    agreed = rules.how_agreed(role, scope, by, approved_by)
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email, name=name, role=role, secret_hash=_hash(secret), invited_by=by, **rules.where(scope)
    )
    rules.record("invitation.sent", by, invitation, scope, role=role, **agreed)
    return invitation, secret


@transaction.atomic
def send_letter(*, invitation: Invitation, secret: str) -> MailRecord:
    """Send the invited person the link, in the mechanism's first language; nothing else is in the letter."""
    mechanism = rules.mechanism_of(invitation.scope)
    language = mechanism.languages[0] if mechanism.languages else "en-gb"
    link = links.absolute(reverse("members:invitation_accept", kwargs={"secret": secret}))
    context = {"mechanism": mechanism, "link": link}
    return mail.send(template="invitation", to=invitation.email, context=context, language=language, obj=invitation)


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User) -> None:
    """Make an open invitation worthless."""
    rules.check_may_manage(by, invitation.scope)
    open_ones = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
    if not open_ones.update(withdrawn_at=timezone.now()):
        raise PeopleError(_("This invitation was already accepted or withdrawn."))
    rules.record("invitation.withdrawn", by, invitation, invitation.scope, role=invitation.role)


def open_invitation(secret: str) -> Invitation | None:
    """Return the invitation ``secret`` opens, or None where it never did, is used, withdrawn or out of date.

    Nor does it open anything once the person who sent it may no longer invite there: rights outlive nobody's role.
    """
    invitations = Invitation.objects.select_related("body__mechanism", "mechanism", "invited_by")
    invitation = invitations.filter(secret_hash=_hash(secret)).first()
    if invitation is None or not invitation.is_open:
        return None
    return invitation if rules.may_manage(invitation.invited_by, invitation.scope) else None


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
    place = rules.where(invitation.scope)
    Affiliation.objects.get_or_create(user=user, role=invitation.role, ends_on=None, **place)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    sync_groups(user)
    rules.record("invitation.accepted", user, invitation, invitation.scope, role=invitation.role)
    return user


@transaction.atomic
def withdraw_those_of(*, user: User, by: User) -> None:
    """Withdraw what ``user``, who leaves, has sent out, and what waits for the person's own address."""
    waiting = Invitation.objects.filter(accepted_at=None, withdrawn_at=None)
    still_manages = Invitation.objects.manageable_by(User.objects.get(pk=user.pk)).values("pk")
    waiting.filter(invited_by=user).exclude(pk__in=still_manages).update(withdrawn_at=timezone.now())
    theirs = Invitation.objects.manageable_by(by).values("pk")
    waiting.filter(email__iexact=user.email, pk__in=theirs).update(withdrawn_at=timezone.now())


def _open_account(email: str, name: str, password: str) -> User:
    """Return a new account, or the retired one with this address with everything old taken from it."""
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        return User.objects.create_user(email, password, name=name)
    user.name, user.is_active, user.retired_at = name, True, None
    user.set_password(password)
    user.save(update_fields=["name", "is_active", "retired_at", "password"])
    return user


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
