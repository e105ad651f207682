"""What every step with people keeps to: who manages whom, the last administrator, two persons for an administrator."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from members.models import Affiliation, Mechanism, MemberBody, User
from npmportal import audit
from npmportal.access import MANAGE_BODY_PEOPLE, MANAGE_PEOPLE, ROLES, can

Scope = MemberBody | Mechanism
ADMINISTRATOR = "administrator"


class PeopleError(Exception):
    """A step that is not possible now, with a plain sentence for the person who took it."""


class SecondPersonNeeded(PeopleError):
    """The role of administrator is given with two persons, and so far there is one (security R-12)."""


def mechanism_of(scope: Scope) -> Mechanism:
    """Return the mechanism ``scope`` is, or belongs to."""
    return scope if isinstance(scope, Mechanism) else scope.mechanism


def where(scope: Scope) -> dict[str, Any]:
    """Return the fields that put an affiliation or invitation into ``scope``."""
    return {"mechanism": scope, "body": None} if isinstance(scope, Mechanism) else {"body": scope, "mechanism": None}


def inside(scope: Scope) -> Q:
    """Return the condition on affiliations or invitations in ``scope``."""
    return Q(mechanism=scope) if isinstance(scope, Mechanism) else Q(body=scope)


def may_manage(by: User, scope: Scope) -> bool:
    """Tell whether ``by`` manages the people of ``scope``: a lead those of the body, an administrator everybody."""
    if can(by, MANAGE_PEOPLE, mechanism_of(scope)):
        return True
    return isinstance(scope, MemberBody) and can(by, MANAGE_BODY_PEOPLE, scope)


def check_may_manage(by: User, scope: Scope) -> None:
    """Raise PermissionDenied unless ``by`` manages the people of ``scope``; forms offer nothing else anyway."""
    if not may_manage(by, scope):
        raise PermissionDenied


def check_fits(role: str, scope: Scope) -> None:
    """Raise PeopleError unless ``role`` is one that is held in ``scope``."""
    if ROLES[role].scope != scope._meta.label:
        raise PeopleError(_("This role cannot be held there."))


def administrators(mechanism: Mechanism | int) -> Any:
    """Return the roles of the administrators of ``mechanism`` that hold today, of open accounts."""
    today = Affiliation.objects.as_at(date.today())
    return today.filter(role=ADMINISTRATOR, mechanism=mechanism, user__is_active=True)


def needs_second_person(role: str, scope: Scope, *, by: User, email: str) -> bool:
    """Tell whether ``role`` is given by two: another administrator than ``by`` and the person can be asked."""
    if role != ADMINISTRATOR:
        return False
    others = administrators(mechanism_of(scope)).exclude(user=by).exclude(user__email__iexact=email)
    return bool(others.exists())


def check_two_persons(role: str, scope: Scope, *, by: User, email: str, approved_by: User | None) -> None:
    """Raise SecondPersonNeeded where ``role`` takes two and ``approved_by`` is not the second.

    Neither who asks nor who gets the role is a second person. With a single administrator there is nobody to ask: the
    role is given, and the audit event says so.
    """
    if not needs_second_person(role, scope, by=by, email=email):
        return
    fits = approved_by is not None and may_manage(approved_by, scope)
    if approved_by is None or not fits or approved_by == by or approved_by.email.casefold() == email.casefold():
        raise SecondPersonNeeded(_("The role of administrator is given by two: another administrator must agree."))


def how_agreed(role: str, approved_by: User | None) -> dict[str, Any]:
    """Return what an audit event says of the second person; nothing for roles that need none."""
    if role != ADMINISTRATOR:
        return {}
    return {"approved_by": approved_by.pk} if approved_by else {"single_administrator": True}


def check_not_last(affiliation: Affiliation) -> None:
    """Refuse to take the role from the mechanism's last administrator: nobody could give it back."""
    if affiliation.role != ADMINISTRATOR or affiliation.mechanism_id is None:
        return
    if not administrators(affiliation.mechanism_id).exclude(user=affiliation.user_id).exists():
        raise PeopleError(_("This is the last administrator. Invite another one first."))


def lock(scope: Scope) -> None:
    """Let two people who retire each other act one after the other."""
    Mechanism.objects.select_for_update().get(pk=mechanism_of(scope).pk)


def end(affiliation: Affiliation) -> None:
    """Let ``affiliation`` end today; one that begins later ends before it begins."""
    affiliation.ends_on = max(date.today(), affiliation.starts_on)
    affiliation.save(update_fields=["ends_on"])


def record(action: str, by: User | None, obj: Any, scope: Scope, **details: Any) -> None:
    """Write the step down, with the body it concerns: its lead may read of it."""
    bodies = [scope.pk] if isinstance(scope, MemberBody) else []
    audit.record(action, by=by, obj=obj, mechanism=mechanism_of(scope), bodies=bodies, **details)
