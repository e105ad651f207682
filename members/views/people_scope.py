"""Whose people, invitations and roles a page of people may show: those the person manages in this mechanism."""

from datetime import date
from typing import Any

from django.db.models import Prefetch, Q
from django.shortcuts import get_object_or_404
from django.utils import timezone

from members.actions.people import open_affiliations
from members.models import Invitation, Mechanism, MemberBody, User
from members.views.scope import desk_page
from npmportal.access import MANAGE_BODY_PEOPLE, MANAGE_PEOPLE

manages_people = desk_page(needs=MANAGE_PEOPLE, on_a_body=MANAGE_BODY_PEOPLE)


def person_managed(user: Any, mechanism: Mechanism, pk: int) -> tuple[User, Any]:
    """Return the person and those of the roles in ``mechanism`` that ``user`` manages; 404 where there are none."""
    roles = with_scopes(open_affiliations(user, mechanism).filter(user=pk))
    return get_object_or_404(User.objects.filter(pk__in=roles.order_by().values("user")), pk=pk), roles


def invitations_managed(user: Any, mechanism: Mechanism) -> Any:
    """Return the invitations into ``mechanism`` and its bodies that ``user`` manages."""
    own = Q(mechanism=mechanism) | Q(body__mechanism=mechanism)
    return Invitation.objects.manageable_by(user).filter(own)


def open_invitations(user: Any, mechanism: Mechanism) -> Any:
    """Return those that can still be accepted."""
    waiting = invitations_managed(user, mechanism).filter(accepted_at=None, withdrawn_at=None)
    return waiting.filter(expires_at__gt=timezone.now())


def with_scopes(rows: Any) -> Any:
    """Load the body (with today's name) or the mechanism of each row, in a constant number of queries."""
    bodies = MemberBody.objects.with_names_as_at(date.today())
    return rows.select_related("mechanism").prefetch_related(Prefetch("body", bodies))
