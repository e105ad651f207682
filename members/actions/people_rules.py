"""What every step with people keeps to: who manages whom, the last administrator, and roles given by two (ADR 0019)."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from members.models import Affiliation, Mechanism, MemberBody, User
from npmportal import audit
from npmportal.access import MANAGE_BODY_PEOPLE, MANAGE_PEOPLE, ROLES, can, grants_of

Scope = MemberBody | Mechanism
ADMINISTRATOR, LEAD = "administrator", "body_lead"
OF_THE_WHOLE = (ADMINISTRATOR, "coordinator")
# Who retires everybody who could have said no gives no role alone for as long as this.
REMEMBERED = timedelta(days=30)


class Operator:
    """Whoever runs the installation, on its command line: the second person where nobody else is left."""


OPERATOR = Operator()
Second = User | Operator | None


class PeopleError(Exception):
    """A step that is not possible now, with a plain sentence for the person who took it."""


class SecondPersonNeeded(PeopleError):
    """The role is given with two persons, and so far there is one (security R-12)."""


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


def needs_second_person(role: str, scope: Scope, *, by: User, email: str, has: str = "") -> bool:
    """Tell whether ``role`` is given by two: it gives what ``by`` does not hold, and there is, or was, another to ask.

    ``has`` is the role the person has in ``scope`` already, where it is changed there: less of the same takes one.
    """
    if not _gives_more(role, scope, by, has):
        return False
    return second_persons(role, scope, by=by, email=email).exists() or _was_somebody_lately(scope, by, email)


def _gives_more(role: str, scope: Scope, by: User, has: str) -> bool:
    """Tell whether ``role`` is more than what ``by`` holds in ``scope``, or than what the person holds there.

    An administrator always is made by two: who manages all people could otherwise make as many as are wanted.
    """
    if role == ADMINISTRATOR:
        return True
    kept = set(ROLES[has].permissions) if has else set()
    grants = grants_of(by)
    return any(scope.pk not in grants.on(name) for name in set(ROLES[role].permissions) - kept)


def second_persons(role: str, scope: Scope, *, by: User, email: str) -> Any:
    """Return who can agree: administrators, coordinator staff and, for a role in a body, its leads.

    Neither who asks nor who gets the role is among them.
    """
    today = Affiliation.objects.as_at(date.today()).filter(user__is_active=True)
    fits = Q(mechanism=mechanism_of(scope), role__in=OF_THE_WHOLE)
    if isinstance(scope, MemberBody):
        fits |= Q(body=scope, role=LEAD)
    people = User.objects.filter(pk__in=today.filter(fits).order_by().values("user"))
    return people.exclude(pk=by.pk).exclude(email__iexact=email)


def _was_somebody_lately(scope: Scope, by: User, email: str) -> bool:
    since, today = date.today() - REMEMBERED, date.today()
    left = Affiliation.objects.filter(ends_on__gt=since, ends_on__lte=today)
    left = left.filter(mechanism=mechanism_of(scope), role__in=OF_THE_WHOLE)
    return bool(left.exclude(user=by).exclude(user__email__iexact=email).exists())


def check_two_persons(role: str, scope: Scope, *, by: User, email: str, approved_by: Second, has: str = "") -> None:
    """Raise SecondPersonNeeded where ``role`` takes two and ``approved_by`` is not the second.

    Where there is nobody to ask, and was nobody lately, the role is given, and the audit event says so.
    """
    if isinstance(approved_by, Operator) or not needs_second_person(role, scope, by=by, email=email, has=has):
        return
    fitting = second_persons(role, scope, by=by, email=email)
    if approved_by is None or not fitting.filter(pk=approved_by.pk).exists():
        raise SecondPersonNeeded(_("This role gives more than you hold yourself: a second person must agree."))


def how_agreed(role: str, scope: Scope, by: User, approved_by: Second, has: str = "") -> dict[str, Any]:
    """Return what an audit event says of the second person; nothing where none was needed."""
    if isinstance(approved_by, Operator):
        return {"approved_by": "operator"}
    if approved_by:
        return {"approved_by": approved_by.pk}
    return {"nobody_to_ask": True} if _gives_more(role, scope, by, has) else {}


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
